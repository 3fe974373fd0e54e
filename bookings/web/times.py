"""Times that can be offered to somebody on the phone or on the page: free, inside the rules, spread over days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice

from bookings.assignment import Slot
from bookings.care import anchors_of
from bookings.problems import rule_problems
from bookings.series import Wishes
from bookings.slots import free_slots, settings_of, spread_out
from bookings.supply import last_start
from bookings.units import unit
from bookings.visits import Visit
from clinic.errors import Warning
from clinic.timekeeping import local_day

#: Free times are looked for so many days at once.
STRETCH = 28


@unit
def times_for(
    visit: Visit,
    *,
    now: datetime,
    from_day: date,
    count: int,
    until: date | None = None,
    wishes: Wishes | None = None,
    only: Mapping[str, int] | None = None,
    without: Iterable[int] = (),
    a_day: int = 2,
) -> list[Slot]:
    """The next starts that are free and that the rules allow, soonest first; at most `a_day` of one local day.

    `until` is the last local day looked at; without it, the location's horizon. One unit of work: what the rules
    read is read once, however many days are asked about.
    """
    zone, leaving = visit.location.tz, list(without)
    horizon = local_day(last_start(now, settings_of(visit.location).horizon_days, zone), zone)
    first, last = max(from_day, local_day(now, zone)), min(until or horizon, horizon)
    anchors = anchors_of(visit.session.plan, now=now, without=leaving) if visit.session else None
    found: list[Slot] = []
    while len(found) < count and first <= last:
        days = min(STRETCH, (last - first).days + 1)
        free = free_slots(
            visit, first_day=first, days=days, now=now, wishes=wishes, only=only, without=leaving
        )
        allowed = _allowed(free, visit, now, leaving, anchors)
        found += islice(spread_out(allowed, visit.location, a_day=a_day), count - len(found))
        first += timedelta(days=STRETCH)
    return found


def _allowed(
    free: Iterator[Slot],
    visit: Visit,
    now: datetime,
    without: list[int],
    anchors: Mapping[int, date] | None,
) -> Iterator[Slot]:
    """Care is judged by the day, so each day is asked once."""
    verdicts: dict[date, bool] = {}
    for slot in free:
        day = local_day(slot.start, visit.location.tz)
        if day not in verdicts:
            found = rule_problems(
                visit, start=slot.start, chosen={}, now=now, without=without, anchors=anchors
            )
            verdicts[day] = all(isinstance(problem, Warning) for problem in found)
        if verdicts[day]:
            yield slot
