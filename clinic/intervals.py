"""Half-open stretches of time as values: `[start, end)`, always in UTC, never empty.

Two intervals that touch do not overlap, so an appointment may begin in the minute another one ends.
Naive datetimes are refused at the door: a wall time becomes an instant in `clinic.timekeeping`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The instants from `start` up to, but not including, `end`; both are kept in UTC.

    Raises ValueError when an instant is naive, or when nothing lies between start and end.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", in_utc(self.start))
        object.__setattr__(self, "end", in_utc(self.end))
        if self.end <= self.start:
            raise ValueError(f"an interval must end after it starts: {self}")

    def __str__(self) -> str:
        return f"[{self.start.isoformat()}, {self.end.isoformat()})"

    @property
    def duration(self) -> timedelta:
        """The time that really passes: 23 or 25 hours for a local day on a clock-change night."""
        return self.end - self.start

    def overlaps(self, other: "Interval") -> bool:
        """Whether the two share an instant; touching is not overlapping."""
        return self.start < other.end and other.start < self.end

    def touches(self, other: "Interval") -> bool:
        """Whether one begins exactly where the other ends."""
        return self.end == other.start or other.end == self.start

    def contains(self, moment: "datetime | Interval") -> bool:
        """Whether an instant, or every instant of an interval, lies inside."""
        if isinstance(moment, Interval):
            return self.start <= moment.start and moment.end <= self.end
        return self.start <= in_utc(moment) < self.end

    def intersection(self, other: "Interval") -> "Interval | None":
        """The instants in both, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Interval(start, end) if start < end else None

    def union(self, other: "Interval") -> "Interval":
        """The instants in either; ValueError when a gap lies between them."""
        if not (self.overlaps(other) or self.touches(other)):
            raise ValueError(f"a gap lies between {self} and {other}")
        return Interval(min(self.start, other.start), max(self.end, other.end))

    def subtract(self, *others: "Interval") -> "list[Interval]":
        """What is left of this interval without the others, in order of time."""
        return gaps(self, others)


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC; ValueError for a naive datetime, which is no instant at all."""
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise ValueError(f"a naive datetime is not an instant: {instant.isoformat()}")
    return instant.astimezone(UTC)


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants in the fewest intervals, in order of time; those that touch become one."""
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return merged


def gaps(within: Interval, busy: Iterable[Interval]) -> list[Interval]:
    """The stretches of `within` that no busy interval covers, in order of time."""
    free: list[Interval] = []
    start = within.start
    for taken in merge(busy):
        if start < (end := min(taken.start, within.end)):
            free.append(Interval(start, end))
        start = max(start, taken.end)
    if start < within.end:
        free.append(Interval(start, within.end))
    return free


def subtract(intervals: Iterable[Interval], removed: Iterable[Interval]) -> list[Interval]:
    """The instants of the first group that are in none of the second, merged and in order."""
    taken = merge(removed)
    return [piece for interval in merge(intervals) for piece in gaps(interval, taken)]


def intersect(ours: Iterable[Interval], theirs: Iterable[Interval]) -> list[Interval]:
    """The instants in both groups, merged and in order."""
    return list(_shared(merge(ours), merge(theirs)))


def _shared(ours: list[Interval], theirs: list[Interval]) -> Iterator[Interval]:
    """Walk both sorted lists at once, always past the one that ends first."""
    here = there = 0
    while here < len(ours) and there < len(theirs):
        if shared := ours[here].intersection(theirs[there]):
            yield shared
        if ours[here].end <= theirs[there].end:
            here += 1
        else:
            there += 1
