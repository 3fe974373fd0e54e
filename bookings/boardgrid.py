"""Where things stand on the board: rows of five minutes, lanes for what overlaps. Values in, values out.

Periods are pairs of whole seconds since 1970: a board places thousands of them every few seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from clinic.intervals import Interval

ROW = timedelta(minutes=5)
#: Seconds of a row.
STEP = 300
#: The grid's classes go so far: a whole day of 25 hours.
MOST_ROWS = 300
#: At most so many cards stand side by side in one column.
MOST_LANES = 4

#: From a second up to, but not including, another one.
Period = tuple[int, int]


class Place(NamedTuple):
    """Rows on the board: the first one (from 1) and how many."""

    row: int
    rows: int


@dataclass(frozen=True)
class Scale:
    """The drawn part of a day, from a full hour to a full hour; instants in UTC."""

    start: datetime
    end: datetime

    @cached_property
    def seconds(self) -> Period:
        """The drawn part as a period."""
        return int(self.start.timestamp()), int(self.end.timestamp())

    @property
    def rows(self) -> int:
        """How many rows the day has: 25 hours on the night when clocks go back."""
        return min(int((self.end - self.start) / ROW), MOST_ROWS)

    def place(self, period: Period) -> Place | None:
        """Where a period stands; None when it is outside. At least one row, cut at the edges."""
        return placed(period, self.seconds)

    def row_of(self, instant: datetime) -> int | None:
        """The row that an instant falls into; None when it is outside."""
        if not self.start <= instant < self.end:
            return None
        return int((instant - self.start) / ROW) + 1


def placed(period: Period, within: Period) -> Place | None:
    """The rows of a period counted from the start of another one; None when it is outside, cut at the edges."""
    (start, end), (first, last) = period, within
    if end <= first or start >= last:
        return None
    top = (max(start, first) - first) // STEP
    bottom = -((first - min(end, last)) // STEP)
    return Place(top + 1, max(bottom - top, 1))


def uncovered(within: Period, taken: Iterable[Period]) -> list[Period]:
    """The stretches that nothing takes; `taken` is in order of time and does not overlap."""
    found, at = [], within[0]
    for start, end in taken:
        if start > at:
            found.append((at, start))
        at = max(at, end)
    return [*found, (at, within[1])] if at < within[1] else found


def scale_of(day: Interval, periods: Iterable[Interval], usual: Interval) -> Scale:
    """The part of a local day that has anything in it, at least the usual hours, in whole hours of that day."""
    all_of = [usual, *periods]
    first = max(min(one.start for one in all_of), day.start)
    last = min(max(one.end for one in all_of), day.end)
    hour = timedelta(hours=1)
    start = day.start + (first - day.start) // hour * hour
    end = day.start - (-(last - day.start) // hour) * hour
    return Scale(start, min(end, day.end))


def lanes(periods: Sequence[Period]) -> list[tuple[int, int]]:
    """For each period its lane (from 1) and how many lanes its cluster has, so that nothing covers anything."""
    order = sorted(range(len(periods)), key=periods.__getitem__)
    found: list[tuple[int, int]] = [(1, 1)] * len(periods)
    cluster: list[int] = []
    ends: list[int] = []
    for i in order:
        start, end = periods[i]
        if ends and start >= max(ends):
            _close(cluster, found, len(ends))
            cluster, ends = [], []
        lane = next((n for n, until in enumerate(ends) if until <= start), len(ends))
        if lane == len(ends):
            ends.append(end)
        else:
            ends[lane] = end
        found[i] = (min(lane + 1, MOST_LANES), 1)
        cluster.append(i)
    _close(cluster, found, len(ends))
    return found


def _close(cluster: list[int], found: list[tuple[int, int]], count: int) -> None:
    for i in cluster:
        found[i] = (found[i][0], min(count, MOST_LANES))
