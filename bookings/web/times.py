"""Times that can be offered to somebody on the phone or on the page: free, inside the rules, spread over days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice

from bookings.assignment import Slot
from bookings.care import anchors_of
from bookings.problems import rule_problems
from bookings.series import Wishes
from bookings.slots import free_slots, settings_of, spread_out
from bookings.supply import last_start
from bookings.units import unit
from bookings.visits import Visit
from clinic.errors import Problem, Warning
from clinic.timekeeping import ONE_DAY, day_start, local_day

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

    def against(day: date, others: Mapping[int, date] | None) -> list[Problem]:
        """What stands against the end of a day, the other sessions being where they are said to be."""
        last_minute = day_start(day + ONE_DAY, zone) - timedelta(minutes=1)
        problems = rule_problems(
            visit, start=last_minute, chosen={}, now=now, without=leaving, anchors=others
        )
        return [problem for problem in problems if not isinstance(problem, Warning)]

    @cache
    def is_allowed(day: date) -> bool:
        """Care is judged by the day, so each day is asked once, and a stretch without any good day is not read."""
        return not against(day, anchors)

    if any(problem.possible_from is None for problem in against(first, {})):
        return []  # it has nothing to do with the other sessions, and no day cures it
    first = max(
        [first, *(local_day(one.possible_from, zone) for one in against(first, anchors) if one.possible_from)]
    )
    found: list[Slot] = []
    while len(found) < count and first <= last:
        days = min(STRETCH, (last - first).days + 1)
        if any(is_allowed(first + timedelta(days=number)) for number in range(days)):
            free = free_slots(
                visit, first_day=first, days=days, now=now, wishes=wishes, only=only, without=leaving
            )
            allowed = (slot for slot in free if is_allowed(local_day(slot.start, zone)))
            found += islice(spread_out(allowed, visit.location, a_day=a_day), count - len(found))
        first += timedelta(days=STRETCH)
    return found
