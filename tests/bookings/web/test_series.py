"""The wizard of a series: one press books all; a refusal books nothing and keeps what was picked."""

from typing import Any

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.visits import plain_visit
from bookings.words import AppointmentKind
from clinic.models import Practitioner
from tests.bookings.api.test_appointments_api import Api
from tests.bookings.conftest import Clinic
from tests.factories import PatientFactory, practitioner


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


def asking(rows: list[dict[str, Any]], changed: int, value: str, **more: Any) -> dict[str, Any]:
    """What the page asks for when somebody picks another time for a session."""
    shown = {f"session-{row['one'].number}": row["used"][0] for row in rows}
    return {**shown, f"session-{changed}": value, "changed": changed, **more}


def test_the_rest_follows_a_pick_and_says_from_where(desk: Client, clinic: Clinic) -> None:
    plan = clinic.plan(sessions=3)
    path = f"/plans/{plan.pk}/dates/"
    rows = desk.get(path).context["rows"]
    value, slot = rows[1]["choices"][-1]
    assert slot.start.date() != rows[1]["used"][1].start.date()
    part = desk.get(path, asking(rows, 2, value), HTTP_HX_TARGET="dates").content.decode()
    assert ("<html" in part, "follows, before" in part) == (False, True)
    answer = desk.get(path, asking(rows, 2, value))
    after = answer.context["rows"]
    days = [row["used"][1].start.date() for row in after]
    assert (after[0]["used"], after[1]["used"][0]) == (rows[0]["used"], value)
    assert (days[2] - days[1]).days == 28
    assert [row["is_picked"] for row in after] == [False, True, False]
    assert [bool(row["before"]) for row in after] == [False, False, True]
    told = {f"session-{row['one'].number}": row["used"][0] for row in after}
    desk.post(path, told)
    assert Appointment.objects.of_plan(plan).count() == 3


def test_an_earlier_pick_that_a_later_one_excludes_is_let_go_with_its_reason(
    desk: Client, clinic: Clinic
) -> None:
    plan = clinic.plan(sessions=3)
    path = f"/plans/{plan.pk}/dates/"
    rows = desk.get(path).context["rows"]
    third = rows[2]["used"][0]
    value = rows[1]["choices"][-1][0]
    answer = desk.get(path, asking(rows, 2, value, picked=[3]))
    told = answer.context["conflicts"]
    assert answer.context["rows"][1]["used"][0] == value
    assert answer.context["rows"][2]["used"][0] != third
    assert told == ("Session 3 follows: what was picked for it no longer fits.",)


def test_a_pick_that_leaves_the_series_no_time_is_refused_with_its_reason(
    desk: Client, clinic: Clinic
) -> None:
    plan = clinic.plan(sessions=3)
    path = f"/plans/{plan.pk}/dates/"
    rows = desk.get(path).context["rows"]
    too_soon = rows[0]["used"][0]
    answer = desk.get(path, asking(rows, 2, too_soon))
    (told,) = answer.context["conflicts"]
    assert told == (
        "Session 2 cannot be then. It would be too near to another session of the series, or too far from it."
    )
    assert [row["used"] for row in answer.context["rows"]] == [row["used"] for row in rows]


def test_every_wish_is_kept_where_it_can_be_on_the_page_and_for_programs(
    desk: Client, clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    """With whom, on which weekdays, at which time of day, on the same weekday each time."""
    other = practitioner(at=clinic.location, name="Dr. Zimmer").pk
    page = {
        "practitioners": Practitioner.objects.get(resource=other).pk,
        "parts": "afternoon",
        "same_weekday": "on",
    }
    api = {"practitioners": [other], "weekdays": [1, 3], "parts": ["afternoon"], "same_weekday": True}
    plan = clinic.plan(sessions=3)
    rows = desk.get(f"/plans/{plan.pk}/dates/", {**page, "weekdays": ["1", "3"]}).context["rows"]
    shown = [row["choices"][0][1] for row in rows]
    told = Api(clinic.desk, capsys).post(f"plans/{plan.pk}/propose/", {"wishes": api}).json()
    answered = [(one["slot"]["starts_at"], one["slot"]["assignment"]) for one in told["sessions"]]
    zone = clinic.location.tz
    assert answered == [(slot.start.astimezone(zone).isoformat(), dict(slot.assignment)) for slot in shown]
    walls = [slot.start.astimezone(zone) for slot in shown]
    assert {slot.assignment["practitioner"] for slot in shown} == {other}
    assert len({wall.weekday() for wall in walls}) == 1
    assert walls[0].weekday() in (1, 3)
    assert all(12 <= wall.hour < 17 for wall in walls)
