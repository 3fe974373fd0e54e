"""The wizard of a series: one press books all; a refusal books nothing and keeps what was picked."""

from typing import Any

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.visits import plain_visit
from bookings.words import AppointmentKind
from tests.bookings.conftest import Clinic
from tests.factories import PatientFactory


@pytest.fixture
def desk(client: Client, clinic: Clinic) -> Client:
    """The front desk, signed in."""
    client.force_login(clinic.desk)
    return client


def picks(rows: list[dict[str, Any]], **others: int) -> dict[str, str]:
    """The proposed times, with another one where a number says so."""
    return {
        f"session-{row['one'].number}": row["choices"][others.get(f"s{row['one'].number}", 0)][0]
        for row in rows
    }


def test_another_time_in_place_and_one_press_books_all(desk: Client, clinic: Clinic) -> None:
    plan = clinic.plan(sessions=3)
    rows = desk.get(f"/plans/{plan.pk}/dates/").context["rows"]
    told = picks(rows, s3=1)
    desk.post(f"/plans/{plan.pk}/dates/", told)
    booked = Appointment.objects.of_plan(plan).order_by("starts_at")
    assert [row.starts_at for row in booked] == [
        rows[0]["choices"][0][1].start,
        rows[1]["choices"][0][1].start,
        rows[2]["choices"][1][1].start,
    ]


def test_a_refusal_books_nothing_says_why_and_keeps_the_picks(desk: Client, clinic: Clinic) -> None:
    plan = clinic.plan(sessions=3)
    rows = desk.get(f"/plans/{plan.pk}/dates/").context["rows"]
    told = picks(rows, s3=1)
    first = rows[0]["choices"][0][1]
    other = plain_visit(PatientFactory(at=clinic.location), clinic.location, AppointmentKind.CONSULTATION)
    chosen = {role: pk for role, pk in first.assignment.items() if role in other.roles}
    actions.book(visit=other, starts_at=first.start, chosen=chosen, by=clinic.desk, now=clinic.now)
    answer = desk.post(f"/plans/{plan.pk}/dates/", told)
    page = answer.content.decode()
    assert (answer.status_code, "Nothing was booked." in page, "Somebody was faster" in page) == (
        409,
        True,
        True,
    )
    assert Appointment.objects.of_plan(plan).count() == 0
    assert answer.context["rows"][2]["used"][0] == told["session-3"]
