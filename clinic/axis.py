"""A time axis on which neighbours do not crowd each other. Positions are per cent of the width. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

#: The drawn part of the axis, in per cent of the width.
LEFT, RIGHT = 4.0, 96.0
#: Least distance of two neighbours: a date fits at the narrowest full drawing (640 px).
ROOM_FOR_LABEL = 11.5
#: Least distance at which the days between two neighbours are written.
ROOM_FOR_GAP = 9.0
#: More months than this are not named.
MOST_MONTHS = 14


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps days to per cent: straight between knots (day as ordinal, position)."""

    knots: tuple[tuple[int, float], ...]

    @property
    def first(self) -> date:
        """The day at the left end."""
        return date.fromordinal(self.knots[0][0])

    @property
    def last(self) -> date:
        """The day at the right end."""
        return date.fromordinal(self.knots[-1][0])

    def at(self, day: date) -> float:
        """Position of a day; days beyond the ends are drawn at the ends."""
        ordinal = min(max(day.toordinal(), self.knots[0][0]), self.knots[-1][0])
        for (left, x_left), (right, x_right) in pairwise(self.knots):
            if ordinal <= right:
                return round(x_left + (x_right - x_left) * (ordinal - left) / (right - left), 2)
        return round(self.knots[-1][1], 2)


def axis_for(centres: Sequence[date], others: Sequence[date] = ()) -> Axis:
    """An axis over all the days: strictly to scale if neighbouring centres then have room for their labels.

    If not, each pair of neighbours gets some room first and the rest is shared by days: as little of that as needed.
    """
    marked = {day.toordinal() for day in centres}
    everything = marked | {day.toordinal() for day in others}
    stops = sorted({*marked, min(everything), max(everything)})
    if len(stops) == 1:
        return Axis(((stops[0], LEFT), (stops[0] + 1, RIGHT)))
    knots = [(stops[0], LEFT)]
    for stop, width in zip(stops[1:], _widths(stops, marked), strict=True):
        knots.append((stop, knots[-1][1] + width))
    return Axis(tuple(knots))


def _widths(stops: Sequence[int], marked: set[int]) -> list[float]:
    """The width of each stretch between stops: the least mixture of true to scale and room first."""
    span, length = RIGHT - LEFT, stops[-1] - stops[0]
    true = [span * (b - a) / length for a, b in pairwise(stops)]
    floors = [ROOM_FOR_LABEL if {a, b} <= marked else 0.0 for a, b in pairwise(stops)]
    squeeze = min(1.0, span / sum(floors)) if any(floors) else 1.0
    roomy = [
        squeeze * floor + (1 - squeeze * sum(floors) / span) * width
        for floor, width in zip(floors, true, strict=True)
    ]
    short = [
        (floor - width) / (room - width)
        for floor, width, room in zip(floors, true, roomy, strict=True)
        if room > width and floor > width
    ]
    mix = min(1.0, max(short, default=0.0))
    return [width + mix * (room - width) for width, room in zip(true, roomy, strict=True)]


def label_rows(xs: Sequence[float]) -> list[int | None]:
    """For each position the first of two rows where the label before leaves room; None where neither does."""
    ends = [-100.0, -100.0]
    rows: list[int | None] = []
    for x in xs:
        row = next((row for row, end in enumerate(ends) if x - end >= ROOM_FOR_LABEL - 0.5), None)
        if row is not None:
            ends[row] = x
        rows.append(row)
    return rows


def gaps(days: Sequence[date], xs: Sequence[float]) -> list[tuple[int | None, float | None]]:
    """Days since the day before and where to write that; (None, None) for the first and in a crowd."""
    found: list[tuple[int | None, float | None]] = [(None, None)]
    for (day, after), (x, x_after) in zip(pairwise(days), pairwise(xs), strict=True):
        fits = x_after - x >= ROOM_FOR_GAP
        found.append(((after - day).days if fits else None, round((x + x_after) / 2, 2) if fits else None))
    return found


def months(first: date, last: date) -> list[date]:
    """First days of the months after `first` up to `last`; none when there would be too many to name."""
    count = (last.year - first.year) * 12 + last.month - first.month
    if count > MOST_MONTHS:
        return []
    start = first.year * 12 + first.month
    return [date((start + i) // 12, (start + i) % 12 + 1, 1) for i in range(count)]
