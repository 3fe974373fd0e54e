"""Where things stand on the board: rows of five minutes, lanes for what overlaps. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.intervals import Interval

ROW = timedelta(minutes=5)
#: The grid's classes go so far: a whole day of 25 hours.
MOST_ROWS = 300
#: At most so many cards stand side by side in one column.
MOST_LANES = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Rows on the board: the first one (from 1) and how many."""

    row: int
    rows: int


@dataclass(frozen=True, slots=True)
class Scale:
    """The drawn part of a day, from a full hour to a full hour; instants in UTC."""

    start: datetime
    end: datetime

    @property
    def rows(self) -> int:
        """How many rows the day has: 25 hours on the night when clocks go back."""
        return min(int((self.end - self.start) / ROW), MOST_ROWS)

    def place(self, start: datetime, end: datetime) -> Place | None:
        """Where a period stands; None when it is outside. At least one row, cut at the edges."""
        if end <= self.start or start >= self.end:
            return None
        first = int((max(start, self.start) - self.start) / ROW)
        last = -int(-(min(end, self.end) - self.start) // ROW)
        return Place(first + 1, max(last - first, 1))

    def row_of(self, instant: datetime) -> int | None:
        """The row that an instant falls into; None when it is outside."""
        if not self.start <= instant < self.end:
            return None
        return int((instant - self.start) / ROW) + 1


def scale_of(day: Interval, periods: Iterable[Interval], usual: Interval) -> Scale:
    """The part of a local day that has anything in it, at least the usual hours, in whole hours of that day."""
    all_of = [usual, *periods]
    first = max(min(one.start for one in all_of), day.start)
    last = min(max(one.end for one in all_of), day.end)
    hour = timedelta(hours=1)
    start = day.start + (first - day.start) // hour * hour
    end = day.start - (-(last - day.start) // hour) * hour
    return Scale(start, min(end, day.end))


def lanes(periods: Sequence[Interval]) -> list[tuple[int, int]]:
    """For each period its lane (from 1) and how many lanes its cluster has, so that nothing covers anything."""
    order = sorted(range(len(periods)), key=lambda i: (periods[i].start, periods[i].end))
    found: list[tuple[int, int]] = [(1, 1)] * len(periods)
    cluster: list[int] = []
    ends: list[datetime] = []
    for i in order:
        one = periods[i]
        if ends and one.start >= max(ends):
            _close(cluster, found, len(ends))
            cluster, ends = [], []
        lane = next((n for n, end in enumerate(ends) if end <= one.start), len(ends))
        if lane == len(ends):
            ends.append(one.end)
        else:
            ends[lane] = one.end
        found[i] = (min(lane + 1, MOST_LANES), 1)
        cluster.append(i)
    _close(cluster, found, len(ends))
    return found


def _close(cluster: list[int], found: list[tuple[int, int]], count: int) -> None:
    for i in cluster:
        found[i] = (found[i][0], min(count, MOST_LANES))
