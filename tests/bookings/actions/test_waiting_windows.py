"""What is offered lies inside the wished days and inside the due window, from both sides, and is not what was left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bookings.actions import appointments
from bookings.actions.offering import offer_freed, offer_next
from bookings.actions.waiting import add, decline
from bookings.care import window_of
from bookings.models import WaitlistEntry, WaitlistOffer
from bookings.visits import visit_of
from clinic.intervals import Interval
from clinic.timekeeping import ONE_DAY, day_bounds, local_day
from tests.bookings.conftest import FIRST, Clinic
from tests.treatments.day import screen
from treatments.series import DueWindow

EVER: dict[str, Any] = {"from_on": date(2026, 3, 3), "until_on": date(2026, 12, 31)}


def second_waits(clinic: Clinic, **days: date) -> WaitlistEntry:
    """The second session of a plan waits; the first is booked, so that the window is anchored."""
    plan = clinic.plan()
    first, second = plan.sessions.get(number=1), plan.sessions.get(number=2)
    appointments.book(visit=visit_of(first), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    period: dict[str, Any] = {**EVER, **days}
    return add(session=second, by=clinic.desk, now=clinic.now, **period)


def bounds(clinic: Clinic, entry: WaitlistEntry) -> tuple[date, date]:
    window = window_of(entry.treatment_session, now=clinic.now)
    assert window is not None
    return window.earliest, window.latest


def working(day: date, step: timedelta) -> date:
    """The day itself, or the next one that is no weekend in the direction of the step."""
    while day.weekday() > 4:
        day += step
    return day


def offered_on(clinic: Clinic, day: date) -> WaitlistOffer | None:
    freed = day_bounds(day, clinic.location.tz)
    return offer_next(location=clinic.location, freed=freed, by=clinic.desk, now=clinic.now)


def test_nothing_is_offered_the_day_before_the_window_opens_or_after_it_closes(clinic: Clinic) -> None:
    entry = second_waits(clinic)
    earliest, latest = bounds(clinic, entry)
    assert offered_on(clinic, working(earliest - ONE_DAY, -ONE_DAY)) is None
    assert offered_on(clinic, working(latest + ONE_DAY, ONE_DAY)) is None


@pytest.mark.parametrize("edge", [0, 1])
def test_the_first_and_the_last_day_of_the_window_are_offered(clinic: Clinic, edge: int) -> None:
    entry = second_waits(clinic)
    day = working(bounds(clinic, entry)[edge], (ONE_DAY, -ONE_DAY)[edge])
    made = offered_on(clinic, day)
    assert made is not None
    assert (made.entry, local_day(made.hold.starts_at, clinic.location.tz)) == (entry, day)


def test_wished_days_narrow_the_window_from_both_sides(clinic: Clinic) -> None:
    middle = date(2026, 5, 5)
    entry = second_waits(clinic, from_on=middle, until_on=middle)
    earliest, latest = bounds(clinic, entry)
    assert earliest < middle - ONE_DAY < middle + ONE_DAY < latest
    assert [offered_on(clinic, middle + days * ONE_DAY) for days in (-1, 1)] == [None, None]
    assert offered_on(clinic, middle) is not None


def test_a_stretch_longer_than_the_wished_days_is_offered_only_inside_them(clinic: Clinic) -> None:
    wished = date(2026, 5, 5)
    second_waits(clinic, from_on=wished, until_on=wished)
    zone = clinic.location.tz
    around = Interval(
        day_bounds(wished - 3 * ONE_DAY, zone).start, day_bounds(wished + 3 * ONE_DAY, zone).end
    )
    made = offer_next(location=clinic.location, freed=around, by=clinic.desk, now=clinic.now)
    assert made is not None
    assert local_day(made.hold.starts_at, zone) == wished


def test_who_gave_a_time_up_is_not_offered_it_again(clinic: Clinic) -> None:
    session = clinic.plan().sessions.get(number=1)
    day = local_day(FIRST, clinic.location.tz)
    add(session=session, from_on=day, until_on=day, by=clinic.desk, now=clinic.now)
    row = appointments.book(visit=visit_of(session), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    appointments.cancel(appointment=row, reason="other", by=None, now=clinic.now, by_patient=True)
    assert offer_freed(now=clinic.now) == 1
    made = WaitlistOffer.objects.get()
    assert not overlap(made, row.starts_at, row.ends_at)
    decline(offer=made, by=None, now=clinic.now)
    assert offer_freed(now=clinic.now) == 1
    again = WaitlistOffer.objects.get(status="open")
    assert not overlap(again, made.hold.starts_at, made.hold.ends_at)
    assert not overlap(again, row.starts_at, row.ends_at)


def overdue(clinic: Clinic) -> tuple[WaitlistEntry, Clinic, DueWindow]:
    """The first session was performed on the day of FIRST; the second waits, and its due window is over."""
    session = clinic.plan().sessions.get(number=1)
    type(session).objects.filter(pk=session.pk).update(status="completed", performed_at=FIRST)
    second = session.plan.sessions.get(number=2)
    window = window_of(second, now=clinic.now)
    assert window is not None
    later = replace(clinic, now=day_bounds(window.latest + 3 * ONE_DAY, clinic.location.tz).start)
    return add(session=second, by=clinic.desk, now=later.now, **EVER), later, window


def test_who_waits_past_the_window_is_offered_the_next_time_there_is(clinic: Clinic) -> None:
    entry, later, window = overdue(clinic)
    assert offer_freed(now=later.now) == 1
    made = WaitlistOffer.objects.get(entry=entry)
    assert local_day(made.hold.starts_at, clinic.location.tz) == working(window.latest + 3 * ONE_DAY, ONE_DAY)


def test_the_overdue_come_before_those_who_asked_earlier_and_still_have_time(clinic: Clinic) -> None:
    _entry, later, window = overdue(clinic)
    day = working(window.latest + 4 * ONE_DAY, ONE_DAY)
    first_to_ask = clinic.plan().sessions.get(number=1)
    add(session=first_to_ask, by=clinic.desk, now=clinic.now, from_on=day, until_on=day)
    names = [offered_on(later, day) for _ in range(2)]
    assert [made.entry.treatment_session.number for made in names if made] == [2, 1]


def test_after_so_long_a_break_nothing_is_offered_until_the_plan_is_re_assessed(clinic: Clinic) -> None:
    entry, _later, window = overdue(clinic)
    assert window.stale_from is not None
    zone = clinic.location.tz
    still_good = working(window.stale_from - ONE_DAY, -ONE_DAY)
    assert offer_freed(now=day_bounds(window.stale_from, zone).start) == 0
    screen(entry.treatment_session.plan, now=day_bounds(window.stale_from + ONE_DAY, zone).start)
    assert offer_freed(now=day_bounds(window.stale_from + 2 * ONE_DAY, zone).start) == 1
    made = WaitlistOffer.objects.get(entry=entry)
    assert local_day(made.hold.starts_at, zone) > still_good


def test_the_last_day_before_the_break_is_too_long_is_offered(clinic: Clinic) -> None:
    entry, later, window = overdue(clinic)
    assert window.stale_from is not None
    last_good, first_stale = window.stale_from - ONE_DAY, window.stale_from
    assert offered_on(later, first_stale) is None
    made = offered_on(later, last_good)
    assert made is not None
    assert made.entry == entry


def overlap(offer: WaitlistOffer, start: datetime, end: datetime) -> Any:
    return Interval(offer.hold.starts_at, offer.hold.ends_at).overlaps(Interval(start, end))
