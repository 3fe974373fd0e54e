"""The possible starts of one search laid out by local day, practitioner and part of day."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookings.availability import Search
from bookings.phases import PRACTITIONER
from bookings.series import EVENING_FROM, NOON, PartOfDay
from bookings.timegrid import CELL_MINUTES, Grid, set_cells
from clinic.timekeeping import ONE_DAY, day_start, instant, local_day

PARTS = (PartOfDay.MORNING, PartOfDay.AFTERNOON, PartOfDay.EVENING)
#: The cells at which a local day, its afternoon, its evening and the next day begin.
Marks = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class LocalDays:
    """The local days that a grid touches, from the ordinal day `first` on."""

    first: int
    marks: tuple[Marks, ...]

    @property
    def last(self) -> int:
        """The ordinal of the last local day."""
        return self.first + len(self.marks) - 1

    def of(self, day: int) -> Marks | None:
        """The marks of an ordinal day; None when it lies outside the grid."""
        at = day - self.first
        return self.marks[at] if 0 <= at < len(self.marks) else None


@lru_cache(maxsize=32)
def local_days(grid: Grid, zone: ZoneInfo) -> LocalDays:
    """The local days that a grid touches."""
    first, last = local_day(grid.start, zone), local_day(grid.instant(grid.size - 1), zone)
    days = [first + count * ONE_DAY for count in range((last - first).days + 1)]
    return LocalDays(first.toordinal(), tuple(_marks(grid, day, zone) for day in days))


def _marks(grid: Grid, day: date, zone: ZoneInfo) -> Marks:
    walls = (day_start(day, zone), instant(day, NOON, zone), instant(day, EVENING_FROM, zone))
    cells = [grid.cell_from(moment) for moment in (*walls, day_start(day + ONE_DAY, zone))]
    first, noon, evening, end = (max(0, min(cell, grid.size)) for cell in cells)
    return first, noon, evening, end


class DayBits:
    """A mask laid out as bytes, so that one day of it is cheap to cut out."""

    def __init__(self, mask: int, size: int) -> None:
        self.raw = mask.to_bytes(size // 8 + 2, "little")

    def cut(self, first: int, end: int) -> int:
        """The cells from `first` up to, not including, `end`, as a small mask."""
        piece = int.from_bytes(self.raw[first >> 3 : (end >> 3) + 1], "little")
        return piece >> (first & 7) & ((1 << (end - first)) - 1)


class Opening(NamedTuple):
    """There is time with a practitioner (or None, when nobody is needed) in a part of a day; the first such
    cell."""

    practitioner: int | None
    part: PartOfDay
    cell: int


class Openings:
    """The possible starts of a search by day; every day is laid out when it is first asked for."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.calendar = local_days(search.supply.grid, search.supply.zone)
        self._by_day: dict[int, tuple[Opening, ...]] = {}

    @cached_property
    def days(self) -> list[int]:
        """The ordinal days with any start, ascending."""
        possible = DayBits(self.search.starts, self.search.supply.grid.size)
        return [
            day
            for day, marks in enumerate(self.calendar.marks, self.calendar.first)
            if possible.cut(marks[0], marks[3])
        ]

    @cached_property
    def lasting(self) -> Search:
        """The search by which what is booked may stay."""
        return self.search.lasting()

    @cached_property
    def practitioners(self) -> list[int | None]:
        """Who may serve, by id; only None when nobody is needed."""
        pools = [need.pool for need in self.search.demand.needs if need.role == PRACTITIONER]
        return [*sorted(pools[0])] if pools else [None]

    @cached_property
    def _served(self) -> dict[int | None, DayBits]:
        size = self.search.supply.grid.size
        return {name: DayBits(self._starts_with(name), size) for name in self.practitioners}

    def _starts_with(self, name: int | None) -> int:
        return self.search.starts if name is None else self.search.starts_with(PRACTITIONER, name)

    def on(self, day: int) -> tuple[Opening, ...]:
        """What is open on a day, by practitioner and part of day."""
        known = self._by_day.get(day)
        if known is None:
            marks = self.calendar.of(day)
            known = self._by_day[day] = tuple(self._laid_out(marks)) if marks else ()
        return known

    def _laid_out(self, marks: Marks) -> list[Opening]:
        found = []
        for name, bits in self._served.items():
            if day := bits.cut(marks[0], marks[3]):
                for part, begin, end in zip(PARTS, marks[:3], marks[1:], strict=True):
                    if starts := day >> (begin - marks[0]) & ((1 << (end - begin)) - 1):
                        found.append(Opening(name, part, begin + (starts & -starts).bit_length() - 1))
        return found

    def starts(self, day: int, practitioner: int | None, part: PartOfDay) -> list[int]:
        """All cells at which one could start on a day with a practitioner in a part of the day."""
        marks = self.calendar.of(day)
        if marks is None:
            return []
        begin, end = marks[PARTS.index(part)], marks[PARTS.index(part) + 1]
        return [begin + cell for cell in set_cells(self._served[practitioner].cut(begin, end))]

    def minute_of_day(self, day: int, cell: int) -> int:
        """Minutes from local midnight to a cell of that day."""
        marks = self.calendar.of(day)
        return (cell - marks[0]) * CELL_MINUTES if marks else 0
