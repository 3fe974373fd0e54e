"""Masks from facts: claimed time read from the database, and weekly hours.

Both come in bulk (31,000 claims, 80 weekly patterns over 90 days), so both are built from edges: two bits per
stretch of time, and one subtraction per mask turns them into runs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from zoneinfo import ZoneInfo

from bookings.timegrid import CELL_SECONDS, CELLS_A_DAY, Grid, day_cells, union
from clinic.timekeeping import (
    ONE_DAY,
    WeeklyRule,
    day_start,
    days_between,
    days_in_force,
    local_day,
    window_on,
)

#: A row of claimed time: the resource, and the instants (whole seconds since 1970) between which it is taken.
ClaimRow = tuple[int, int, int]


def busy_masks(grid: Grid, rows: Sequence[ClaimRow]) -> dict[int, int]:
    """For each resource claimed inside the grid, the cells its claims reach into; rows in any order.

    A row is (resource, start, end) with instants in whole seconds since 1970. Claims of one resource never
    overlap (the database sees to it), so a mask is the sum of 2^end less the sum of 2^start: two bits a claim
    and one subtraction per resource. Where rounding made neighbours overlap, the mask is added up plainly.
    """
    epoch, size = grid.epoch, grid.size
    width = size // 8 + 1
    edges: dict[int, tuple[bytearray, bytearray]] = {}
    outside: Counter[int] = Counter()
    for resource, start, end in rows:
        first = (start - epoch) // 300  # the literal is CELL_SECONDS: this loop runs 31,000 times
        after = (end - epoch + 299) // 300
        if first < 0 or after > size:
            first, after = max(0, first), min(after, size)
            if first >= after:
                outside[resource] += 1
                continue
        try:
            starts, ends = edges[resource]
        except KeyError:
            starts, ends = edges[resource] = bytearray(width), bytearray(width)
        starts[first >> 3] |= 1 << (first & 7)
        ends[after >> 3] |= 1 << (after & 7)
    return _masks_between(grid, rows, edges, outside)


def _masks_between(
    grid: Grid, rows: Sequence[ClaimRow], edges: dict[int, tuple[bytearray, bytearray]], outside: Counter[int]
) -> dict[int, int]:
    counts = Counter(map(itemgetter(0), rows))
    counts.subtract(outside)
    masks = {}
    for resource, (starts, ends) in edges.items():
        opened, closed = int.from_bytes(starts, "little"), int.from_bytes(ends, "little")
        mask = closed - opened
        if not _are_disjoint(mask, opened, closed, counts[resource]):
            mask = union(_row_mask(grid, row) for row in rows if row[0] == resource)
        masks[resource] = mask
    return masks


def _are_disjoint(mask: int, opened: int, closed: int, count: int) -> bool:
    """Whether the difference of the edges is the union: no edge twice, runs begin and end only at edges."""
    if mask < 0 or opened.bit_count() != count or closed.bit_count() != count:
        return False
    shifted = mask << 1
    return mask & ~shifted == opened & ~closed and shifted & ~mask == closed & ~opened


def _row_mask(grid: Grid, row: ClaimRow) -> int:
    _, start, end = row
    return grid.between((start - grid.epoch) // CELL_SECONDS, -((grid.epoch - end) // CELL_SECONDS))


def open_mask(grid: Grid, rules: Iterable[WeeklyRule], zone: ZoneInfo) -> int:
    """The cells that lie wholly inside weekly windows: `weekly_windows` cell by cell, only quicker.

    On ordinary days a window is a fixed number of cells after midnight, so one mask of a weekday's midnights,
    shifted twice and subtracted, opens all of them; days near a clock change are looked up one by one.
    """
    calendar = _calendar(grid, zone)
    return union(_rule_mask(grid, rule, zone, calendar) for rule in rules) & grid.full


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The local days of a grid: ordinary midnights as bits per weekday, days near a clock change by name."""

    first_day: date
    last_day: date
    midnights: tuple[int, ...]  # bit n: an ordinary day of the weekday begins LEAD cells before cell n
    near_changes: tuple[date, ...]


#: Days that begin before the grid have room below bit nought.
LEAD = 3 * CELLS_A_DAY


@lru_cache(maxsize=32)
def _calendar(grid: Grid, zone: ZoneInfo) -> _Calendar:
    first_day, last_day = local_day(grid.start, zone) - ONE_DAY, local_day(grid.end, zone)
    midnights, near_changes = [0] * 7, []
    for day in days_between(first_day, last_day):
        start = day_start(day, zone)
        if _is_ordinary(day, zone) and grid.begins_cell(start):
            midnights[day.weekday()] |= 1 << (grid.cell(start) + LEAD)
        else:
            near_changes.append(day)
    return _Calendar(first_day, last_day, tuple(midnights), tuple(near_changes))


def _is_ordinary(day: date, zone: ZoneInfo) -> bool:
    """Whether this day and the next, into which a window may run, have 24 hours each."""
    starts = [day_start(day + days * ONE_DAY, zone) for days in range(3)]
    return all(after - before == ONE_DAY for before, after in pairwise(starts))


def _rule_mask(grid: Grid, rule: WeeklyRule, zone: ZoneInfo, calendar: _Calendar) -> int:
    midnights = _while_valid(grid, rule, zone, calendar)
    opens_at, closes_at = _seconds(rule.opens), _seconds(rule.closes)
    closes_at += 86400 if closes_at <= opens_at else 0
    opens, closes = -(-opens_at // CELL_SECONDS), closes_at // CELL_SECONDS
    ordinary = ((midnights << closes) - (midnights << opens)) >> LEAD if opens < closes else 0
    return ordinary | union(
        grid.between(grid.cell_from(opening), grid.cell(closing))
        for day in calendar.near_changes
        if day in days_in_force(rule, day, day)
        for opening, closing in [window_on(day, rule.opens, rule.closes, zone)]
    )


def _while_valid(grid: Grid, rule: WeeklyRule, zone: ZoneInfo, calendar: _Calendar) -> int:
    midnights = calendar.midnights[rule.weekday]
    if rule.valid_until and rule.valid_until < calendar.last_day:
        past = max(grid.cell(day_start(rule.valid_until, zone)) + LEAD + 1, 0)
        midnights &= (1 << past) - 1
    if rule.valid_from and rule.valid_from > calendar.first_day:
        past = grid.cell(day_start(rule.valid_from, zone)) + LEAD
        midnights = midnights >> past << past
    return midnights


def _seconds(wall: time) -> int:
    return wall.hour * 3600 + wall.minute * 60 + wall.second


def quota_mask(grid: Grid, zone: ZoneInfo, appointments: Mapping[date, int], quota: int) -> int:
    """The cells of the local days on which a resource already has its quota of appointments.

    No appointment may begin there; one that began before midnight may still run into it.
    """
    return union(
        grid.between(*day_cells(grid, day, zone)) for day, count in appointments.items() if count >= quota
    )
