"""The recovery curve: answers after a session against what is expected. Values in, geometry out.

Across is per cent of the drawing's width; down is pixels. The band is drawn in a nested 100 × 100 box.
"""

from collections.abc import Sequence
from dataclasses import dataclass

#: The plot inside the drawing: left edge and width in per cent, top and height in pixels.
PLOT_LEFT, PLOT_WIDTH = 6.0, 90.0
PLOT_TOP, PLOT_HEIGHT = 10.0, 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One recovery check: days after the session, the score, and the highest score still expected that day.

    `score` None means asked and not answered. `flag` is "" (as expected), "amber" or "red", as graded.
    """

    day: float
    score: int | None
    expected: int | None = None
    flag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One symptom after one session. `envelope` is (day, highest expected score) in order of days."""

    title: str
    envelope: Sequence[tuple[float, float]]
    points: Sequence[CurvePoint]
    highest: int = 10


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """A check in the drawing; unanswered ones stand on the base line."""

    point: CurvePoint
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class CurveDrawing:
    """`band` and `line` are points of the nested box; `ticks` are days, `levels` scores, with places."""

    band: str
    line: str
    points: tuple[PlacedPoint, ...]
    ticks: tuple[tuple[float, int], ...]
    levels: tuple[tuple[float, int], ...]


def curve_drawing(curve: Curve) -> CurveDrawing:
    """The drawing of one curve. Without envelope there is no band; without answers there is no line."""
    last = max([day for day, _ in curve.envelope] + [point.day for point in curve.points] + [1.0])
    top = float(curve.highest)

    def box(day: float, score: float) -> str:
        return f"{round(100 * day / last, 2):g},{round(100 - 100 * score / top, 2):g}"

    upper = [box(day, high) for day, high in curve.envelope]
    ends = [box(curve.envelope[-1][0], 0), box(curve.envelope[0][0], 0)] if upper else []
    answered = [point for point in curve.points if point.score is not None]
    return CurveDrawing(
        band=" ".join(upper + ends),
        line=" ".join(box(point.day, point.score or 0) for point in answered),
        points=tuple(
            PlacedPoint(point, _x(point.day, last), _y(point.score or 0, top)) for point in curve.points
        ),
        ticks=tuple((_x(day, last), day) for day in _tick_days(last)),
        levels=tuple((_y(level, top), level) for level in (0, curve.highest // 2, curve.highest)),
    )


def _x(day: float, last: float) -> float:
    return round(PLOT_LEFT + PLOT_WIDTH * day / last, 2)


def _y(score: float, top: float) -> float:
    return round(PLOT_TOP + PLOT_HEIGHT * (1 - score / top), 2)


def _tick_days(last: float) -> list[int]:
    """Whole days at a readable distance: at most nine of them."""
    step = next(step for step in (1, 2, 7, 14, 28, 56, 365) if last / step <= 8)
    return list(range(0, int(last) + 1, step))
