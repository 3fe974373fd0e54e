"""Choices under fire: ten desks hold the same five, two desks take one session, a choice meets a booking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bookings.actions import appointments
from bookings.actions.choosing import hold_choices, release_choices, take_choice
from bookings.models import Appointment
from bookings.slots import next_free
from bookings.visits import visit_of
from tests.bookings.conftest import FIRST, Clinic
from tests.races.conftest import kinds, race

pytestmark = pytest.mark.race


def five(clinic: Clinic, session: Any) -> list[Any]:
    return next_free(visit_of(session), now=clinic.now, from_day=FIRST.date(), count=5)


def holding(clinic: Clinic, session: Any, desk: str, slots: list[Any]) -> Callable[[], Any]:
    return lambda: hold_choices(
        visit=visit_of(session), slots=slots, desk=desk, by=clinic.desk, now=clinic.now
    )


def test_ten_desks_that_want_the_same_five_times_share_them_without_an_error(raced_clinic: Clinic) -> None:
    sessions = [raced_clinic.plan().sessions.get(number=1) for _ in range(10)]
    slots = five(raced_clinic, sessions[0])
    outcomes = race(
        *(holding(raced_clinic, one, f"desk {number}", slots) for number, one in enumerate(sessions))
    )
    assert kinds(outcomes) == {"done": 10}
    assert sum(len(rows) for rows in outcomes) == 5
    assert sorted(row.starts_at for row in Appointment.objects.occupying()) == [one.start for one in slots]


def test_a_desk_that_searches_twice_at_once_keeps_one_set(raced_clinic: Clinic) -> None:
    first, second = (raced_clinic.plan().sessions.get(number=1) for _ in range(2))
    slots = five(raced_clinic, first)
    for _round in range(3):
        outcomes = race(
            holding(raced_clinic, first, "anna", slots),
            holding(raced_clinic, second, "anna", slots),
            lambda: release_choices(desk="anna", now=raced_clinic.now),
        )
        assert kinds(outcomes) == {"done": 3}
        assert Appointment.objects.occupying().count() in (0, 5)


def test_a_session_that_two_desks_take_is_booked_once(raced_clinic: Clinic) -> None:
    session = raced_clinic.plan().sessions.get(number=1)
    slots = five(raced_clinic, session)
    holding(raced_clinic, session, "anna", slots[:2])()
    holding(raced_clinic, session, "ben", slots[2:4])()

    def take(desk: str, slot: Any) -> Callable[[], Any]:
        return lambda: take_choice(
            visit=visit_of(session),
            starts_at=slot.start,
            chosen=dict(slot.assignment),
            desk=desk,
            by=raced_clinic.desk,
            now=raced_clinic.now,
        )

    outcomes = race(take("anna", slots[0]), take("ben", slots[2]))
    assert kinds(outcomes) == {"done": 1, "session_booked": 1}
    assert Appointment.objects.of_session(session).occupying().count() == 1


def test_a_choice_against_a_booking_of_another_desk_gives_the_time_to_one(raced_clinic: Clinic) -> None:
    session, other = (raced_clinic.plan().sessions.get(number=1) for _ in range(2))
    slot = five(raced_clinic, session)[0]
    outcomes = race(
        holding(raced_clinic, session, "anna", [slot]),
        lambda: appointments.book(
            visit=visit_of(other),
            starts_at=slot.start,
            chosen=dict(slot.assignment),
            by=raced_clinic.desk,
            now=raced_clinic.now,
        ),
    )
    held = outcomes[0]
    assert kinds(outcomes) in ({"done": 2}, {"done": 1, "taken": 1})
    assert (len(held) == 1) == (kinds(outcomes).get("taken") == 1)
