"""The day board as values: columns, what is off, and a card for every appointment. A constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from bookings.boardgrid import Place, Scale, lanes, scale_of
from bookings.boardseries import SeriesMarks, series_marks
from bookings.models import Appointment, Claim
from bookings.words import AppointmentStatus
from clinic.intervals import Interval, gaps, intersect, merge
from clinic.models import Closure, Location, OpeningHours, Resource, WorkingHours
from clinic.ribbon import Ribbon
from clinic.timekeeping import WeeklyWindow, day_bounds, instant, weekly_windows
from clinic.words import ResourceKind

S = AppointmentStatus
#: Shown as they were, beside what took their place.
GONE = (S.CANCELLED, S.NOSHOW, S.ENTERED_IN_ERROR)
#: The board never shows less than this.
USUAL = (time(8), time(18))


@dataclass(frozen=True, kw_only=True)
class Card:
    """One appointment in one column. `hatched` are rows within the card in which the column's resource is free."""

    appointment: Appointment
    place: Place
    lane: int
    lanes: int
    hatched: list[Place]
    ribbon: Ribbon | None
    number: int | None
    total: int | None
    with_names: str
    colour: int
    is_first: bool

    @property
    def size(self) -> str:
        """How much text fits: `s` one line, `m` two, `l` all."""
        return "s" if self.place.rows < 5 else "m" if self.place.rows < 8 else "l"


@dataclass(frozen=True, kw_only=True)
class Off:
    """Rows in which the column cannot be booked, and why."""

    place: Place
    label: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """One practitioner, room or device over the day."""

    resource: Resource
    hint: str
    colour: int
    off: list[Off]
    cards: list[Card] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class BoardDay:
    """A day at a location, by practitioner, room or device."""

    location: Location
    day: date
    kind: str
    scale: Scale
    columns: list[Column]
    hours: list[tuple[int, datetime]]
    now_row: int | None
    count: int

    @property
    def rows(self) -> int:
        """Rows of five minutes."""
        return self.scale.rows


def day_board(location: Location, day: date, kind: str, *, now: datetime) -> BoardDay:
    """The board of one local day; `kind` is a `ResourceKind`. Cancelled and missed appointments are left out."""
    bounds = day_bounds(day, location.tz)
    appointments = _appointments(location, bounds, now)
    claims = _claims(appointments)
    opening, working = _hours(location, day)
    closures = _closures(location, bounds)
    usual = Interval(*(instant(day, wall, location.tz) for wall in USUAL))
    scale = scale_of(bounds, [*opening, *(Interval(a.starts_at, a.ends_at) for a in appointments)], usual)
    marks = series_marks([a.treatment_session.plan for a in appointments if a.treatment_session], now=now)
    known = _known(location)
    columns = []
    for resource in [one for one in known.values() if one.kind == kind]:
        hours = working.get(resource.pk, [] if kind == ResourceKind.PRACTITIONER else opening)
        columns.append(
            Column(
                resource=resource,
                hint=_hint(resource, hours, location),
                colour=_colour(resource),
                off=_off(resource.pk, hours, opening, closures, scale),
                cards=_cards(resource, appointments, claims, marks, known, scale),
            )
        )
    return BoardDay(
        location=location,
        day=day,
        kind=kind,
        scale=scale,
        columns=columns,
        hours=_hour_marks(scale),
        now_row=scale.row_of(now),
        count=len(appointments),
    )


def _appointments(location: Location, bounds: Interval, now: datetime) -> list[Appointment]:
    rows = Appointment.objects.at(location).touching(bounds.start, bounds.end).on_board(now)
    return list(
        rows.with_newcomers(bounds.start)
        .select_related("patient", "treatment_session__plan__location")
        .order_by("starts_at", "id")
    )


Spans = dict[int, dict[int, list[Interval]]]


def _claims(appointments: Sequence[Appointment]) -> Spans:
    """Appointment → resource → the periods it is taken for."""
    found: Spans = defaultdict(lambda: defaultdict(list))
    rows = Claim.objects.of_appointments([row.pk for row in appointments])
    for appointment, resource, start, end in rows:
        found[appointment][resource].append(Interval(start, end))
    return found


def _known(location: Location) -> dict[int, Resource]:
    """Everything that can be occupied here, in the order of the columns."""
    rows = Resource.objects.at(location).select_related("practitioner").order_by("kind", "name")
    return {one.pk: one for one in rows}


def _colour(resource: Resource | None) -> int:
    """The practitioner's colour; 0 for rooms and devices."""
    is_person = resource is not None and resource.kind == ResourceKind.PRACTITIONER
    return resource.practitioner.colour if resource is not None and is_person else 0


def _hours(location: Location, day: date) -> tuple[list[Interval], dict[int, list[Interval]]]:
    columns = ("weekday", "opens", "closes", "valid_from", "valid_until")
    opened = OpeningHours.objects.filter(location=location).in_force(day, day).values_list(*columns)
    opening = weekly_windows([WeeklyWindow(*row) for row in opened], day, day, location.tz)
    rules: dict[int, list[WeeklyWindow]] = defaultdict(list)
    rows = WorkingHours.objects.filter(location=location).in_force(day, day)
    for resource, *row in rows.values_list("resource_id", *columns):
        rules[resource].append(WeeklyWindow(*row))
    return opening, {pk: weekly_windows(windows, day, day, location.tz) for pk, windows in rules.items()}


def _closures(location: Location, bounds: Interval) -> list[tuple[int | None, Interval, str]]:
    rows = Closure.objects.standing().filter(location=location).touching(bounds.start, bounds.end)
    return [(row.resource_id, Interval(row.starts_at, row.ends_at), str(row)) for row in rows]


def _off(
    resource: int,
    hours: list[Interval],
    opening: list[Interval],
    closures: Iterable[tuple[int | None, Interval, str]],
    scale: Scale,
) -> list[Off]:
    """Outside hours first, closures above them with their label."""
    drawn = Interval(scale.start, scale.end)
    free = list(intersect(merge(hours), merge(opening)))
    found = [(one, "") for one in gaps(drawn, free)]
    found += [(period, label) for who, period, label in closures if who in (None, resource)]
    placed = [(scale.place(one.start, one.end), label) for one, label in found]
    return [Off(place=place, label=label) for place, label in placed if place]


def _cards(
    resource: Resource,
    appointments: Sequence[Appointment],
    claims: Spans,
    marks: SeriesMarks,
    known: dict[int, Resource],
    scale: Scale,
) -> list[Card]:
    rows = [row for row in appointments if resource.pk in claims.get(row.pk, {})]
    periods = [_drawn_period(row, claims[row.pk][resource.pk]) for row in rows]
    cards = []
    for row, period, lane in zip(rows, periods, lanes(periods), strict=True):
        place = scale.place(period.start, period.end)
        if place is None:
            continue
        others = [known[pk] for pk in claims[row.pk] if pk != resource.pk and pk in known]
        session = row.treatment_session
        series = marks.get(session.plan_id) if session else None
        cards.append(
            Card(
                appointment=row,
                place=place,
                lane=lane[0],
                lanes=lane[1],
                hatched=_free_within(period, claims[row.pk][resource.pk]),
                ribbon=series.ribbon if series else None,
                number=session.number if session else None,
                total=series.total if series else None,
                with_names=", ".join(one.name for one in sorted(others, key=_order)),
                colour=_colour(resource) or next((c for one in others if (c := _colour(one))), 0),
                is_first=not row.has_been_here,  # type: ignore[attr-defined]  # annotated by the query
            )
        )
    return cards


def _order(resource: Resource) -> tuple[int, str]:
    """People first, then rooms, then devices."""
    return (list(ResourceKind).index(ResourceKind(resource.kind)), resource.name)


def _free_within(period: Interval, taken: list[Interval]) -> list[Place]:
    inner = Scale(period.start, period.end)
    free = [inner.place(one.start, one.end) for one in gaps(period, taken)]
    return [one for one in free if one]


def _drawn_period(row: Appointment, spans: list[Interval]) -> Interval:
    """The patient's time, and what the resource is needed for beyond it (turnover of a room)."""
    return Interval(min(row.starts_at, *(s.start for s in spans)), max(row.ends_at, *(s.end for s in spans)))


def _hint(resource: Resource, hours: list[Interval], location: Location) -> str:
    """Until when the resource works today."""
    if not hours:
        return "–"
    spans = [
        f"{one.start.astimezone(location.tz):%-H:%M}–{one.end.astimezone(location.tz):%-H:%M}"
        for one in hours
    ]
    return ", ".join(spans)


def _hour_marks(scale: Scale) -> list[tuple[int, datetime]]:
    """The first row of every hour with its instant."""
    return [
        (row + 1, scale.start + row * (scale.end - scale.start) / scale.rows)
        for row in range(0, scale.rows, 12)
    ]
