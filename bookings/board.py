"""The board as values: a day by practitioner, room or device, or the week of one of them, in a few queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from bookings.boardcards import (
    BoardFacts,
    BoardResource,
    Card,
    Off,
    board_facts,
    cards_of,
    colour_among,
    known_at,
    off_of,
    seconds_between,
)
from bookings.boardgrid import Scale, scale_of
from bookings.boardvisits import BoardVisit, instant_of
from clinic.intervals import Interval
from clinic.models import Location
from clinic.timekeeping import ONE_DAY, day_bounds, instant

#: The board never shows less than this.
USUAL = (time(8), time(18))


@dataclass(frozen=True, kw_only=True)
class Column:
    """One practitioner, room or device over a day."""

    resource: BoardResource
    day: date
    scale: Scale
    zone: tzinfo
    hint: str
    off: list[Off]
    now_row: int | None
    cards: list[Card] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class BoardDay:
    """Columns beside each other. `who` is the resource of a week, None on the board of a day."""

    location: Location
    day: date
    kind: str
    scale: Scale
    columns: list[Column]
    hours: list[tuple[int, datetime]]
    count: int
    who: BoardResource | None = None
    resources: list[BoardResource] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of five minutes."""
        return self.scale.rows


@dataclass(frozen=True, kw_only=True)
class Line:
    """One appointment in the list of a day."""

    appointment: BoardVisit
    with_names: str
    colour: int
    number: int | None
    total: int | None
    is_first: bool


def day_board(location: Location, day: date, kind: str, *, now: datetime) -> BoardDay:
    """The board of one local day; `kind` is a `ResourceKind`. Cancelled and missed appointments are left out."""
    facts = board_facts(location, day, day, known=known_at(location), now=now)
    scale = _scale(location, day, facts)
    resources = [one for one in facts.known.values() if one.kind == kind]
    return BoardDay(
        location=location,
        day=day,
        kind=kind,
        scale=scale,
        columns=[_column(one, day, scale, facts, location, now) for one in resources],
        hours=_hour_marks(scale),
        count=len(facts.appointments),
        resources=resources,
    )


def week_board(location: Location, day: date, kind: str, who: str, *, now: datetime) -> BoardDay:
    """The week around a day, Monday first, of one resource: the one whose id is `who`, else the first of its kind."""
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    known = known_at(location)
    resources = [one for one in known.values() if one.kind == kind]
    chosen = next((one for one in resources if str(one.pk) == who), next(iter(resources), None))
    facts = board_facts(location, days[0], days[-1], known=known, now=now, only=chosen)
    scales = _common([_scale(location, each, facts, chosen) for each in days], days, location)
    drawn = zip(days, scales, strict=True)
    columns = [_column(chosen, each, scale, facts, location, now) for each, scale in drawn] if chosen else []
    return BoardDay(
        location=location,
        day=day,
        kind=kind,
        scale=scales[0],
        columns=columns,
        hours=_hour_marks(scales[0]),
        count=len({card.appointment.pk for column in columns for card in column.cards}),
        who=chosen,
        resources=resources,
    )


def day_lines(location: Location, day: date, *, now: datetime) -> list[Line]:
    """Everybody who comes on a day, in the order of their times."""
    facts = board_facts(location, day, day, known=known_at(location), now=now)
    return [_line(row, facts) for row in facts.appointments]


def _line(row: BoardVisit, facts: BoardFacts) -> Line:
    others = facts.others_with(row)
    session = row.treatment_session
    series = facts.series.get(session.plan_id) if session else None
    return Line(
        appointment=row,
        with_names=", ".join(one.name for one in others),
        colour=colour_among(others),
        number=session.number if session else None,
        total=series.total if series else None,
        is_first=not row.has_been_here,
    )


def _column(
    resource: BoardResource, day: date, scale: Scale, facts: BoardFacts, location: Location, now: datetime
) -> Column:
    hours = [one for one in facts.hours_of(resource) if one.start < scale.end and one.end > scale.start]
    return Column(
        resource=resource,
        day=day,
        scale=scale,
        zone=location.tz,
        hint=_hint(hours, location.tz),
        off=off_of(resource, facts, scale),
        now_row=scale.row_of(now),
        cards=cards_of(resource, facts.of(resource, scale.seconds), facts, scale),
    )


def _scale(location: Location, day: date, facts: BoardFacts, only: BoardResource | None = None) -> Scale:
    """The part of a day that is drawn: the usual hours, the opening hours and whatever is booked."""
    bounds = day_bounds(day, location.tz)
    usual = Interval(*(instant(day, wall, location.tz) for wall in USUAL))
    rows = facts.of(only, seconds_between(bounds)) if only else facts.appointments
    booked = [_span(rows)] if rows else []
    opening = [one for one in facts.opening if one.start < bounds.end and one.end > bounds.start]
    return scale_of(bounds, [*opening, *booked], usual)


def _span(rows: list[BoardVisit]) -> Interval:
    """From the first start to the last end."""
    return Interval(instant_of(min(row.starts for row in rows)), instant_of(max(row.ends for row in rows)))


def _common(scales: list[Scale], days: list[date], location: Location) -> list[Scale]:
    """The same wall times for every day: from the earliest start to the latest end among them."""
    zone = location.tz
    first = min(scale.start.astimezone(zone).time() for scale in scales)
    lasts = [(scale.end.astimezone(zone), day) for scale, day in zip(scales, days, strict=True)]
    last = max((end.time() if end.date() == day else time(23, 59)) for end, day in lasts)
    found = []
    for day in days:
        end = day_bounds(day + ONE_DAY, zone).start if last == time(23, 59) else instant(day, last, zone)
        found.append(Scale(instant(day, first, zone), end))
    return found


def _hint(hours: list[Interval], zone: tzinfo) -> str:
    """Until when the resource works."""
    spans = [f"{one.start.astimezone(zone):%-H:%M}–{one.end.astimezone(zone):%-H:%M}" for one in hours]
    return ", ".join(spans) or "–"


def _hour_marks(scale: Scale) -> list[tuple[int, datetime]]:
    """The first row of every hour with its instant."""
    return [
        (row + 1, scale.start + row * (scale.end - scale.start) / scale.rows)
        for row in range(0, scale.rows, 12)
    ]
