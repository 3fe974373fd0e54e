"""Time as bits: one Python integer per resource, one bit per five minutes of a horizon.

Bit `n` of a mask stands for the five minutes that begin `5·n` minutes after the start of the grid. What is
free is `hours & ~busy`, any-of is `|`, all-of is `&`, an offset is a shift. Busy time is rounded outwards and
free time inwards, so a cell is free only when every second of it is. The grid knows instants only: wall
time becomes instants before it comes here (`clinic.timekeeping`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from clinic.intervals import Interval, in_utc
from clinic.timekeeping import ONE_DAY, day_start, offset_changes

CELL_MINUTES = 5
CELL_SECONDS = 300
CELLS_A_DAY = 288
CELL = timedelta(minutes=CELL_MINUTES)


@dataclass(frozen=True, slots=True)
class Grid:
    """A horizon cut into `size` cells of five minutes from an instant on a five-minute mark (kept in UTC)."""

    start: datetime
    size: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", in_utc(self.start))
        if self.start.timestamp() % CELL_SECONDS:
            raise ValueError(f"a grid starts on a five-minute mark, not at {self.start.isoformat()}")
        if self.size <= 0:
            raise ValueError("a grid has at least one cell")

    @classmethod
    def of_days(cls, first_day: date, days: int, zone: ZoneInfo) -> "Grid":
        """The grid over whole local days, from the first midnight to the last."""
        start, end = day_start(first_day, zone), day_start(first_day + days * ONE_DAY, zone)
        return cls(start, (end - start) // CELL)

    @property
    def epoch(self) -> int:
        """The grid's start in seconds since 1970."""
        return int(self.start.timestamp())

    @property
    def end(self) -> datetime:
        """The first instant after the grid."""
        return self.start + self.size * CELL

    @property
    def full(self) -> int:
        """The mask with every cell set."""
        return (1 << self.size) - 1

    def instant(self, cell: int) -> datetime:
        """When a cell begins, in UTC; cells outside the grid are counted on."""
        return self.start + cell * CELL

    def cell(self, moment: datetime) -> int:
        """The cell an instant lies in; negative or past the size when it lies outside the grid."""
        return (moment - self.start) // CELL

    def cell_from(self, moment: datetime) -> int:
        """The first cell that begins at or after an instant."""
        return -((self.start - moment) // CELL)

    def begins_cell(self, moment: datetime) -> bool:
        """Whether an instant is exactly the beginning of a cell."""
        return (moment - self.start) % CELL == timedelta(0)

    def between(self, first: int, end: int) -> int:
        """The mask of the cells from `first` up to, not including, `end`, cut to the grid."""
        first, end = max(first, 0), min(end, self.size)
        return ((1 << (end - first)) - 1) << first if first < end else 0

    def touched(self, intervals: Iterable[Interval]) -> int:
        """The cells that any interval reaches into, however little: how busy time is rounded."""
        return union(self.between(self.cell(one.start), self.cell_from(one.end)) for one in intervals)

    def covered(self, intervals: Iterable[Interval]) -> int:
        """The cells that lie wholly inside one of the intervals: how free time is rounded."""
        return union(self.between(self.cell_from(one.start), self.cell(one.end)) for one in intervals)

    def intervals(self, mask: int) -> list[Interval]:
        """The runs of set cells as intervals, in order of time."""
        return [Interval(self.instant(first), self.instant(end)) for first, end in runs(mask)]


def union(masks: Iterable[int]) -> int:
    """The cells set in any of the masks."""
    total = 0
    for mask in masks:
        total |= mask
    return total


def full_runs(mask: int, cells: int) -> int:
    """The cells at which a run of that many set cells begins, by doubling."""
    done = 1
    while done < cells:
        step = min(done, cells - done)
        mask &= mask >> step
        done += step
    return mask


def set_cells(mask: int) -> Iterator[int]:
    """The set cells, ascending."""
    digits = bin(mask)[:1:-1]
    cell = digits.find("1")
    while cell >= 0:
        yield cell
        cell = digits.find("1", cell + 1)


def runs(mask: int) -> Iterator[tuple[int, int]]:
    """Each run of set cells as (first, the one after the last), ascending."""
    digits = bin(mask)[:1:-1]
    first = digits.find("1")
    while first >= 0:
        end = digits.find("0", first)
        if end < 0:
            end = len(digits)
        yield first, end
        first = digits.find("1", end)


def first_cell(mask: int) -> int | None:
    """The lowest set cell, or None."""
    return (mask & -mask).bit_length() - 1 if mask else None


def aligned(grid: Grid, step_minutes: int, zone: ZoneInfo) -> int:
    """The cells that begin on a multiple of `step_minutes` past the full hour on the wall."""
    if step_minutes <= 0 or step_minutes % CELL_MINUTES or 60 % step_minutes:
        raise ValueError(f"starts are aligned to 5, 10, 15, 20, 30 or 60 minutes, not to {step_minutes}")
    return _aligned(grid, step_minutes, zone)


@lru_cache(maxsize=64)
def _aligned(grid: Grid, step_minutes: int, zone: ZoneInfo) -> int:
    changes = offset_changes(grid.start, grid.end, zone)
    ends = [begins for begins, _ in changes[1:]] + [grid.end]
    return union(
        grid.between(grid.cell_from(begins), grid.cell_from(end)) & _comb(grid, step_minutes, offset)
        for (begins, offset), end in zip(changes, ends, strict=True)
    )


def _comb(grid: Grid, step_minutes: int, offset: timedelta) -> int:
    """Every cell that begins on the step while the zone keeps that offset."""
    minutes = (grid.epoch + int(offset.total_seconds())) // 60
    teeth = step_minutes // CELL_MINUTES
    first = (-minutes % step_minutes) // CELL_MINUTES
    count = grid.size // teeth + 1
    return (((1 << count * teeth) - 1) // ((1 << teeth) - 1) << first) & grid.full


def day_cells(grid: Grid, day: date, zone: ZoneInfo) -> tuple[int, int]:
    """The cells of a local day: first, and the one after the last; may lie outside the grid."""
    return grid.cell_from(day_start(day, zone)), grid.cell_from(day_start(day + ONE_DAY, zone))
