"""Protocols on pages: a clinician reviews (BR-01), a manager drafts; versions never change, plans keep theirs."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from clinic import roles
from clinic.errors import DomainError
from tests.factories import protocol_version, staff
from tests.treatments.day import NOW, Clinic, treated
from treatments.actions.plans import opening_problems
from treatments.actions.protocols import (
    activate_version,
    begin_draft,
    confirm_values,
    edit_draft,
    set_country,
)
from treatments.catalogue.reader import read_catalogue
from treatments.definitions import sourced_values
from treatments.models import ProtocolVersion, ValueCheck
from treatments.queries.catalogue import definition_by, definition_of
from treatments.queries.protocols import unconfirmed
from treatments.versions import OWN_SOURCE, differences, editable_fields, owner_of, rows_of, values_of
from treatments.web.value_words import OF_A_KIND, WORDS
from treatments.words import VersionStatus

pytestmark = pytest.mark.django_db


def test_a_protocol_is_offered_only_when_every_value_was_checked(clinic: Clinic, client: Client) -> None:
    """BR-01: a page that confirms chapter by chapter; the same value elsewhere is confirmed with it."""
    version, other = protocol_version("MN_ACNE_SCAR"), protocol_version("MN_WRINKLE")
    version.protocol.is_on = False
    version.protocol.save()
    client.force_login(clinic.doctor_user)
    page = client.get("/catalogue/MN_ACNE_SCAR/review/")
    assert page.context["left"] == len(unconfirmed(version)) > 100
    client.post("/catalogue/MN_ACNE_SCAR/settle/", {"what": "on"})
    version.protocol.refresh_from_db()
    assert not version.protocol.is_on
    every = [row.path for group in page.context["groups"] for row in group.rows]
    client.post("/catalogue/MN_ACNE_SCAR/review/", {"path": every, "everywhere": "1"})
    assert unconfirmed(version) == []
    assert 0 < len(unconfirmed(other)) < 100
    check = ValueCheck.objects.filter(protocol_version=version).first()
    assert check is not None
    assert (check.checked_by, check.old_value) == (clinic.doctor_user, check.new_value)
    client.post("/catalogue/MN_ACNE_SCAR/settle/", {"what": "on"})
    version.protocol.refresh_from_db()
    assert version.protocol.is_on


def test_a_manager_cannot_confirm_clinical_values(clinic: Clinic, client: Client) -> None:
    version = protocol_version()
    manager = staff(roles.MANAGER, at=clinic.location)
    with pytest.raises(DomainError, match="physician or prescriber"):
        confirm_values(version, paths=["stale"], by=manager, now=NOW)
    client.force_login(manager)
    assert "Confirm the ticked" not in client.get("/catalogue/MN_ACNE_SCAR/review/").content.decode()


def test_a_manager_drafts_sees_the_difference_and_activates(clinic: Clinic, client: Client) -> None:
    plan = clinic.plan()
    old = plan.sessions.get(number=1).protocol_version
    client.force_login(staff(roles.MANAGER, at=clinic.location))
    client.post("/catalogue/MN_ACNE_SCAR/draft/")
    step = "steps/2-6"
    page = client.post("/catalogue/MN_ACNE_SCAR/draft/?chapter=steps", {"path": step, "v.ideal_days": "35"})
    assert [(one.path, one.field, one.old, one.new) for one in page.context["differences"]] == [
        (step, "ideal_days", 28, 35)
    ]
    wrong = client.post("/catalogue/MN_ACNE_SCAR/draft/", {"path": step, "v.ideal_days": "soon"})
    assert (wrong.status_code, 'value="soon"' in wrong.content.decode()) == (422, True)
    client.post("/catalogue/MN_ACNE_SCAR/settle/", {"what": "activate"})
    new = ProtocolVersion.objects.active().get(protocol=old.protocol)
    old.refresh_from_db()
    assert (old.status, new.number) == (VersionStatus.RETIRED, old.number + 1)
    assert definition_of(plan.sessions.get(number=2)).steps[0].ideal_days == 28
    assert clinic_plan_ideal(new) == 35
    # What a manager changed is the clinic's own value: the protocol waits for a clinician.
    new.protocol.refresh_from_db()
    assert (step in [one.path for one in unconfirmed(new)], new.protocol.is_on) == (True, False)


def clinic_plan_ideal(version: ProtocolVersion) -> int:
    return definition_by(version.pk, version.checksum).steps[0].ideal_days


def test_a_value_that_a_clinician_changes_is_checked_with_old_and_new(clinic: Clinic) -> None:
    draft = begin_draft(protocol_version().protocol, by=clinic.doctor_user, now=NOW)
    draft = edit_draft(draft, path="stale", typed={"days": "100"}, by=clinic.doctor_user, now=NOW)
    check = ValueCheck.objects.get(protocol_version=draft, path="stale")
    assert check.old_value is not None
    assert check.new_value is not None
    assert (check.old_value["days"], check.new_value["days"], check.checked_by) == (
        84,
        100,
        clinic.doctor_user,
    )


def test_a_draft_that_does_not_hold_together_is_refused(clinic: Clinic) -> None:
    draft = begin_draft(protocol_version().protocol, by=clinic.doctor_user, now=NOW)
    for path, typed in (
        ("steps/2-6", {"min_days": "50"}),
        ("zones/F_CHIN/needle", {"cap": "0.1"}),
        ("nowhere", {"days": "1"}),
        ("stale", {"grade": "A"}),
    ):
        with pytest.raises(DomainError):
            edit_draft(draft, path=path, typed=typed, by=clinic.doctor_user, now=NOW)
    draft.refresh_from_db()
    assert draft.checksum == protocol_version().checksum
    edit_draft(draft, path="sessions", typed={"maximum": "8"}, by=clinic.doctor_user, now=NOW)
    with pytest.raises(DomainError, match="steps end before session 6, not 8"):
        activate_version(draft, by=clinic.doctor_user, now=NOW)
    edit_draft(draft, path="steps/2-6", typed={"session_to": "8"}, by=clinic.doctor_user, now=NOW)
    assert activate_version(draft, by=clinic.doctor_user, now=NOW).status == VersionStatus.ACTIVE


def test_an_active_version_never_changes_by_page_orm_or_sql(clinic: Clinic) -> None:
    version = protocol_version()
    with pytest.raises(DomainError, match="Only a draft"):
        edit_draft(version, path="stale", typed={"days": "90"}, by=clinic.doctor_user, now=NOW)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        ProtocolVersion.objects.filter(pk=version.pk).update(definition={})
    draft = begin_draft(version.protocol, by=clinic.doctor_user, now=NOW)
    activate_version(draft, by=clinic.doctor_user, now=NOW)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        ProtocolVersion.objects.filter(pk=version.pk).update(definition={})


def test_a_country_where_it_is_not_offered(clinic: Clinic) -> None:
    """BR-12: a flag with its reason in the version; taken away by a later draft."""
    draft = begin_draft(protocol_version().protocol, by=clinic.doctor_user, now=NOW)
    before = definition_by(draft.pk, draft.checksum)
    set_country(draft, country="de", reason="not authorised here", by=clinic.doctor_user, now=NOW)
    draft.refresh_from_db()
    said = differences(before, definition_by(draft.pk, draft.checksum))
    assert [(one.path, one.field, one.new) for one in said] == [
        ("countries_off/DE", "country", "DE"),
        ("countries_off/DE", "reason", "not authorised here"),
    ]
    activate_version(draft, by=clinic.doctor_user, now=NOW + timedelta(hours=1))
    version = ProtocolVersion.objects.active().select_related("protocol").get(pk=draft.pk)
    found = {
        one.code.partition(":")[0]: one.sentence for one in opening_problems([version] * 4, country="DE")
    }
    assert any("not authorised here" in sentence for sentence in found.values())
    assert not any("authorised" in one.sentence for one in opening_problems([version] * 4, country="FR"))


def test_every_value_has_a_place_and_a_change_touches_nothing_else(clinic: Clinic) -> None:
    draft = begin_draft(protocol_version().protocol, by=clinic.doctor_user, now=NOW)
    before = definition_by(draft.pk, draft.checksum)
    chin = before.zone("F_CHIN")
    assert chin is not None
    assert chin.needle is not None
    assert dict(editable_fields(chin.needle))["soft"] == "1.50"
    assert values_of(before)["zones/F_CHIN/needle", "soft"] == "1.50"
    edit_draft(draft, path="zones/F_CHIN/needle", typed={"soft": "1,75"}, by=clinic.doctor_user, now=NOW)
    draft.refresh_from_db()
    after = definition_by(draft.pk, draft.checksum)
    assert [(one.path, one.field, one.new) for one in differences(before, after)] == [
        ("zones/F_CHIN/needle", "soft", "1.75")
    ]
    assert after.zone("F_CHEEK_LATERAL") == before.zone("F_CHEEK_LATERAL")
    assert Decimal(values_of(after)["zones/F_CHIN/needle", "soft"]) == Decimal("1.75")


def test_a_signed_record_keeps_the_version_it_was_made_with(clinic: Clinic) -> None:
    session = treated(clinic.plan(), clinic).record.session
    draft = begin_draft(session.protocol_version.protocol, by=clinic.doctor_user, now=NOW)
    activate_version(draft, by=clinic.doctor_user, now=NOW)
    session.refresh_from_db()
    assert session.protocol_version.status == VersionStatus.RETIRED


def test_curves_lists_choices_and_nested_rows_are_edited_and_become_the_clinics_own(clinic: Clinic) -> None:
    draft = begin_draft(protocol_version().protocol, by=clinic.doctor_user, now=NOW)

    def edit(path: str, **typed: str) -> None:
        edit_draft(draft, path=path, typed=typed, by=clinic.doctor_user, now=NOW)

    before = definition_by(draft.pk, draft.checksum)
    curve = before.envelopes[0]
    at = next(path for path, value in rows_of(before) if value is curve)
    edit(at, days="0 1 3", scores="7, 5, 0")
    for wrong in ({"days": "0 1"}, {"scores": "7 5 11"}, {"days": "0 3 1"}, {"days": "0 1 soon"}):
        with pytest.raises(DomainError):
            edit(at, **wrong)
    trigger = next(path for path, value in rows_of(before) if type(value).__name__ == "FlagTrigger")
    edit(trigger, from_day="2")
    edit("placement", regions="face\nneck")
    edit("screening/PREGNANT", severity="SIGNOFF")
    with pytest.raises(DomainError):
        edit("screening/PREGNANT", severity="MAYBE")
    draft.refresh_from_db()
    after = definition_by(draft.pk, draft.checksum)
    assert (after.envelopes[0].days, after.envelopes[0].scores) == ((0, 1, 3), (7, 5, 0))
    assert [str(region) for region in after.placement.regions] == ["face", "neck"]
    owner = owner_of(after, trigger)
    assert owner == trigger.rpartition("/triggers")[0]
    own = {one.path for one in sourced_values(after) if one.value.source == OWN_SOURCE}
    assert own == {at, owner, "placement", "screening/PREGNANT"}
    assert set(draft.value_checks.filter(path__in=own).values_list("path", flat=True)) == own


def test_steps_are_added_and_taken_away(clinic: Clinic, client: Client) -> None:
    protocol_version()
    client.force_login(clinic.doctor_user)
    client.post("/catalogue/MN_ACNE_SCAR/draft/")
    client.post("/catalogue/MN_ACNE_SCAR/draft/", {"path": "steps/2-6", "v.session_to": "3"})
    client.post("/catalogue/MN_ACNE_SCAR/draft/", {"step": "add"})
    client.post(
        "/catalogue/MN_ACNE_SCAR/draft/", {"path": "steps/4-4", "v.session_to": "6", "v.ideal_days": "42"}
    )
    draft = ProtocolVersion.objects.get(status="draft")
    found = definition_by(draft.pk, draft.checksum).steps
    assert [(one.code, one.ideal_days) for one in found] == [("2-3", 28), ("4-6", 42)]
    client.post("/catalogue/MN_ACNE_SCAR/draft/", {"step": "4-6"})
    client.post("/catalogue/MN_ACNE_SCAR/draft/", {"step": "2-3"})
    draft.refresh_from_db()
    assert [one.code for one in definition_by(draft.pk, draft.checksum).steps] == ["2-3"]
    client.post("/catalogue/MN_ACNE_SCAR/settle/", {"what": "activate"})
    draft.refresh_from_db()
    assert draft.status == VersionStatus.DRAFT


def test_every_field_that_can_be_changed_has_a_word_of_the_trade() -> None:
    """No page shows the name of a column: every field of every shipped protocol is in the list of words."""
    nameless = {
        (type(value).__name__, name)
        for protocol in read_catalogue().protocols
        for _path, value in rows_of(protocol)
        for name, _told in editable_fields(value)
        if name not in WORDS and (type(value).__name__, name) not in OF_A_KIND
    }
    assert nameless == set()


def test_every_chapter_of_a_draft_is_a_page(clinic: Clinic, client: Client) -> None:
    protocol_version("MS_LIPO_BODY")
    client.force_login(clinic.doctor_user)
    client.post("/catalogue/MS_LIPO_BODY/draft/")
    first = client.get("/catalogue/MS_LIPO_BODY/draft/", follow=True)
    slugs = [slug for slug, _title, _count in first.context["chapters"]]
    assert {"protocol", "steps", "envelopes", "red_flags", "mixtures", "dose_limits", "eligibility"} <= set(
        slugs
    )
    for slug in slugs:
        page = client.get(f"/catalogue/MS_LIPO_BODY/draft/?chapter={slug}")
        assert (page.status_code, page.context["chapter"].slug) == (200, slug)
