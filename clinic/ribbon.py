"""The series ribbon: where each session of a series stands in time. Values in, geometry out; no clock.

Positions along the axis are percentages of the drawing's width, so that the SVG needs no view box and its
text keeps its size at every width.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from clinic.axis import LEFT, RIGHT, Axis, axis_for, gaps, label_rows, months

#: More sessions than this crowd a card: it then shows one bar.
CARD_LIMIT = 8
#: Days between two sessions of which nothing is known yet, only to place them on the axis.
UNKNOWN_GAP = 28


class Mark(StrEnum):
    """How a session is drawn."""

    PERFORMED = "performed"
    BOOKED = "booked"
    PROPOSED = "proposed"
    OPEN = "open"
    OVERDUE = "overdue"
    MISSED = "missed"
    ON_HOLD = "on-hold"
    STOPPED = "stopped"


_BY_STATUS = {
    "on-hold": Mark.ON_HOLD,
    "not-done": Mark.MISSED,
    "noshow": Mark.MISSED,
    "stopped": Mark.STOPPED,
    "entered-in-error": Mark.STOPPED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RibbonSession:
    """One session of a series: its due window and what has become of it. All dates are local.

    `status` is the stored code of the treatment session; `label` stands for the number ("M").
    """

    number: int
    status: str = "preparation"
    earliest: date | None = None
    ideal: date | None = None
    latest: date | None = None
    booked_on: date | None = None
    performed_on: date | None = None
    label: str = ""

    @property
    def actual(self) -> date | None:
        """The day it was performed, else the day it is booked for."""
        return self.performed_on or self.booked_on

    @property
    def day(self) -> date | None:
        """The day that stands for the session on the axis."""
        return self.actual or self.ideal or self.earliest or self.latest

    @property
    def window(self) -> list[date]:
        """The known days of its due window."""
        return [day for day in (self.earliest, self.ideal, self.latest) if day]

    @property
    def drift(self) -> int | None:
        """Days after the ideal day (negative: before), once there is a day to compare."""
        return (self.actual - self.ideal).days if self.actual and self.ideal else None

    @property
    def is_outside_window(self) -> bool:
        """Performed or booked before the earliest or after the latest day of its window."""
        if self.actual is None:
            return False
        too_soon = self.earliest is not None and self.actual < self.earliest
        return too_soon or (self.latest is not None and self.actual > self.latest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ribbon:
    """A series as it is on one day. `title` says whose or which ("Microneedling, acne scars").

    `proposed` are the numbers of sessions whose booked day is only a proposal yet.
    """

    sessions: Sequence[RibbonSession]
    today: date
    title: str = ""
    proposed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Band:
    """A due window on the axis: left edge and width in per cent."""

    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RibbonMark:
    """One drawn session. `row` says on which of two rows its date is written; None: no room for it.

    `gap` is the days since the session before, written at `gap_x`; None: no room, or the first.
    """

    session: RibbonSession
    mark: Mark
    x: float
    row: int | None = 0
    band: Band | None = None
    ideal_x: float | None = None
    gap: int | None = None
    gap_x: float | None = None

    @property
    def has_drift(self) -> bool:
        """There is a line to draw from the ideal day to the actual one."""
        return self.ideal_x is not None and bool(self.session.drift)


@dataclass(frozen=True, slots=True)
class FullRibbon:
    """The whole drawing: marks in order, first days of months, and today if it falls on the axis."""

    marks: tuple[RibbonMark, ...]
    months: tuple[tuple[float, date], ...]
    today_x: float | None

    @property
    def height(self) -> int:
        """Pixels: a second row of dates needs more."""
        return 140 if any(mark.row == 1 for mark in self.marks) else 112


@dataclass(frozen=True, slots=True)
class BarPart:
    """A piece of the progress bar: from x, so wide, in per cent."""

    mark: Mark
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Dot:
    """One session on a card: how it is drawn, and where in per cent."""

    mark: Mark
    x: float


@dataclass(frozen=True, slots=True)
class CardRibbon:
    """The small drawing: evenly spaced dots, or a bar when there are too many."""

    dots: tuple[Dot, ...]
    bar: tuple[BarPart, ...]
    performed: int
    total: int


def mark_of(session: RibbonSession, today: date) -> Mark:
    """What the session is drawn as. A day performed wins; overdue: no day, and past the latest."""
    if session.performed_on:
        return Mark.PERFORMED
    if session.status in _BY_STATUS:
        return _BY_STATUS[session.status]
    if session.booked_on:
        return Mark.BOOKED
    return Mark.OVERDUE if session.latest and session.latest < today else Mark.OPEN


def full_ribbon(ribbon: Ribbon) -> FullRibbon:
    """The drawing for the plan page; an empty series gives an empty drawing."""
    if not ribbon.sessions:
        return FullRibbon((), (), None)
    days = _days(ribbon.sessions, ribbon.today)
    axis = axis_for(days, [day for session in ribbon.sessions for day in session.window])
    xs = [axis.at(day) for day in days]
    marks = tuple(
        _placed(session, _mark(ribbon, session), axis, x=x, row=row, gap=gap, gap_x=gap_x)
        for session, x, row, (gap, gap_x) in zip(
            ribbon.sessions, xs, label_rows(xs), gaps(days, xs), strict=True
        )
    )
    names = tuple((axis.at(month), month) for month in months(axis.first, axis.last))
    return FullRibbon(
        marks, names, axis.at(ribbon.today) if axis.first <= ribbon.today <= axis.last else None
    )


def marks_of(ribbon: Ribbon) -> tuple[Mark, ...]:
    """How each session of the series is drawn today, in order."""
    return tuple(_mark(ribbon, session) for session in ribbon.sessions)


def card_ribbon(marks: Sequence[Mark]) -> CardRibbon:
    """The drawing for a card: dots at equal distances, or one bar for more than eight sessions."""
    total, performed = len(marks), sum(mark is Mark.PERFORMED for mark in marks)
    if total > CARD_LIMIT:
        return CardRibbon((), _bar(marks), performed, total)
    step = (RIGHT - LEFT) / max(total - 1, 1)
    dots = tuple(Dot(mark, round(LEFT + step * place, 2)) for place, mark in enumerate(marks))
    return CardRibbon(dots, (), performed, total)


def counted(marks: Sequence[Mark]) -> list[tuple[Mark, int]]:
    """How many sessions are drawn as what, in the order of `Mark`; for the sentence beside the drawing."""
    counts = Counter(marks)
    return [(mark, counts[mark]) for mark in Mark if counts[mark]]


def _mark(ribbon: Ribbon, session: RibbonSession) -> Mark:
    mark = mark_of(session, ribbon.today)
    return Mark.PROPOSED if mark is Mark.BOOKED and session.number in ribbon.proposed else mark


def _days(sessions: Sequence[RibbonSession], today: date) -> list[date]:
    """One day per session, never going back; a session without any date follows the one before."""
    days: list[date] = []
    for session in sessions:
        guess = date.fromordinal(days[-1].toordinal() + UNKNOWN_GAP) if days else today
        day = session.day or guess
        days.append(max(day, days[-1]) if days else day)
    return days


def _placed(session: RibbonSession, mark: Mark, axis: Axis, **place: Any) -> RibbonMark:
    band = None
    if session.earliest and session.latest:
        left = axis.at(session.earliest)
        band = Band(left, round(max(axis.at(session.latest) - left, 0.6), 2))
    ideal_x = axis.at(session.ideal) if session.ideal else None
    return RibbonMark(session=session, mark=mark, band=band, ideal_x=ideal_x, **place)


def _bar(marks: Sequence[Mark]) -> tuple[BarPart, ...]:
    counts, total, x = Counter(marks), len(marks), 0.0
    parts = []
    for mark in Mark:
        width = round(100 * counts[mark] / total, 2)
        if width:
            parts.append(BarPart(mark, round(x, 2), width))
        x += width
    return tuple(parts)
