"""The wake-ups of many cancellations, the hourly job and the desk come at once: no two patients hold the same time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookings.actions import appointments
from bookings.actions.offering import offer_freed, offer_next
from bookings.actions.waiting import add
from bookings.models import Appointment, WaitlistEntry, WaitlistOffer
from clinic.intervals import Interval
from clinic.timekeeping import local_day
from tests.bookings.conftest import FIRST, Clinic
from tests.races.conftest import kinds, leave, race

pytestmark = pytest.mark.race
WAITING = 6


@pytest.fixture(autouse=True)
def nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits are real here; the wake-ups are run by the race itself."""
    monkeypatch.setattr("clinic.celery.app.send_task", lambda *_args, **_options: None)


def one_time_left(clinic: Clinic) -> Appointment:
    """An appointment on a day that is closed around it, and more patients who wait for that day than it has times."""
    row = appointments.book(visit=clinic.visit(), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    around = (
        (FIRST - timedelta(hours=6), row.starts_at),
        (row.ends_at, row.ends_at + timedelta(hours=14)),
    )
    for start, end in around:
        leave(clinic, start, end)
    day = local_day(FIRST, clinic.location.tz)
    for _ in range(WAITING):
        session = clinic.plan().sessions.get(number=1)
        add(session=session, from_on=day, until_on=day, by=clinic.desk, now=clinic.now)
    return row


def test_many_wake_ups_for_one_freed_time_make_one_offer(raced_clinic: Clinic) -> None:
    row = one_time_left(raced_clinic)
    now, place = raced_clinic.now, raced_clinic.location
    appointments.cancel(appointment=row, reason="other", by=raced_clinic.desk, now=now)
    freed = Interval(row.starts_at, row.ends_at)

    def woken() -> Any:
        return offer_freed(now=now, at=place.pk)

    def desk() -> Any:
        return offer_next(location=place, freed=freed, by=raced_clinic.desk, now=now)

    outcomes = race(woken, woken, desk, lambda: offer_freed(now=now), woken, desk)
    assert kinds(outcomes) == {"done": 6}
    made = WaitlistOffer.objects.get()
    assert (made.hold.starts_at, made.hold.status) == (row.starts_at, "held")
    assert WaitlistEntry.objects.waiting().count() == WAITING - 1


def test_a_wake_up_against_a_booking_gives_the_time_to_one_of_them(raced_clinic: Clinic) -> None:
    row = one_time_left(raced_clinic)
    now, other = raced_clinic.now, raced_clinic.visit()
    appointments.cancel(appointment=row, reason="other", by=raced_clinic.desk, now=now)
    race(
        lambda: offer_freed(now=now, at=raced_clinic.location.pk),
        lambda: appointments.book(visit=other, starts_at=FIRST, by=raced_clinic.desk, now=now),
    )
    assert Appointment.objects.occupying().filter(starts_at=FIRST).count() == 1
