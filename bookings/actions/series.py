"""A whole series: proposed on paper, booked whole or not at all (P3), re-flowed by a proposal that a person accepts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings.actions.taking import clear_the_way, taking_at, write
from bookings.actions.telling import tell
from bookings.assignment import Slot
from bookings.claiming import Taking
from bookings.courses import Course, Paper, course_of, lay_out
from bookings.models import Appointment
from bookings.phases import PRACTITIONER
from bookings.planner import Planner
from bookings.problems import rule_problems
from bookings.refusals import Refused
from bookings.series import PlannedSession, SeriesPlan, Unmet, UnmetCode, Wishes
from bookings.slots import fill, next_free
from bookings.units import unit
from bookings.visits import Visit
from bookings.words import AppointmentStatus
from clinic.errors import Blocker, NeedsApproval, Problem
from clinic.timekeeping import local_day
from treatments.models import TreatmentPlan, TreatmentSession


@dataclass(frozen=True)
class ProposedSession:
    """One session of a proposal. `slot` is None for one that stands already; `distance` is in days from the ideal."""

    session: TreatmentSession
    number: int
    day: date
    slot: Slot | None
    ideal: date | None
    latest: date | None
    problems: tuple[Problem, ...] = ()
    alternatives: tuple[Slot, ...] = ()

    @property
    def distance(self) -> int:
        """Days after (or, below zero, before) the ideal day."""
        return (self.day - self.ideal).days if self.ideal else 0

    @property
    def practitioner(self) -> int | None:
        """Who would treat."""
        return self.slot.assignment.get(PRACTITIONER) if self.slot else None


@dataclass(frozen=True)
class Proposal:
    """A series on paper. With `unmet` the sessions before it are proposed, and it says which one fails and why."""

    plan: TreatmentPlan
    sessions: tuple[ProposedSession, ...]
    problems: tuple[Problem, ...] = ()
    unmet: Unmet | None = None
    cost: int = 0

    @property
    def to_book(self) -> tuple[ProposedSession, ...]:
        """Those that would be booked."""
        return tuple(one for one in self.sessions if one.slot is not None)

    @property
    def is_bookable(self) -> bool:
        """Whether the whole series can be booked as proposed."""
        return not self.problems and self.unmet is None and bool(self.to_book)


@dataclass(frozen=True, slots=True)
class ChosenTime:
    """When a session shall be, and with whom and what (role → resource; best fit for roles left out)."""

    starts_at: datetime
    assignment: Mapping[str, int]


def propose_series(
    plan: TreatmentPlan, *, wishes: Wishes | None = None, now: datetime, alternatives: int = 3
) -> Proposal:
    """The cheapest dates for every session that is still to be booked, each inside its due window.

    Nothing is held or written. `alternatives` is how many other times each session gets, the rest staying.
    """
    wishes = wishes or Wishes()
    course = course_of(plan, now=now)
    standing = tuple(stopping(course))
    if standing or set(course.visits) <= set(course.standing):
        return Proposal(plan, (), problems=standing or (_nothing_left(),))
    paper = lay_out(course, wishes=wishes)
    planner = Planner(paper.supply, wishes=wishes)
    found = planner.plan(paper.sessions)
    if isinstance(found, Unmet):
        return _unmet(paper, found)
    others = _alternatives(planner, paper.sessions, found, alternatives)
    return Proposal(plan, tuple(described(course, found, others)), cost=found.cost)


def stopping(course: Course) -> Iterator[Problem]:
    """What no date cures: a plan on hold, a protocol that is off, somebody too young to decide alone."""
    seen = set()
    for number in course.visits:
        if number in course.standing:
            continue
        for problem in course.problems(number, course.today, {}):
            if isinstance(problem, Blocker | NeedsApproval) and problem.possible_from is None:
                if problem.code not in seen:
                    yield problem
                seen.add(problem.code)


def _nothing_left() -> Problem:
    return Blocker(code="nothing_to_book", sentence=_("Every session of this plan is booked or done."))


def described(
    course: Course, found: SeriesPlan, others: Mapping[int, tuple[Slot, ...]] | None = None
) -> Iterator[ProposedSession]:
    """The planner's answer with rows, windows and the gate's remarks on the days it chose."""
    days = {one.number: one.day for one in found.sessions}
    rows = {row.number: row for row in course.sessions}
    for one in found.sessions:
        remarks = course.problems(one.number, one.day, days) if one.slot else []
        yield ProposedSession(
            session=rows[one.number],
            number=one.number,
            day=one.day,
            slot=one.slot,
            ideal=one.window.ideal if course.series[one.number].window else None,
            latest=one.window.latest,
            problems=tuple(remarks),
            alternatives=(others or {}).get(one.number, ()),
        )


def _alternatives(
    planner: Planner, sessions: Sequence[PlannedSession], found: SeriesPlan, limit: int
) -> dict[int, tuple[Slot, ...]]:
    if not limit:
        return {}
    return {
        one.number: tuple(
            other.slot for other in planner.alternatives(sessions, found, one.number, limit) if other.slot
        )
        for one in found.sessions
        if one.slot is not None
    }


def _unmet(paper: Paper, unmet: Unmet) -> Proposal:
    sentence = UNMET[unmet.code]() % {"number": unmet.number}
    problem = Blocker(code=str(unmet.code), sentence=sentence, facts={"number": unmet.number})
    before = tuple(described(paper.course, unmet.before))
    return Proposal(paper.course.plan, before, problems=(problem,), unmet=unmet, cost=unmet.before.cost)


UNMET = {
    UnmetCode.TIES_CONFLICT: lambda: _(
        "Session %(number)d cannot be placed: the intervals to the sessions before it exclude each other."
    ),
    UnmetCode.PAST_HORIZON: lambda: _(
        "Session %(number)d would lie further ahead than the calendar is open."
    ),
    UnmetCode.BLOCKED: lambda: _("Every day on which session %(number)d could be is excluded."),
    UnmetCode.NO_FREE_TIME: lambda: _(
        "No day for session %(number)d has a practitioner, a room and a device free together."
    ),
}


@unit
def book_series(
    *, plan: TreatmentPlan, chosen: Mapping[int, ChosenTime], by: Any, now: datetime
) -> list[Appointment]:
    """Books sessions (number → time) in one transaction: all of them or none (P3).

    The gate judges each session with the others where they would be. The patient gets one confirmation for the
    whole series, with all of it as calendar entries.
    """
    course = course_of(plan, now=now)
    visits = _visits(course, chosen)
    _refuse(course, visits, chosen)
    takings = {number: _taking(visits[number], chosen[number], now) for number in sorted(chosen)}
    clear_the_way(list(takings.values()), now=now)
    rows = [
        write(visits[number], taking, AppointmentStatus.BOOKED, by=by, now=now, is_told=place == 0)
        for place, (number, taking) in enumerate(takings.items())
    ]
    for row in rows:
        tell(row, by=by, now=now, is_new=True)
    return rows


def _visits(course: Course, chosen: Mapping[int, ChosenTime]) -> dict[int, Visit]:
    unknown = [number for number in chosen if number not in course.visits]
    if unknown or not chosen:
        raise Refused("no_such_session", _("Choose a time for sessions of this plan that are still to come."))
    return {number: course.visits[number] for number in chosen}


def _refuse(course: Course, visits: Mapping[int, Visit], chosen: Mapping[int, ChosenTime]) -> None:
    """Every session on its day, with the others where they would be; all reasons together."""
    days = course.anchors | {
        number: local_day(time.starts_at, course.facts.tz) for number, time in chosen.items()
    }
    found = [
        problem
        for number, visit in visits.items()
        for problem in rule_problems(
            visit,
            start=chosen[number].starts_at,
            chosen=chosen[number].assignment,
            now=course.now,
            anchors=days,
        )
        if isinstance(problem, Blocker | NeedsApproval)
    ]
    if found:
        raise Refused("rules", str(found[0].sentence), problems=tuple(found))


def _taking(visit: Visit, time: ChosenTime, now: datetime) -> Taking:
    return taking_at(visit, time.starts_at, fill(visit, time.starts_at, time.assignment, now=now))


def chosen_from(proposal: Proposal) -> dict[int, ChosenTime]:
    """What accepting a proposal as it is means."""
    return {
        one.number: ChosenTime(one.slot.start, one.slot.assignment)
        for one in proposal.to_book
        if one.slot is not None
    }


def find_next_free(
    visit: Visit,
    *,
    now: datetime,
    practitioner: int | None = None,
    wishes: Wishes | None = None,
    from_day: date | None = None,
    count: int = 5,
) -> list[Slot]:
    """Five choices for somebody on the phone: protocol × practitioner × part of day.

    For a session of a plan nothing before its due window is offered.
    """
    first = max([day for day in (from_day, _due_from(visit, now)) if day], default=None)
    only = {PRACTITIONER: practitioner} if practitioner else None
    return next_free(visit, now=now, from_day=first, count=count, wishes=wishes, only=only)


def _due_from(visit: Visit, now: datetime) -> date | None:
    if visit.session is None:
        return None
    window = course_of(visit.session.plan, now=now).series[visit.session.number].window
    return window.earliest if window else None
