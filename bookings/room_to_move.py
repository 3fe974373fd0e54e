"""Where an appointment may go: for every column of the board the starts at which nothing stands against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bookings.actions.moving import assignment_of, visit_for
from bookings.availability import Search
from bookings.models import Appointment
from bookings.problems import LATE_ENTRY, rule_problems
from bookings.slots import Market, market
from bookings.timegrid import CELL_MINUTES, day_cells, runs
from bookings.visits import Visit
from clinic.errors import Blocker, NeedsApproval
from clinic.timekeeping import instant

#: The first and the last start of a stretch in which every five minutes will do.
Stretch = tuple[datetime, datetime]
#: A care rule counts in days: one hour stands for all of a day.
_NOON = time(12)


@dataclass(frozen=True)
class RoomToMove:
    """Resource → its stretches, in order of time; and why a whole day is out, when it is."""

    stretches: dict[int, list[Stretch]]
    reasons: tuple[str, ...] = ()


def room_to_move(row: Appointment, role: str, *, first: date, days: int, now: datetime) -> RoomToMove:
    """The starts for each resource of a role over some local days, with everything else of the visit kept.

    As the desk may book: notice and horizon hold nothing back. Nothing for a role that the visit does not need.
    """
    visit, kept = visit_for(row), assignment_of(row)
    found = market(
        visit,
        first_day=first,
        days=days,
        now=now,
        without=[row.pk],
        step_minutes=CELL_MINUTES,
        is_limited=False,
    )
    if role not in found.demand.pools:
        return RoomToMove({})
    allowed, reasons = _allowed(visit, found, first, days, now=now, without=row.pk)
    search = _with_the_same(found, {name: pk for name, pk in kept.items() if name != role})
    grid = found.supply.grid
    stretches = {
        pk: [(grid.instant(start), grid.instant(end - 1)) for start, end in runs(mask)]
        for pk in found.demand.pools[role]
        if (mask := search.starts_with(role, pk) & allowed)
    }
    return RoomToMove(stretches, reasons)


def _with_the_same(found: Market, kept: dict[str, int]) -> Search:
    pools = {
        role: tuple(one for one in pool if one == kept.get(role, one))
        for role, pool in found.demand.pools.items()
    }
    return Search(replace(found.demand, pools=pools), found.supply)


def _allowed(
    visit: Visit, found: Market, first: date, days: int, *, now: datetime, without: int
) -> tuple[int, tuple[str, ...]]:
    """The cells of the days that the rules of care leave open, and not in the past; why the other days are out."""
    grid, zone = found.supply.grid, visit.location.tz
    mask, reasons = 0, []
    earliest = grid.cell_from(now - LATE_ENTRY)
    for day in _days(first, days):
        begins, ends = day_cells(grid, day, zone)
        if ends <= earliest:
            continue
        sentences = list(_against(visit, max(instant(day, _NOON, zone), now), now=now, without=without))
        if sentences:
            reasons += [one for one in sentences if one not in reasons]
        else:
            mask |= grid.between(max(begins, earliest), ends)
    return mask, tuple(reasons)


def _against(visit: Visit, start: datetime, *, now: datetime, without: int) -> Iterator[str]:
    found = rule_problems(visit, start=start, chosen={}, now=now, without=[without])
    return (str(one.sentence) for one in found if isinstance(one, Blocker | NeedsApproval))


def _days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(count))
