"""Keeping a clinical photo: only with the patient's consent, only after it was cleaned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.errors import DomainError
from treatments.models import AdverseReaction, Photo, TreatmentSession
from treatments.photos import clean_photo
from treatments.queries.catalogue import shared
from treatments.queries.photos import CLINICAL_PHOTOS, allowed_photos

MOMENTS = ("before", "after")
#: The view of photos that belong to a reaction: near, of what is seen.
REACTION = "REACTION"


@transaction.atomic
def add_photo(
    session: TreatmentSession, *, data: bytes, view: str, moment: str, by: Any, now: datetime
) -> Photo:
    """Stores a photo of one standard view.

    `photo_refused` for what is no photo, `unknown_view` for a view that is not in the set, `photo_consent` without a
    standing consent to clinical photographs (catalogue 10.1).
    """
    known = {one.code for one in shared().photo_views}
    if view not in known or moment not in MOMENTS:
        raise DomainError("unknown_view", _("Choose one of the standard views."))
    return _kept(session, data=data, view=view, moment=moment, by=by, now=now)


@transaction.atomic
def add_reaction_photo(reaction: AdverseReaction, *, data: bytes, by: Any, now: datetime) -> Photo:
    """Stores a photo of an adverse reaction, under the same consent and through the same cleaning.

    It hangs on the session that the reaction followed, else on the last one; `no_session` before any.
    """
    last = reaction.plan.sessions.performed().order_by("number").last()
    session = reaction.session or last
    if session is None:
        raise DomainError("no_session", _("No session of this plan was performed yet."))
    return _kept(session, data=data, view=REACTION, moment="reaction", by=by, now=now, reaction=reaction)


def _kept(
    session: TreatmentSession,
    *,
    data: bytes,
    view: str,
    moment: str,
    by: Any,
    now: datetime,
    reaction: AdverseReaction | None = None,
) -> Photo:
    if CLINICAL_PHOTOS not in allowed_photos(session.plan):
        raise DomainError(
            "photo_consent", _("The patient has not agreed to clinical photographs: sign the consent first.")
        )
    clean = clean_photo(data)
    photo = Photo(
        session=session,
        view=view,
        moment=moment,
        reaction=reaction,
        width=clean.width,
        height=clean.height,
        sha256=clean.sha256,
        taken_at=now,
        taken_by=by,
    )
    # The name says nothing about the patient; the folder is served by no one but the view that checks who asks.
    photo.image.save(f"{clean.sha256[:32]}.jpg", ContentFile(clean.data), save=False)
    photo.save()
    return photo
