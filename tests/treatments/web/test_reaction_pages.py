"""One page for one adverse reaction: what, when, photos of its own, lots and settings, closing and opening again."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from clinic.errors import DomainError
from tests.treatments.day import NOW, Clinic, treated
from treatments.actions.consents import withdraw_consent
from treatments.actions.photos import add_reaction_photo
from treatments.actions.reactions import open_reaction
from treatments.models import AdverseReaction, Photo
from treatments.queries.photos import photos_by_view
from treatments.words import ReactionSeverity

pytestmark = pytest.mark.django_db


@pytest.fixture
def reaction(clinic: Clinic) -> AdverseReaction:
    """Pus on the left cheek, two days after session 1."""
    plan = clinic.plan()
    treated(plan, clinic)
    return open_reaction(
        plan,
        code="FL_PUS",
        severity=ReactionSeverity.MODERATE,
        onset_on=date(2026, 3, 5),
        note="left cheek",
        by=clinic.doctor_user,
        now=NOW + timedelta(days=2),
        session=plan.sessions.get(number=1),
    )


def jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), (200, 150, 130)).save(out, "JPEG")
    return out.getvalue()


def test_its_photos_stand_on_its_page_and_not_in_the_comparison(
    reaction: AdverseReaction, clinic: Clinic, client: Client
) -> None:
    client.force_login(clinic.doctor_user)
    sent = {"photo": SimpleUploadedFile("x.jpg", jpeg(), "image/jpeg")}
    client.post(f"/reactions/{reaction.pk}/photo/", sent)
    photo = reaction.photos.get()
    assert (photo.moment, photo.session, photo.taken_by) == ("reaction", reaction.session, clinic.doctor_user)
    page = client.get(f"/reactions/{reaction.pk}/").content.decode()
    for told in (f"/photos/{photo.pk}/", "left cheek", "L" + str(clinic.cartridge.product_id), "1.00 mm"):
        assert told in page
    assert photos_by_view(reaction.plan) == []


def test_without_the_consent_no_photo_is_kept(reaction: AdverseReaction, clinic: Clinic) -> None:
    withdraw_consent(reaction.plan.consents.get(), now=NOW + timedelta(days=3))
    with pytest.raises(DomainError) as refused:
        add_reaction_photo(reaction, data=jpeg(), by=clinic.doctor_user, now=NOW)
    assert refused.value.code == "photo_consent"


def test_the_database_knows_which_photos_are_of_a_reaction(reaction: AdverseReaction, clinic: Clinic) -> None:
    photo = add_reaction_photo(reaction, data=jpeg(), by=clinic.doctor_user, now=NOW)
    with pytest.raises(IntegrityError, match="photo_of_a_reaction_names_it"), transaction.atomic():
        Photo.objects.filter(pk=photo.pk).update(moment="after")


def test_closed_and_opened_again_with_a_reason(
    reaction: AdverseReaction, clinic: Clinic, client: Client
) -> None:
    client.force_login(clinic.doctor_user)
    client.post(f"/reactions/{reaction.pk}/close/", {"action_taken": "antibiotic cream"})
    reaction.refresh_from_db()
    assert reaction.status == "closed"
    client.post(f"/reactions/{reaction.pk}/reopen/", {"reason": ""})
    reaction.refresh_from_db()
    assert reaction.status == "closed"
    client.post(f"/reactions/{reaction.pk}/reopen/", {"reason": "it came back"})
    reaction.refresh_from_db()
    assert reaction.status == "open"
    assert "it came back" in client.get(f"/reactions/{reaction.pk}/").content.decode()
