"""A day's number under fire: whoever takes the last place at the same instant, nobody takes one too many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.actions import appointments
from bookings.actions.choosing import hold_choices, take_choice
from bookings.actions.series import ChosenTime, book_series
from bookings.models import Appointment
from bookings.slots import next_free
from bookings.visits import visit_of
from clinic.api.authentication import token_hash
from clinic.models import ApiToken, Resource
from tests.bookings.conftest import FIRST, Clinic
from tests.races.conftest import kinds, race

pytestmark = pytest.mark.race
#: Longer than any visit here: nobody is in anybody's way but by the day's number.
APART, DAY = timedelta(hours=2), timedelta(days=1)


@pytest.fixture
def counted(raced_clinic: Clinic) -> Clinic:
    """Dr. Weiss takes two a day."""
    Resource.objects.filter(pk=raced_clinic.weiss).update(daily_quota=2)
    return raced_clinic


def session(clinic: Clinic) -> Any:
    return clinic.plan().sessions.get(number=1)


def booking(clinic: Clinic, place: int, **fields: Any) -> Callable[[], Any]:
    visit, facts = visit_of(session(clinic)), {"by": clinic.desk, "now": clinic.now, **fields}
    start = FIRST + place * APART
    return lambda: appointments.book(visit=visit, starts_at=start, chosen=clinic.chosen(), **facts)


def on_that_day() -> int:
    return Appointment.objects.occupying().filter(starts_at__gte=FIRST, starts_at__lt=FIRST + DAY / 2).count()


def test_desks_and_programs_at_once_fill_the_day_and_no_more(counted: Clinic) -> None:
    ApiToken.objects.create(token_hash=token_hash("race"), user=counted.desk, created_at=counted.now)
    by_api = session(counted).pk

    def api() -> int:
        body = {
            "session": by_api,
            "starts_at": (FIRST + 5 * APART).isoformat(),
            "assignment": counted.chosen(),
        }
        headers = {"Authorization": "Bearer race"}
        answer = Client().post("/api/v1/appointments/", body, "application/json", headers=headers)
        assert answer.status_code == 201 or answer.json()["code"] == "quota"
        return answer.status_code

    outcomes = race(api, *(booking(counted, place) for place in range(5)))
    refused = kinds(outcomes).get("quota", 0) + outcomes.count(409)
    assert (on_that_day(), refused) == (2, 4)


def test_a_move_a_choice_and_a_series_race_for_the_last_place(counted: Clinic) -> None:
    booking(counted, 0)()
    elsewhere = booking(counted, 12)()
    taken, plan = session(counted), counted.plan()
    slot = next_free(visit_of(taken), now=counted.now, from_day=FIRST.date(), count=1)[0]
    facts: dict[str, Any] = {"by": counted.desk, "now": counted.now}
    times = {1: ChosenTime(FIRST + 4 * APART, counted.chosen())}
    hold_choices(visit=visit_of(taken), slots=[slot], desk="anna", **facts)
    outcomes = race(
        lambda: appointments.move(appointment=elsewhere, starts_at=FIRST + 3 * APART, **facts),
        lambda: take_choice(
            visit=visit_of(taken), starts_at=slot.start, chosen=dict(slot.assignment), desk="anna", **facts
        ),
        lambda: book_series(plan=plan, chosen=times, **facts),
    )
    assert kinds(outcomes) == {"done": 1, "quota": 2}
    assert (
        Appointment.objects.occupying().exclude(status="held").filter(starts_at__lt=FIRST + DAY / 2).count()
        == 2
    )
