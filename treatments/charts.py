"""A scale over a series as a drawing: values in, places out. The table beside it says the same. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WIDTH, HEIGHT = 360, 170
LEFT, RIGHT, TOP, BOTTOM = 38, 350, 14, 132


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One score at its place; `label` is the value, `x` and `y` are pixels."""

    x: float
    y: float
    label: str
    day: date

    @property
    def left(self) -> float:
        """The left edge of a square mark, 7 pixels wide, around the place."""
        return round(self.x - 3.5, 1)

    @property
    def top(self) -> float:
        """Its upper edge."""
        return round(self.y - 3.5, 1)


@dataclass(frozen=True, slots=True)
class Chart:
    """`line` are the points of a polyline; `levels` are places and numbers of the lowest, middle and highest score.

    `patient_points` and `patient_line` are the patient's own scores in the same frame.
    """

    points: tuple[ChartPoint, ...]
    line: str
    patient_points: tuple[ChartPoint, ...]
    patient_line: str
    levels: tuple[tuple[float, str], ...]
    sessions: tuple[float, ...]


def chart_of(
    scores: Sequence[tuple[date, Decimal]],
    *,
    lowest: Decimal,
    highest: Decimal,
    sessions: Sequence[date] = (),
    by_patient: Sequence[tuple[date, Decimal]] = (),
) -> Chart:
    """The scores between the ends of their scale; `sessions` are the days of treatment, drawn as ticks below.

    `by_patient` are the patient's own scores on the same scale.
    """
    both = [*scores, *by_patient]
    low, high = _window([value for _day, value in both], lowest, highest)
    days = [day for day, _value in both] + list(sessions)
    first, last = (min(days), max(days)) if days else (date.min, date.min)

    def x(day: date) -> float:
        share = (day - first).days / span if (span := (last - first).days) else 0.5
        return round(LEFT + 14 + (RIGHT - LEFT - 28) * share, 1)

    def y(value: Decimal) -> float:
        share = float((value - low) / (high - low)) if high > low else 0.5
        return round(BOTTOM - (BOTTOM - TOP) * share, 1)

    def placed(given: Sequence[tuple[date, Decimal]]) -> tuple[ChartPoint, ...]:
        return tuple(ChartPoint(x(day), y(value), _short(value), day) for day, value in given)

    points, patient_points = placed(scores), placed(by_patient)
    return Chart(
        points=points,
        line=_line(points),
        patient_points=patient_points,
        patient_line=_line(patient_points),
        levels=tuple((y(level), _short(level)) for level in (low, (low + high) / 2, high)),
        sessions=tuple(x(day) for day in sessions),
    )


def _line(points: Sequence[ChartPoint]) -> str:
    return " ".join(f"{one.x:g},{one.y:g}" for one in points)


def _window(values: Sequence[Decimal], lowest: Decimal, highest: Decimal) -> tuple[Decimal, Decimal]:
    """The whole scale where it is short; of a long one the part that was used, so that a change can be seen."""
    if highest - lowest <= 15 or not values:
        return lowest, highest
    room = max((max(values) - min(values)) / 2, (highest - lowest) / 20)
    return max(lowest, min(values) - room), min(highest, max(values) + room)


def _short(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.001')).normalize():f}"
