"""What the board is drawn from: appointments with claims, hours, closures; and the cards of a column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.db import connection
from django.db.models import BigIntegerField, Value

from bookings.boardgrid import Period, Place, Scale, lanes, placed, uncovered
from bookings.boardseries import SeriesMarks, series_marks
from bookings.boardvisits import BoardVisit, board_visits, seconds_of
from clinic.intervals import Interval, gaps, intersect, merge
from clinic.models import Closure, Location, OpeningHours, Resource, WorkingHours
from clinic.timekeeping import WeeklyWindow, day_bounds, local_day, weekly_windows
from clinic.words import ResourceKind

#: Appointment → resource → the periods it is taken for, in order of time.
Spans = dict[int, dict[int, list[Period]]]
#: People first, then rooms, then devices.
_KINDS = [str(kind) for kind in ResourceKind]


class BoardResource(NamedTuple):
    """What a column is: a practitioner with a colour, a room or a device (colour 0)."""

    pk: int
    kind: str
    name: str
    colour: int


class Card(NamedTuple):
    """One appointment in one column. `hatched` are rows within the card in which the column's resource is free."""

    appointment: BoardVisit
    place: Place
    lane: int
    lanes: int
    hatched: tuple[Place, ...]
    series: SeriesMarks | None
    with_names: str
    colour: int

    @property
    def size(self) -> str:
        """How much text fits: `s` one line, `m` two, `l` all."""
        return "s" if self.place.rows < 5 else "m" if self.place.rows < 8 else "l"

    @property
    def number(self) -> int | None:
        """Which session of the series it is."""
        session = self.appointment.treatment_session
        return session.number if session else None

    @property
    def total(self) -> int | None:
        """How many sessions the series has."""
        return self.series.total if self.series else None

    @property
    def minutes(self) -> int:
        """The patient's time, without the turnover of a room."""
        return (self.appointment.ends - self.appointment.starts) // 60


class Off(NamedTuple):
    """Rows in which the column cannot be booked, and why."""

    place: Place
    label: str


@dataclass(frozen=True, kw_only=True)
class BoardFacts:
    """All that some days at a location are drawn from, read in a constant number of queries."""

    appointments: list[BoardVisit]
    claims: Spans
    series: dict[int, SeriesMarks]
    known: dict[int, BoardResource]
    opening: list[Interval]
    working: dict[int, list[Interval]]
    closures: list[tuple[int | None, Interval, str]]

    def hours_of(self, resource: BoardResource) -> list[Interval]:
        """When a resource works: a room or device without hours of its own follows the house."""
        is_person = resource.kind == ResourceKind.PRACTITIONER
        return self.working.get(resource.pk, [] if is_person else self.opening)

    def of(self, resource: BoardResource, drawn: Period) -> list[BoardVisit]:
        """The appointments within a period that take a resource."""
        start, end = drawn
        found = self.by_resource.get(resource.pk, ())
        return [row for row in found if row.starts < end and row.ends > start]

    @cached_property
    def by_resource(self) -> dict[int, list[BoardVisit]]:
        """Resource → the appointments that take it, in the order of time."""
        found: dict[int, list[BoardVisit]] = defaultdict(list)
        for row in self.appointments:
            for pk in self.claims.get(row.pk, ()):
                found[pk].append(row)
        return found

    @cached_property
    def rank(self) -> dict[int, int]:
        """Resource → its place in a list of names: people first, then rooms, then devices."""
        order = sorted(self.known.values(), key=lambda one: (_KINDS.index(one.kind), one.name))
        return {one.pk: place for place, one in enumerate(order)}

    def others_with(self, row: BoardVisit, without: int | None = None) -> list[BoardResource]:
        """What else an appointment takes: people first, then rooms, then devices."""
        rank, known = self.rank, self.known
        keys = [pk for pk in self.claims.get(row.pk, ()) if pk != without and pk in known]
        if len(keys) > 1:
            keys.sort(key=rank.__getitem__)
        return [known[pk] for pk in keys]


def board_facts(
    location: Location,
    first: date,
    last: date,
    *,
    known: dict[int, BoardResource],
    now: datetime,
    only: BoardResource | None = None,
) -> BoardFacts:
    """Reads the days from `first` to `last`, both included; with `only`, what takes that resource.

    Cancelled and missed appointments are left out.
    """
    zone = location.tz
    bounds = Interval(day_bounds(first, zone).start, day_bounds(last, zone).end)
    appointments = board_visits(location, bounds, now=now, only=only.pk if only else None)
    opening, working = _hours(location, first, last)
    sessions = [row.treatment_session for row in appointments if row.treatment_session]
    return BoardFacts(
        appointments=appointments,
        claims=_claims(appointments),
        series=series_marks(sessions, today=local_day(now, zone)),
        known=known,
        opening=opening,
        working=working,
        closures=_closures(location, bounds),
    )


_CLAIMS = """
    SELECT appointment_id, resource_id,
           extract(epoch FROM starts_at)::bigint, extract(epoch FROM ends_at)::bigint
      FROM bookings_claim WHERE appointment_id = ANY(%s) ORDER BY starts_at
"""


def _claims(appointments: Sequence[BoardVisit]) -> Spans:
    found: Spans = {row.pk: {} for row in appointments}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS, [list(found)])
        for appointment, resource, start, end in cursor.fetchall():
            found[appointment].setdefault(resource, []).append((start, end))
    return found


def known_at(location: Location) -> dict[int, BoardResource]:
    """Everything that can be occupied here, in the order of the columns."""
    rows = Resource.objects.at(location).order_by("kind", "name")
    told = rows.values_list("pk", "kind", "name", "practitioner__colour")
    return {pk: BoardResource(pk, kind, name, colour or 0) for pk, kind, name, colour in told}


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


def off_of(resource: BoardResource, facts: BoardFacts, scale: Scale) -> list[Off]:
    """Outside hours first, closures above them with their label."""
    drawn = Interval(scale.start, scale.end)
    free = list(intersect(merge(facts.hours_of(resource)), merge(facts.opening)))
    found = [(one, "") for one in gaps(drawn, free)]
    found += [(period, label) for who, period, label in facts.closures if who in (None, resource.pk)]
    shown = [(scale.place(seconds_between(one)), label) for one, label in found]
    return [Off(place, label) for place, label in shown if place]


def seconds_between(one: Interval) -> Period:
    """An interval as a period."""
    return seconds_of(one.start), seconds_of(one.end)


def cards_of(
    resource: BoardResource, rows: Sequence[BoardVisit], facts: BoardFacts, scale: Scale
) -> list[Card]:
    """The cards of a column, each in its place and lane."""
    taken = [facts.claims[row.pk][resource.pk] for row in rows]
    periods = [_drawn_period(row, spans) for row, spans in zip(rows, taken, strict=True)]
    cards = []
    for row, spans, period, lane in zip(rows, taken, periods, lanes(periods), strict=True):
        place = scale.place(period)
        if place is not None:
            cards.append(_card(resource, row, place, lane, _free_within(period, spans), facts))
    return cards


def _card(
    resource: BoardResource,
    row: BoardVisit,
    place: Place,
    lane: tuple[int, int],
    hatched: tuple[Place, ...],
    facts: BoardFacts,
) -> Card:
    others = facts.others_with(row, resource.pk)
    session = row.treatment_session
    return Card(
        row,
        place,
        *lane,
        hatched,
        facts.series.get(session.plan_id) if session else None,
        ", ".join([one.name for one in others]),
        resource.colour or colour_among(others),
    )


def colour_among(resources: Iterable[BoardResource]) -> int:
    """The colour of the first practitioner; 0 without one."""
    return next((one.colour for one in resources if one.colour), 0)


def _free_within(period: Period, taken: Sequence[Period]) -> tuple[Place, ...]:
    if taken[0] == period:
        return ()
    places = [placed(one, period) for one in uncovered(period, taken)]
    return tuple(one for one in places if one)


def _drawn_period(row: BoardVisit, spans: Sequence[Period]) -> Period:
    """The patient's time, and what the resource is needed for beyond it (turnover of a room)."""
    return min(row.starts, spans[0][0]), max(row.ends, spans[-1][1])
