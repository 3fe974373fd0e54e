"""Checking in: what is missing before a visit begins, where it is, who walks in; and nothing clinical for the desk."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.readiness import CLEAR, CLINICIAN, CONSENT, QUESTIONS, readiness
from bookings.visits import visit_of
from bookings.words import AppointmentStatus
from clinic.errors import Blocker, NeedsApproval, Warning
from tests.bookings.conftest import FIRST, Clinic
from tests.factories import PatientFactory


@pytest.fixture
def row(clinic: Clinic) -> Appointment:
    """The first session of a plan, without consent and without answers."""
    session = clinic.plan(sessions=3).sessions.get(number=1)
    return actions.book(visit=visit_of(session), starts_at=FIRST, by=clinic.desk, now=clinic.now)


@pytest.fixture
def desk(client: Client, clinic: Clinic, row: Appointment, clock: Any) -> Client:
    """The front desk on that morning."""
    clock.move_to(FIRST)
    client.force_login(clinic.desk)
    return client


def test_reasons_are_told_in_the_words_of_the_desk() -> None:
    found = readiness(
        [
            Blocker(code="screening_due", sentence="…"),
            Blocker(code="screening_incomplete", sentence="…"),
            NeedsApproval(code="consent_missing", sentence="…"),
            Blocker(code="screening:PREGNANT", sentence="…"),
            Warning(code="next_too_close", sentence="…"),
        ]
    )
    assert found == [QUESTIONS, CONSENT, CLINICIAN]
    assert readiness([]) == [CLEAR]


def test_waiting_room_says_where_how_long_and_what_is_missing(
    desk: Client, row: Appointment, clinic: Clinic
) -> None:
    desk.post(f"/appointments/{row.pk}/do/arrive/", {"version": row.version, "next": "/waiting-room/"})
    page = desk.get("/waiting-room/")
    (one,) = page.context["waiting"]
    assert (one["row"], one["minutes"], "Room" in one["where"]) == (row, 0, True)
    assert CONSENT in one["ready"]
    assert [verb["code"] for verb in one["verbs"]] == ["fulfil", "undo"]


def test_somebody_who_walks_in_is_booked_for_now_and_here(desk: Client, clinic: Clinic, clock: Any) -> None:
    now = FIRST + timedelta(hours=4)
    clock.move_to(now)
    desk.force_login(clinic.desk)
    patient = PatientFactory(at=clinic.location)
    assert "Book and check in" in desk.get(f"/book/{patient.pk}/?here=yes").content.decode()
    desk.post(f"/book/{patient.pk}/", {"for": "consultation", "here": "yes"})
    made = Appointment.objects.get(patient=patient)
    assert (made.status, made.starts_at, made.is_told) == (AppointmentStatus.ARRIVED, now, False)


def test_a_walk_in_that_nobody_can_take_says_why_and_books_nothing(
    desk: Client, clinic: Clinic, clock: Any
) -> None:
    clock.move_to(FIRST.replace(hour=2))
    desk.force_login(clinic.desk)
    patient = PatientFactory(at=clinic.location)
    answer = desk.post(f"/book/{patient.pk}/", {"for": "consultation", "here": "yes"})
    assert answer.status_code in (409, 422)
    assert not Appointment.objects.filter(patient=patient).exists()


def test_the_room_is_chosen_at_check_in_and_changed_later(
    desk: Client, row: Appointment, clinic: Clinic
) -> None:
    first, second = clinic.rooms
    assert "taken when they check in" in desk.get(f"/appointments/{row.pk}/").content.decode()
    desk.post(f"/appointments/{row.pk}/do/arrive/", {"version": row.version, "room": second})
    assert row.claims.filter(resource=second).exists()
    row.refresh_from_db()
    told = {"version": row.version, "room": first}
    answer = desk.post(f"/appointments/{row.pk}/room/", told, follow=True)
    assert "The room is changed." in answer.content.decode()
    assert (row.claims.filter(resource=first).exists(), row.claims.filter(resource=second).exists()) == (
        True,
        False,
    )
