"""Free times of one day that somebody could come into: who waits, and whose session is due, the most urgent first.

Nothing is offered or held here. The house and its claims are read once; each person costs what the gate costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bookings.actions.offering import LEAST_LEAD, standing_of, wishes_of
from bookings.availability import Search, Supply
from bookings.care import care_problems
from bookings.due import Dueness, due_sessions
from bookings.house import House, house_at
from bookings.models import Appointment, WaitlistEntry
from bookings.offerable import by_urgency, offerable, times_left
from bookings.phases import PRACTITIONER, spans_of
from bookings.slots import is_wished, settings_of
from bookings.supply import demand_of, first_start, grid_of, last_start, patient_busy, supply_of
from bookings.timegrid import CELL, CELL_MINUTES, Grid, runs, set_cells, union
from bookings.units import unit
from bookings.visits import Visit, visit_of
from clinic.errors import Blocker, NeedsApproval
from clinic.intervals import Interval
from clinic.models import Location
from clinic.timekeeping import local_day
from treatments.models import TreatmentSession

#: So many people are tried: that a time is wanted counts on the board, not by how many more.
MOST_PEOPLE = 12
#: A shorter stretch is the rest between two appointments.
LEAST_CELLS = 3
#: A longer one is an open day, which everybody sees, and no gap.
MOST_CELLS = 36


@dataclass(frozen=True)
class Person:
    """Somebody who could come: with a wish on the waitlist, or with a session that is due and not booked."""

    session: TreatmentSession
    visit: Visit
    entry: WaitlistEntry | None
    #: Practitioner → the cells at which the visit could begin.
    starts: dict[int, int]


@dataclass(frozen=True)
class Chance:
    """One person in one free stretch: the first time at which they could come."""

    person: Person
    during: Interval


@dataclass(frozen=True)
class FreeTime:
    """A stretch in which a practitioner is free, with who could come, the most urgent first."""

    practitioner: int
    during: Interval
    chances: tuple[Chance, ...]

    @property
    def is_gap(self) -> bool:
        """Whether it is short enough to be a gap between two appointments, or at the edge of the day."""
        return self.during.duration <= MOST_CELLS * CELL

    @property
    def first(self) -> Interval:
        """The earliest time at which any of them could come."""
        return min((one.during for one in self.chances), key=lambda one: one.start)


@unit
def free_times(location: Location, day: date, *, now: datetime, only: int | None = None) -> list[FreeTime]:
    """The free stretches of a local day that somebody could come into, in order of time; `only` one practitioner's."""
    if day < local_day(now, location.tz):
        return []
    grid = grid_of(location, day, 1)
    house = house_at(location, grid)
    supply = supply_of(house, now=now)
    people = [one for one in _people(location, day, house, supply, now) if one.starts]
    found = [
        FreeTime(pk, Interval(grid.instant(first), grid.instant(end)), chances)
        for pk in sorted({pk for one in people for pk in one.starts if only in (None, pk)})
        for first, end in runs(supply.free[pk])
        if end - first >= LEAST_CELLS and (chances := tuple(_chances(people, pk, first, end, grid)))
    ]
    return sorted(found, key=lambda one: (one.first.start, one.practitioner))


def _chances(people: Sequence[Person], pk: int, first: int, end: int, grid: Grid) -> Iterator[Chance]:
    """Who could come into a stretch: the practitioner's part of the visit begins in it."""
    for one in people:
        before = spans_of(one.visit.phases, PRACTITIONER)[0].start // CELL_MINUTES
        inside = one.starts.get(pk, 0) & grid.between(first - before, end - before)
        if inside:
            start = grid.instant(next(set_cells(inside)))
            yield Chance(one, Interval(start, one.visit.ends_at(start)))


def _people(location: Location, day: date, house: House, supply: Supply, now: datetime) -> Iterator[Person]:
    for session, entry in _candidates(location, day, now):
        visit, standing = visit_of(session), standing_of(entry) if entry else None
        if visit.location != location:
            continue
        without = [standing.pk] if standing else []
        wished = wishes_of(entry).practitioners if entry else frozenset()
        found = _starts(visit, house, supply, without, now, wished)
        good = union(found.values())
        if entry and good:
            good = _suiting(entry, visit, good, supply.grid, standing, now)
        if good and _is_allowed(session, supply.grid.instant(next(set_cells(good))), without, now):
            yield Person(
                session, visit, entry, {pk: mask & good for pk, mask in found.items() if mask & good}
            )


def _candidates(
    location: Location, day: date, now: datetime
) -> Iterator[tuple[TreatmentSession, WaitlistEntry | None]]:
    """Who waits for a time on the day, then whose session is due by then; each session once."""
    rows = WaitlistEntry.objects.waiting().at(location).for_offers().on(day)
    entries = by_urgency(rows, now=now)[:MOST_PEOPLE]
    yield from ((entry.treatment_session, entry) for entry in entries)
    waiting = {entry.treatment_session_id for entry in entries}
    due = [one.session.session_id for one in due_sessions(location, now=now) if one.dueness != Dueness.NEW]
    wanted = [pk for pk in due if pk not in waiting][: MOST_PEOPLE - len(entries)]
    known = TreatmentSession.objects.of(wanted).for_booking().in_bulk()
    yield from ((known[pk], None) for pk in wanted)


def _starts(
    visit: Visit,
    house: House,
    supply: Supply,
    without: list[int],
    now: datetime,
    wished: frozenset[int],
) -> dict[int, int]:
    """Practitioner → the starts at which everything that the visit needs is free."""
    settings, zone = settings_of(visit.location), supply.zone
    demand = demand_of(
        visit,
        house.placed,
        supply.grid,
        step_minutes=settings.slot_minutes,
        not_before=max(first_start(now, settings.notice_minutes), now + LEAST_LEAD),
        not_after=last_start(now, settings.horizon_days, zone),
        busy=patient_busy(visit.patient.pk, supply.grid, now=now, without=without),
    )
    search = Search(demand, supply)
    pool = [pk for pk in demand.pools.get(PRACTITIONER, ()) if not wished or pk in wished]
    return {pk: mask for pk in pool if (mask := search.starts_with(PRACTITIONER, pk))}


def _suiting(
    entry: WaitlistEntry,
    visit: Visit,
    starts: int,
    grid: Grid,
    standing: Appointment | None,
    now: datetime,
) -> int:
    """The starts inside the wishes and the due window, earlier than what the patient has, and not left before."""
    day = Interval(grid.start, grid.end)
    open_for = offerable(entry, day, without=[standing.pk] if standing else [], now=now)
    if open_for is None:
        return 0
    left, wishes, zone = times_left(entry), wishes_of(entry), entry.location.tz
    found = 0
    for cell in set_cells(starts):
        start = grid.instant(cell)
        time = Interval(start, visit.ends_at(start))
        is_better = standing is None or start < standing.starts_at
        if is_better and open_for.start <= start < open_for.end and is_wished(start, wishes, zone):
            found |= 0 if any(time.overlaps(one) for one in left) else 1 << cell
    return found


def _is_allowed(session: TreatmentSession, start: datetime, without: list[int], now: datetime) -> bool:
    """Whether the gate has nothing against the session on the day."""
    found = care_problems(session, start=start, now=now, without=without)
    return not any(isinstance(problem, Blocker | NeedsApproval) for problem in found)
