"""What the board is drawn from: appointments with claims, hours, closures; and the cards of a column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import BigIntegerField, Value

from bookings.boardgrid import Place, Scale, lanes
from bookings.boardseries import SeriesMarks, series_marks
from bookings.boardvisits import BoardVisit, board_visits
from bookings.models import Appointment, Claim
from clinic.intervals import Interval, gaps, intersect, merge
from clinic.models import Closure, Location, OpeningHours, Resource, WorkingHours
from clinic.ribbon import Ribbon
from clinic.timekeeping import WeeklyWindow, day_bounds, weekly_windows
from clinic.words import ResourceKind

Spans = Mapping[int, Mapping[int, list[Interval]]]


@dataclass(frozen=True, kw_only=True)
class Card:
    """One appointment in one column. `hatched` are rows within the card in which the column's resource is free."""

    appointment: BoardVisit
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

    @property
    def minutes(self) -> int:
        """The patient's time, without the turnover of a room."""
        row = self.appointment
        return int((row.ends_at - row.starts_at).total_seconds() // 60)


@dataclass(frozen=True, kw_only=True)
class Off:
    """Rows in which the column cannot be booked, and why."""

    place: Place
    label: str


@dataclass(frozen=True, kw_only=True)
class BoardFacts:
    """All that some days at a location are drawn from, read in a constant number of queries."""

    appointments: list[BoardVisit]
    claims: Spans
    marks: SeriesMarks
    known: dict[int, Resource]
    opening: list[Interval]
    working: dict[int, list[Interval]]
    closures: list[tuple[int | None, Interval, str]]

    def hours_of(self, resource: Resource) -> list[Interval]:
        """When a resource works: a room or device without hours of its own follows the house."""
        is_person = resource.kind == ResourceKind.PRACTITIONER
        return self.working.get(resource.pk, [] if is_person else self.opening)

    def of(self, resource: Resource, bounds: Interval) -> list[BoardVisit]:
        """The appointments within a day that take a resource."""
        return [
            row
            for row in self.by_resource.get(resource.pk, ())
            if row.starts_at < bounds.end and row.ends_at > bounds.start
        ]

    @cached_property
    def by_resource(self) -> dict[int, list[BoardVisit]]:
        """Resource → the appointments that take it, in the order of time."""
        found: dict[int, list[BoardVisit]] = defaultdict(list)
        for row in self.appointments:
            for pk in self.claims.get(row.pk, ()):
                found[pk].append(row)
        return found

    def others_with(self, row: BoardVisit, resource: Resource | None = None) -> list[Resource]:
        """What else an appointment takes: people first, then rooms, then devices."""
        skip = resource.pk if resource else None
        found = [self.known[pk] for pk in self.claims.get(row.pk, {}) if pk != skip and pk in self.known]
        return sorted(found, key=_order)


def board_facts(
    location: Location,
    first: date,
    last: date,
    *,
    known: dict[int, Resource],
    now: datetime,
    only: Resource | None = None,
) -> BoardFacts:
    """Reads the days from `first` to `last`, both included; with `only`, what takes that resource.

    Cancelled and missed appointments are left out.
    """
    zone = location.tz
    bounds = Interval(day_bounds(first, zone).start, day_bounds(last, zone).end)
    rows = Appointment.objects.at(location).touching(bounds.start, bounds.end).on_board(now)
    if only is not None:
        taken = Claim.objects.filter(resource=only).touching(bounds.start, bounds.end)
        rows = rows.of(taken.values("appointment"))
    appointments = board_visits(rows.with_newcomers(bounds.start))
    opening, working = _hours(location, first, last)
    return BoardFacts(
        appointments=appointments,
        claims=_claims(appointments),
        marks=series_marks(
            [row.treatment_session for row in appointments if row.treatment_session], zone, now=now
        ),
        known=known,
        opening=opening,
        working=working,
        closures=_closures(location, bounds),
    )


def _claims(appointments: Sequence[BoardVisit]) -> Spans:
    """Appointment → resource → the periods it is taken for."""
    found: dict[int, dict[int, list[Interval]]] = defaultdict(lambda: defaultdict(list))
    for appointment, resource, start, end in Claim.objects.of_appointments([row.pk for row in appointments]):
        found[appointment][resource].append(Interval(start, end))
    return found


def known_at(location: Location) -> dict[int, Resource]:
    """Everything that can be occupied here, in the order of the columns."""
    rows = Resource.objects.at(location).select_related("practitioner").order_by("kind", "name")
    return {one.pk: one for one in rows}


def _hours(location: Location, first: date, last: date) -> tuple[list[Interval], dict[int, list[Interval]]]:
    """When the house is open, and when each resource works; one query for both."""
    columns = ("weekday", "opens", "closes", "valid_from", "valid_until")
    working = WorkingHours.objects.filter(location=location).in_force(first, last).order_by()
    opened = OpeningHours.objects.filter(location=location).in_force(first, last).order_by()
    nobody = Value(None, output_field=BigIntegerField())
    rows = working.values_list("resource_id", *columns).union(
        opened.annotate(nobody=nobody).values_list("nobody", *columns), all=True
    )
    rules: dict[int | None, list[WeeklyWindow]] = defaultdict(list)
    for resource, *row in rows:
        rules[resource].append(WeeklyWindow(*row))
    windows = {pk: weekly_windows(found, first, last, location.tz) for pk, found in rules.items()}
    opening = windows.pop(None, [])
    return opening, {pk: found for pk, found in windows.items() if pk is not None}


def _closures(location: Location, bounds: Interval) -> list[tuple[int | None, Interval, str]]:
    rows = Closure.objects.standing().filter(location=location).touching(bounds.start, bounds.end)
    return [(row.resource_id, Interval(row.starts_at, row.ends_at), str(row)) for row in rows]


def colour_of(resource: Resource | None) -> int:
    """The practitioner's colour; 0 for rooms and devices."""
    is_person = resource is not None and resource.kind == ResourceKind.PRACTITIONER
    return resource.practitioner.colour if resource is not None and is_person else 0


def off_of(resource: Resource, facts: BoardFacts, scale: Scale) -> list[Off]:
    """Outside hours first, closures above them with their label."""
    drawn = Interval(scale.start, scale.end)
    free = list(intersect(merge(facts.hours_of(resource)), merge(facts.opening)))
    found = [(one, "") for one in gaps(drawn, free)]
    found += [(period, label) for who, period, label in facts.closures if who in (None, resource.pk)]
    placed = [(scale.place(one.start, one.end), label) for one, label in found]
    return [Off(place=place, label=label) for place, label in placed if place]


def cards_of(resource: Resource, rows: Sequence[BoardVisit], facts: BoardFacts, scale: Scale) -> list[Card]:
    """The cards of a column, each in its place and lane."""
    periods = [_drawn_period(row, facts.claims[row.pk][resource.pk]) for row in rows]
    cards = []
    for row, period, lane in zip(rows, periods, lanes(periods), strict=True):
        place = scale.place(period.start, period.end)
        if place is not None:
            cards.append(_card(resource, row, period, place, lane, facts))
    return cards


def _card(
    resource: Resource,
    row: BoardVisit,
    period: Interval,
    place: Place,
    lane: tuple[int, int],
    facts: BoardFacts,
) -> Card:
    others = facts.others_with(row, resource)
    session = row.treatment_session
    series = facts.marks.get(session.plan_id) if session else None
    return Card(
        appointment=row,
        place=place,
        lane=lane[0],
        lanes=lane[1],
        hatched=_free_within(period, facts.claims[row.pk][resource.pk]),
        ribbon=series.ribbon if series else None,
        number=session.number if session else None,
        total=series.total if series else None,
        with_names=", ".join(one.name for one in others),
        colour=colour_of(resource) or next((c for one in others if (c := colour_of(one))), 0),
        is_first=not row.has_been_here,
    )


def _order(resource: Resource) -> tuple[int, str]:
    return (list(ResourceKind).index(ResourceKind(resource.kind)), resource.name)


def _free_within(period: Interval, taken: Iterable[Interval]) -> list[Place]:
    inner = Scale(period.start, period.end)
    free = [inner.place(one.start, one.end) for one in gaps(period, list(taken))]
    return [one for one in free if one]


def _drawn_period(row: BoardVisit, spans: Sequence[Interval]) -> Interval:
    """The patient's time, and what the resource is needed for beyond it (turnover of a room)."""
    return Interval(min(row.starts_at, *(s.start for s in spans)), max(row.ends_at, *(s.end for s in spans)))
