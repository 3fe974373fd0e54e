"""One adverse reaction: what, when, how bad, what was done, its photos, the settings and lots of its session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.access import log_access, may, require
from clinic.errors import DomainError
from clinic.roles import Permission
from treatments.actions.photos import add_reaction_photo
from treatments.actions.reactions import reopen_reaction
from treatments.entitled import is_entitled
from treatments.models import AdverseReaction, Photo, SessionRecord
from treatments.queries.catalogue import reaction_names
from treatments.queries.healing import gentler_after
from treatments.queries.photos import CLINICAL_PHOTOS, allowed_photos
from treatments.queries.stock import lots_used_in
from treatments.web.record_page import said_zones
from treatments.web.saying import carry_out
from treatments.words import RecordStatus


def found_for(request: HttpRequest, pk: int, permission: Permission) -> AdverseReaction:
    """A reaction of a patient whom this person may see with the permission, or 404."""
    mine = AdverseReaction.objects.visible_to(request.user, permission)
    rows = mine.select_related("plan__patient", "plan__location", "session__protocol_version", "created_by")
    return get_object_or_404(rows, pk=pk)


@require_safe
@require(Permission.SEE_CLINICAL)
def reaction(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about it on one page, and what can be done."""
    found = found_for(request, pk, Permission.SEE_CLINICAL)
    plan = found.plan
    log_access(request, plan.patient, "reaction", now=timezone.now())
    session = found.session or plan.sessions.performed().order_by("number").last()
    record = SessionRecord.objects.filter(session=session, status=RecordStatus.SIGNED).first()
    context = {
        "reaction": found,
        "label": reaction_names().get(found.code, found.code),
        "plan": plan,
        "session": session,
        "record": record,
        "zones": said_zones(record) if record else [],
        "lots": lots_used_in(session) if session else [],
        "photos": found.photos.order_by("taken_at"),
        "may_be_taken": CLINICAL_PHOTOS in allowed_photos(plan),
        "history": found.status_changes.select_related("changed_by").order_by("changed_at", "id"),
        "gentler": gentler_after(session) if session else None,
        "gentler_session": session,
        "can_treat": may(request.user, Permission.TREAT, plan.location),
        "may_sign": is_entitled(request.user, plan.location),
    }
    return render(request, "treatments/reaction.html", context)


@require_POST
@require(Permission.TREAT)
def add_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one photo of the reaction in."""
    found = found_for(request, pk, Permission.TREAT)
    upload = request.FILES.get("photo")

    def act() -> Photo:
        if upload is None:
            raise DomainError("photo_missing", _("Choose a photo."))
        data = upload.read(10 * 1024 * 1024 + 1)
        return add_reaction_photo(found, data=data, by=request.user, now=timezone.now())

    return carry_out(request, act, _("The photo is kept."), to="treatments:reaction", pk=pk)


@require_POST
@require(Permission.SEE_CLINICAL)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """It came back, or was closed too early: the next sessions need a signature again."""
    found = found_for(request, pk, Permission.SEE_CLINICAL)
    reason = request.POST.get("reason", "").strip()[:500]

    def act() -> AdverseReaction:
        if not reason:
            raise DomainError("reason_missing", _("Write why it is open again."))
        return reopen_reaction(found, reason=reason, by=request.user, now=timezone.now())

    return carry_out(request, act, _("The reaction is open again."), to="treatments:reaction", pk=pk)
