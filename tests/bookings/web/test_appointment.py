"""One appointment: its page and dialog, every verb, moving, cancelling, the start of a treatment."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.visits import plain_visit, visit_of
from bookings.words import AppointmentKind, AppointmentStatus
from clinic import roles
from tests.bookings.conftest import FIRST, Clinic
from tests.factories import PatientFactory, staff

LIVE = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://testserver/board/?day=2026-03-30&by=room"}


@pytest.fixture
def desk(client: Client, clinic: Clinic) -> Client:
    """The front desk, signed in."""
    client.force_login(clinic.desk)
    return client


@pytest.fixture
def row(clinic: Clinic) -> Appointment:
    """A consultation on that Monday at nine."""
    visit = plain_visit(PatientFactory(at=clinic.location), clinic.location, AppointmentKind.CONSULTATION)
    return actions.book(visit=visit, starts_at=FIRST, by=clinic.desk, now=clinic.now)


def verbs(client: Client, row: Appointment) -> list[str]:
    return [verb["code"] for verb in client.get(f"/appointments/{row.pk}/").context["verbs"]]


def test_verbs_are_those_that_the_day_allows(
    desk: Client, row: Appointment, clinic: Clinic, clock: object
) -> None:
    assert verbs(desk, row) == ["confirm"]
    actions.confirm(appointment=row, by=clinic.desk, now=clinic.now)
    assert verbs(desk, row) == []
    clock.move_to(FIRST + timedelta(minutes=10))  # type: ignore[attr-defined]
    desk.force_login(clinic.desk)
    assert verbs(desk, row) == ["arrive", "noshow"]
    desk.post(f"/appointments/{row.pk}/do/arrive/")
    assert verbs(desk, row) == ["fulfil", "undo"]


def test_a_verb_from_the_board_answers_with_a_toast_that_leads_back(desk: Client, row: Appointment) -> None:
    answer = desk.post(f"/appointments/{row.pk}/do/confirm/", {"version": 1}, **LIVE)  # type: ignore[arg-type]
    told = json.loads(answer["HX-Trigger"])
    assert (answer.status_code, told["toast"]["text"]) == (204, "Confirmed.")
    undone = desk.post(told["toast"]["undo"])
    assert undone["Location"] == "/board/?day=2026-03-30&by=room"
    row.refresh_from_db()
    assert row.confirmed_at is None


def test_a_stale_version_is_refused_with_who_changed_what(
    desk: Client, row: Appointment, clinic: Clinic
) -> None:
    actions.confirm(appointment=row, by=clinic.desk, now=clinic.now)
    answer = desk.post(f"/appointments/{row.pk}/do/confirm/", {"version": 1}, **LIVE)  # type: ignore[arg-type]
    told = json.loads(answer["HX-Trigger"])["toast"]
    assert (told["tone"], "Anna Berg" in told["text"]) == ("red", True)


def test_dialog_is_a_part_of_the_page(desk: Client, row: Appointment) -> None:
    page = desk.get(
        f"/appointments/{row.pk}/", HTTP_HX_TARGET="dialog", HTTP_HX_REQUEST="true"
    ).content.decode()
    assert ('id="dialog-title"' in page, "<html" in page, "hx-post" in page) == (True, False, True)


def test_unknown_verb_is_404(desk: Client, row: Appointment) -> None:
    assert desk.post(f"/appointments/{row.pk}/do/explode/").status_code == 404


def test_move_offers_times_and_takes_a_typed_one(desk: Client, row: Appointment) -> None:
    assert len(desk.get(f"/appointments/{row.pk}/move/").context["times"]) == 10
    told = {"day": "2026-03-31", "time": "10:30", "version": row.version, "tell": "yes"}
    answer = desk.post(f"/appointments/{row.pk}/move/?next=/board/", told)
    row.refresh_from_db()
    assert (answer["Location"], row.starts_at) == ("/board/", FIRST + timedelta(days=1, minutes=90))


def test_move_without_a_time_says_so(desk: Client, row: Appointment) -> None:
    answer = desk.post(f"/appointments/{row.pk}/move/", {"day": "2026-03-31", "time": ""})
    assert (answer.status_code, 'value="2026-03-31"' in answer.content.decode()) == (422, True)


def test_move_to_an_address_elsewhere_stays_here(desk: Client, row: Appointment) -> None:
    told = {"day": "2026-03-31", "time": "10:30"}
    answer = desk.post(f"/appointments/{row.pk}/move/?next=https://evil.example/", told)
    assert answer["Location"] == f"/appointments/{row.pk}/"


@pytest.mark.parametrize(("time", "verdict"), [("10:30", "yes"), ("19:00", "maybe"), ("09:00", "no")])
def test_why_not_answers_before_anything_is_moved(
    desk: Client, row: Appointment, clinic: Clinic, time: str, verdict: str
) -> None:
    other = plain_visit(PatientFactory(at=clinic.location), clinic.location, AppointmentKind.CONSULTATION)
    taken = {"practitioner": clinic.weiss}
    actions.book(
        visit=other, starts_at=FIRST + timedelta(days=1), chosen=taken, by=clinic.desk, now=clinic.now
    )
    path = f"/appointments/{row.pk}/why-not/?day=2026-03-31&time={time}&practitioner={clinic.weiss}"
    assert f'data-verdict="{verdict}"' in desk.get(path).content.decode()
    row.refresh_from_db()
    assert row.starts_at == FIRST


def test_cancel_asks_for_a_reason_and_keeps_the_note(desk: Client, row: Appointment) -> None:
    answer = desk.post(f"/appointments/{row.pk}/cancel/", {"note": "called in"})
    assert (answer.status_code, 'value="called in"' in answer.content.decode()) == (422, True)
    desk.post(f"/appointments/{row.pk}/cancel/", {"reason": "ill", "note": "called in", "tell": "yes"})
    row.refresh_from_db()
    assert (row.status, row.cancel_reason) == ("cancelled", "ill")
    assert verbs(desk, row) == ["undo"]


def test_no_get_changes_anything(desk: Client, row: Appointment) -> None:
    for verb in ("arrive", "confirm", "noshow", "undo", "keep"):
        assert desk.get(f"/appointments/{row.pk}/do/{verb}/").status_code == 405
    row.refresh_from_db()
    assert (row.status, row.version) == (AppointmentStatus.BOOKED, 1)


def test_a_treatment_that_may_not_begin_says_every_reason(
    client: Client, clinic: Clinic, clock: object
) -> None:
    session = clinic.plan(sessions=1).sessions.get()
    made = actions.book(visit=visit_of(session), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    clock.move_to(FIRST)  # type: ignore[attr-defined]
    actions.arrive(appointment=made, by=clinic.desk, now=FIRST)
    client.force_login(staff(roles.PRACTITIONER, at=clinic.location))
    answer = client.post(f"/sessions/{session.pk}/start/")
    said = [str(message) for message in answer.wsgi_request._messages]  # type: ignore[attr-defined]
    assert answer["Location"] == f"/sessions/{session.pk}/"
    assert any("consent" in sentence.lower() for sentence in said)
    session.refresh_from_db()
    assert session.status == "preparation"


def test_the_desk_may_not_begin_a_treatment(desk: Client, clinic: Clinic) -> None:
    session = clinic.plan(sessions=1).sessions.get()
    assert desk.post(f"/sessions/{session.pk}/start/").status_code == 403
