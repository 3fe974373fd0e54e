"""Re-flow: when life happens to one session, the rest is proposed anew with the fewest changes, and accepted whole.

Nothing is written by a proposal. Accepting checks that every appointment still is the version that was looked at.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings.actions import moving
from bookings.actions.series import UNMET, stopping
from bookings.actions.taking import clear_the_way, taking_at, write
from bookings.actions.telling import tell
from bookings.assignment import Slot
from bookings.availability import Supply
from bookings.courses import Course, Ground, course_of, lay_out
from bookings.models import Appointment
from bookings.problems import rule_problems
from bookings.reflow import Reflow, reflow_series
from bookings.refusals import Refused
from bookings.series import PlannedSession, Standing, Unmet, Wishes
from bookings.units import unit
from bookings.words import AppointmentStatus
from clinic.errors import Blocker, NeedsApproval, Problem
from clinic.timekeeping import local_day
from treatments.models import TreatmentPlan


@dataclass(frozen=True)
class Moved:
    """One line of the difference. `appointment` is None for a session that is newly placed."""

    number: int
    appointment: Appointment | None
    before: datetime | None
    slot: Slot
    day: date
    problems: tuple[Problem, ...] = ()

    @property
    def version(self) -> int | None:
        """The version of the appointment that was looked at."""
        return self.appointment.version if self.appointment else None

    @property
    def days_moved(self) -> int:
        """Whole days between the old and the new start, later above zero."""
        return round((self.slot.start - self.before).total_seconds() / 86400) if self.before else 0


@dataclass(frozen=True)
class ReflowProposal:
    """The difference for one plan: what changes, and why nothing could be found if so."""

    plan: TreatmentPlan
    changes: tuple[Moved, ...]
    kept: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    unmet: Unmet | None = None

    @property
    def is_needed(self) -> bool:
        """Whether anything changes at all."""
        return bool(self.changes)

    @property
    def is_acceptable(self) -> bool:
        """Whether it can be accepted as it is: something changes, and no rule stops any of it."""
        against = [problem for one in self.changes for problem in one.problems]
        is_stopped = any(isinstance(problem, Blocker | NeedsApproval) for problem in against)
        return bool(self.changes) and not self.problems and not is_stopped

    @property
    def moves(self) -> int:
        """How many booked starts change."""
        return sum(one.before is not None for one in self.changes)


@dataclass(frozen=True, slots=True)
class NewTime:
    """What is accepted for one session: where, with what, and the version of the appointment that was looked at."""

    starts_at: datetime
    assignment: Mapping[str, int]
    version: int | None = None


def propose_reflow(
    plan: TreatmentPlan,
    *,
    now: datetime,
    wishes: Wishes | None = None,
    leaving: Iterable[int] = (),
    kept: Iterable[int] = (),
    fixed: Mapping[int, NewTime] | None = None,
    places_missing: bool = False,
) -> ReflowProposal:
    """New dates for what can no longer stay, with the fewest moves, then the least distance.

    `leaving` are session numbers that must leave their time (a closure, a no-show). `kept` stay where they are: the
    one that was just moved on purpose. `fixed` says where a session is about to be moved. The rest is solved around
    them. With `places_missing` open sessions without an appointment are placed too. A session that has begun or is
    over is never touched.
    """
    course = course_of(plan, now=now)
    held_back = tuple(stopping(course))
    if held_back:
        return ReflowProposal(plan, (), problems=held_back)
    leaving_numbers = set(leaving)
    sessions, supply = paper_for(course, leaving=leaving_numbers, kept=kept, fixed=fixed, wishes=wishes)
    if not places_missing:
        known = known_numbers(course) | leaving_numbers | set(fixed or {})
        sessions = only(sessions, known)
    found = reflow_series(sessions, supply, wishes=wishes)
    return as_proposal(course, found)


def known_numbers(course: Course) -> set[int]:
    """The sessions that are done or have a time; the others are no part of a re-flow unless asked for."""
    return {*course.standing, *(one.number for one in course.facts.sessions if one.day is not None)}


def movable_numbers(course: Course, kept: Iterable[int] = ()) -> list[int]:
    """The booked sessions still to come, without those that are to stay."""
    stay = set(kept)
    return [
        number
        for number, row in course.standing.items()
        if is_movable(row, course.now) and number not in stay
    ]


def paper_for(
    course: Course,
    *,
    leaving: Iterable[int] = (),
    kept: Iterable[int] = (),
    fixed: Mapping[int, NewTime] | None = None,
    wishes: Wishes | None = None,
    ground: Ground | None = None,
) -> tuple[list[PlannedSession], Supply]:
    """The course on paper with every booked session to come free to move, and the supply without them."""
    gone, put = set(leaving), fixed or {}
    movable = movable_numbers(course, kept)
    paper = lay_out(course, wishes=wishes or Wishes(), movable=movable, ground=ground)
    return [_adjusted(one, gone, put) for one in paper.sessions], paper.supply


def is_movable(row: Appointment, now: datetime) -> bool:
    """Whether an appointment is booked and still to come."""
    return row.status == AppointmentStatus.BOOKED and row.starts_at > now


def _adjusted(one: PlannedSession, leaving: set[int], fixed: Mapping[int, NewTime]) -> PlannedSession:
    if one.number in fixed:
        time = fixed[one.number]
        return replace(one, demand=None, standing=Standing(time.starts_at, time.assignment))
    is_free = one.demand is not None and one.number in leaving
    return replace(one, standing=None) if is_free else one


def only(sessions: Sequence[PlannedSession], numbers: Container[int]) -> list[PlannedSession]:
    """Some of the sessions, with their ties to each other; ties to those left out fall away."""
    places: dict[int, int] = {}
    kept: list[PlannedSession] = []
    for place, one in enumerate(sessions):
        if one.number in numbers:
            places[place] = len(kept)
            ties = tuple(replace(tie, to=places[tie.to]) for tie in one.ties if tie.to in places)
            kept.append(replace(one, ties=ties))
    return kept


def as_proposal(course: Course, found: Reflow | Unmet) -> ReflowProposal:
    """The solver's answer with appointments and the gate's remarks."""
    if isinstance(found, Unmet):
        sentence = UNMET[found.code]() % {"number": found.number}
        problem = Blocker(code=str(found.code), sentence=sentence, facts={"number": found.number})
        return ReflowProposal(course.plan, (), problems=(problem,), unmet=found)
    days = {one.number: one.day for one in found.plan.sessions}
    changes = tuple(
        Moved(
            number=change.number,
            appointment=course.standing.get(change.number),
            before=change.before or _start(course, change.number),
            slot=change.after.slot,
            day=change.after.day,
            problems=tuple(course.problems(change.number, change.after.day, days)),
        )
        for change in found.changes
        if change.after.slot is not None
    )
    changed = {change.number for change in changes}
    kept = tuple(number for number in sorted(course.standing) if number not in changed)
    return ReflowProposal(course.plan, changes, kept)


def _start(course: Course, number: int) -> datetime | None:
    row = course.standing.get(number)
    return row.starts_at if row else None


@unit
def accept_reflow(
    *,
    plan: TreatmentPlan,
    times: Mapping[int, NewTime],
    by: Any,
    now: datetime,
    is_told: bool = True,
    past_quota: Container[int] = (),
) -> list[Appointment]:
    """Moves (and newly books) the sessions of a proposal in one transaction, or refuses it whole.

    Each appointment must still be the version that the proposal looked at (`Stale`), each time free (`Taken`), and
    every session allowed with the others where they will be (`Refused`). `past_quota` are the numbers of sessions for
    which somebody set aside that the day's number is reached.
    """
    course = course_of(plan, now=now)
    _refuse(course, times)
    changes = [
        moving.Change(
            course.standing[number],
            taking_at(
                moving.visit_for(course.standing[number]),
                time.starts_at,
                time.assignment,
                past_quota=number in past_quota,
            ),
            time.version,
        )
        for number, time in times.items()
        if number in course.standing
    ]
    rows = moving.carry_out(changes, by=by, now=now, is_told=is_told) if changes else []
    return [*rows, *_book_missing(course, times, by=by, now=now, is_told=is_told)]


def _book_missing(
    course: Course, times: Mapping[int, NewTime], *, by: Any, now: datetime, is_told: bool
) -> list[Appointment]:
    """Books those without a time; the patient gets one confirmation with all of them."""
    missing = [number for number in sorted(times) if number not in course.standing]
    takings = {
        number: taking_at(course.visits[number], times[number].starts_at, times[number].assignment)
        for number in missing
    }
    if not takings:
        return []
    clear_the_way(list(takings.values()), now=now)
    rows = [
        write(
            course.visits[number],
            taking,
            AppointmentStatus.BOOKED,
            by=by,
            now=now,
            is_told=is_told and place == 0,
        )
        for place, (number, taking) in enumerate(takings.items())
    ]
    for row in rows:
        tell(row, by=by, now=now, is_new=True)
    return rows


def _refuse(course: Course, times: Mapping[int, NewTime]) -> None:
    unknown = [number for number in times if number not in course.visits]
    if unknown or not times:
        raise Refused("no_such_session", _("Choose a time for sessions of this plan that are still to come."))
    days = course.anchors | {
        number: local_day(time.starts_at, course.facts.tz) for number, time in times.items()
    }
    leaving = [course.standing[number].pk for number in times if number in course.standing]
    found = [
        problem
        for number, time in times.items()
        for problem in rule_problems(
            course.visits[number],
            start=time.starts_at,
            chosen=time.assignment,
            now=course.now,
            without=leaving,
            anchors=days,
        )
        if isinstance(problem, Blocker | NeedsApproval)
    ]
    if found:
        raise Refused("rules", str(found[0].sentence), problems=tuple(found))


def times_of(proposal: ReflowProposal) -> dict[int, NewTime]:
    """What accepting a proposal as it is means."""
    return {one.number: NewTime(one.slot.start, one.slot.assignment, one.version) for one in proposal.changes}
