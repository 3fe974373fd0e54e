"""The series ribbon: where each session of a series stands in time. Values in, geometry out; no clock, no ORM.

Positions along the axis are percentages of the drawing's width, so that the SVG needs no view box and its
text keeps its size at every width.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

#: More sessions than this crowd a card: it then shows one bar.
CARD_LIMIT = 8
#: The drawn part of the axis, in per cent of the width.
LEFT, RIGHT = 4.0, 96.0
#: Least distance of two neighbours in per cent: a date of eleven characters fits at the narrowest full drawing (640 px).
ROOM_FOR_LABEL = 11.5
#: Days between two sessions of which nothing is known yet, only to place them on the axis.
UNKNOWN_GAP = 28


class Mark(StrEnum):
    """How a session is drawn."""

    PERFORMED = "performed"
    BOOKED = "booked"
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
    """One session of a series: its due window and what has become of it. All dates are local to the clinic.

    `status` is the stored code of the treatment session; `label` stands instead of the number (maintenance: "M").
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
    """A series as it is on one day. `title` says whose or which ("Microneedling, acne scars")."""

    sessions: Sequence[RibbonSession]
    today: date
    title: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A due window on the axis: left edge and width in per cent."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class RibbonMark:
    """One drawn session. `row` says on which of two rows its date is written; None: no room for it."""

    session: RibbonSession
    mark: Mark
    x: float
    row: int | None = 0
    band: Band | None = None
    ideal_x: float | None = None

    @property
    def has_drift(self) -> bool:
        """There is a line to draw from the ideal day to the actual one."""
        return self.ideal_x is not None and bool(self.session.drift)


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps days to per cent: straight between knots, with room for a label between neighbours."""

    knots: tuple[tuple[int, float], ...]

    def at(self, day: date) -> float:
        """Position of a day; days beyond the ends are drawn at the ends."""
        ordinal = day.toordinal()
        if ordinal <= self.knots[0][0]:
            return round(self.knots[0][1], 2)
        for (left, x_left), (right, x_right) in zip(self.knots, self.knots[1:], strict=False):
            if ordinal <= right:
                return round(x_left + (x_right - x_left) * (ordinal - left) / (right - left), 2)
        return round(self.knots[-1][1], 2)


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
class CardRibbon:
    """The small drawing: evenly spaced dots, or a bar when there are too many."""

    marks: tuple[RibbonMark, ...]
    bar: tuple[BarPart, ...]
    performed: int
    total: int


def mark_of(session: RibbonSession, today: date) -> Mark:
    """What the session is drawn as. A day performed wins over any status; overdue means no day and past the latest."""
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
    axis = _axis(ribbon.sessions, days)
    xs = [axis.at(day) for day in days]
    rows = _label_rows(xs)
    marks = tuple(
        _placed(session, ribbon.today, x, row, axis)
        for session, x, row in zip(ribbon.sessions, xs, rows, strict=True)
    )
    first, last = axis.knots[0][0], axis.knots[-1][0]
    today_x = axis.at(ribbon.today) if first <= ribbon.today.toordinal() <= last else None
    return FullRibbon(marks, tuple((axis.at(day), day) for day in _months(first, last)), today_x)


def card_ribbon(ribbon: Ribbon) -> CardRibbon:
    """The drawing for a card: dots at equal distances, or one bar for more than eight sessions."""
    marks = [mark_of(session, ribbon.today) for session in ribbon.sessions]
    total, performed = len(marks), marks.count(Mark.PERFORMED)
    if total > CARD_LIMIT:
        return CardRibbon((), _bar(marks), performed, total)
    step = (RIGHT - LEFT) / max(total - 1, 1)
    dots = tuple(
        RibbonMark(session, mark, round(LEFT + step * place, 2))
        for place, (session, mark) in enumerate(zip(ribbon.sessions, marks, strict=True))
    )
    return CardRibbon(dots, (), performed, total)


def counted(ribbon: Ribbon) -> list[tuple[Mark, int]]:
    """How many sessions are drawn as what, in the order of `Mark`; for the sentence beside the drawing."""
    counts = Counter(mark_of(session, ribbon.today) for session in ribbon.sessions)
    return [(mark, counts[mark]) for mark in Mark if counts[mark]]


def _days(sessions: Sequence[RibbonSession], today: date) -> list[date]:
    """One day per session, never going back; a session without any date follows the one before."""
    days: list[date] = []
    for session in sessions:
        guess = date.fromordinal(days[-1].toordinal() + UNKNOWN_GAP) if days else today
        day = session.day or guess
        days.append(max(day, days[-1]) if days else day)
    return days


def _axis(sessions: Sequence[RibbonSession], days: Sequence[date]) -> Axis:
    """Equal gaps come out strictly to scale; unequal ones give each neighbour room for its label first."""
    centres = sorted({day.toordinal() for day in days})
    known = [
        day.toordinal()
        for session in sessions
        for day in (session.earliest, session.latest, session.ideal)
        if day
    ]
    ends = (min([*known, centres[0]]), max([*known, centres[-1]]))
    stops = sorted({*centres, *ends})
    if len(stops) == 1:
        return Axis(((stops[0], LEFT), (stops[0] + 1, RIGHT)))
    floors = [
        ROOM_FOR_LABEL if a in centres and b in centres else 0.0
        for a, b in zip(stops, stops[1:], strict=False)
    ]
    squeeze = min(1.0, (RIGHT - LEFT) / sum(floors)) if any(floors) else 1.0
    spare = (RIGHT - LEFT) - squeeze * sum(floors)
    knots = [(stops[0], LEFT)]
    for a, b, floor in zip(stops, stops[1:], floors, strict=False):
        knots.append((b, knots[-1][1] + squeeze * floor + spare * (b - a) / (stops[-1] - stops[0])))
    return Axis(tuple(knots))


def _label_rows(xs: Sequence[float]) -> list[int | None]:
    """Each date goes to the first of two rows where the one before it leaves room."""
    ends = [-100.0, -100.0]
    rows: list[int | None] = []
    for x in xs:
        row = next((row for row, end in enumerate(ends) if x - end >= ROOM_FOR_LABEL - 0.5), None)
        if row is not None:
            ends[row] = x
        rows.append(row)
    return rows


def _placed(session: RibbonSession, today: date, x: float, row: int | None, axis: Axis) -> RibbonMark:
    band = None
    if session.earliest and session.latest:
        left = axis.at(session.earliest)
        band = Band(left, round(max(axis.at(session.latest) - left, 0.6), 2))
    ideal_x = axis.at(session.ideal) if session.ideal else None
    return RibbonMark(session, mark_of(session, today), x, row, band, ideal_x)


def _months(first: int, last: int) -> list[date]:
    """First days of the months inside the axis; none when there would be more than fourteen."""
    start, end = date.fromordinal(first), date.fromordinal(last)
    count = (end.year - start.year) * 12 + end.month - start.month
    if count > 14:
        return []
    month = start.year * 12 + start.month
    return [date((month + i) // 12, (month + i) % 12 + 1, 1) for i in range(count)]


def _bar(marks: Sequence[Mark]) -> tuple[BarPart, ...]:
    counts, total, x = Counter(marks), len(marks), 0.0
    parts = []
    for mark in Mark:
        width = round(100 * counts[mark] / total, 2)
        if width:
            parts.append(BarPart(mark, round(x, 2), width))
        x += width
    return tuple(parts)
