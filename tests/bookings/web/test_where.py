"""Where a card may be dropped, before it is dropped."""

from datetime import timedelta

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.visits import plain_visit, visit_of
from bookings.words import AppointmentKind
from tests.bookings.conftest import FIRST, Clinic
from tests.factories import PatientFactory, practitioner

DAY = "2026-03-30"


@pytest.fixture
def desk(client: Client, clinic: Clinic) -> Client:
    """The front desk, signed in."""
    client.force_login(clinic.desk)
    return client


def seconds(minutes: int) -> int:
    """Seconds since 1970, so many minutes after nine on that Monday."""
    return int((FIRST + timedelta(minutes=minutes)).timestamp())


def booked(clinic: Clinic, minutes: int, room: int = 0) -> int:
    """The key of a consultation of half an hour with Dr. Weiss."""
    visit = plain_visit(PatientFactory(at=clinic.location), clinic.location, AppointmentKind.CONSULTATION)
    start = FIRST + timedelta(minutes=minutes)
    chosen = {"practitioner": clinic.weiss, "room": clinic.rooms[room]}
    return actions.book(visit=visit, starts_at=start, chosen=chosen, by=clinic.desk, now=clinic.now).pk


def where(desk: Client, pk: int, more: str = "") -> dict[str, list[list[int]]]:
    """Resource → its stretches."""
    found: dict[str, list[list[int]]] = desk.get(f"/appointments/{pk}/where/?day={DAY}{more}").json()[
        "starts"
    ]
    return found


def test_a_card_may_go_wherever_its_column_is_free_long_enough(desk: Client, clinic: Clinic) -> None:
    row = booked(clinic, 0)
    booked(clinic, 60)
    stretches = where(desk, row)[str(clinic.weiss)]
    assert stretches[0][1] == seconds(30)
    assert stretches[1][0] == seconds(90)


def test_a_colleague_is_free_all_day_as_long_as_the_room_is_too(desk: Client, clinic: Clinic) -> None:
    other = practitioner(at=clinic.location, name="Jana Novák")
    row = booked(clinic, 0)
    booked(clinic, 60, room=1)
    assert len(where(desk, row)[str(other.pk)]) == 1
    booked(clinic, 120)
    assert len(where(desk, row)[str(other.pk)]) == 2


def test_every_place_that_is_shown_can_be_booked(desk: Client, clinic: Clinic) -> None:
    row = booked(clinic, 0)
    booked(clinic, 60)
    for first, last in where(desk, row)[str(clinic.weiss)]:
        for start in (first, last):
            told = {"start": f"{FIRST + timedelta(seconds=start - seconds(0)):%Y-%m-%dT%H:%M:%SZ}"}
            words = desk.get(f"/appointments/{row}/why-not/", told).content.decode()
            assert 'data-verdict="yes"' in words


def test_too_soon_after_the_session_before_there_is_no_place_and_a_reason(
    desk: Client, clinic: Clinic
) -> None:
    plan = clinic.plan(sessions=2)
    first, second = plan.sessions.order_by("number")
    actions.book(visit=visit_of(first), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    later = FIRST + timedelta(days=42)
    row = actions.book(visit=visit_of(second), starts_at=later, by=clinic.desk, now=clinic.now)
    answer = desk.get(f"/appointments/{row.pk}/where/?day=2026-04-01").json()
    assert (answer["starts"], len(answer["reasons"])) == ({}, 1)
    assert where(desk, row.pk, "&view=week").keys() == set()


def test_a_role_that_the_visit_does_not_need_has_no_place(desk: Client, clinic: Clinic) -> None:
    assert where(desk, booked(clinic, 0), "&by=device") == {}


def test_the_week_gives_the_places_of_seven_days(desk: Client, clinic: Clinic) -> None:
    stretches = where(desk, booked(clinic, 0), "&view=week")[str(clinic.weiss)]
    days = {(begin - seconds(0)) // 86400 for begin, _last in stretches}
    assert days >= {0, 1, 2, 3, 4}
