"""A plan's sessions as the planner reads them: what is done, what is booked, what is to come, and the ties between.

A step of the protocol ties a session to the one of the same protocol before it; a wash-out ties it to every earlier
session of another protocol in the plan. What forbids days by itself (an answer, something done elsewhere) is a
first possible day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from bookings.availability import Demand, Supply
from bookings.care import facts_for
from bookings.house import Placed, house_at
from bookings.models import Appointment
from bookings.phases import PRACTITIONER
from bookings.series import PlannedSession, Standing, Tie, Wishes
from bookings.slots import MOST_DAYS, settings_of, suitable
from bookings.supply import (
    demand_of,
    first_start,
    grid_of,
    last_start,
    patient_busy,
    supply_of,
)
from bookings.timegrid import Grid
from bookings.visits import Visit, visit_of
from clinic.errors import Blocker, NeedsApproval, Problem
from clinic.models import Resource
from clinic.timekeeping import local_day
from treatments import gate
from treatments.facts import OneSession, PlanFacts
from treatments.models import TreatmentPlan, TreatmentSession
from treatments.rules.intervals import hard_gap, least_days, longest_days, step_to
from treatments.series import SeriesSession, series_from
from treatments.words import OPEN_SESSIONS, PERFORMED_SESSIONS

#: Days searched beyond the latest day that a series needs when everything is on its ideal day.
SLACK_DAYS = 42


@dataclass(frozen=True)
class Course:
    """A plan with its live sessions in order and the appointments that stand."""

    plan: TreatmentPlan
    facts: PlanFacts
    sessions: list[TreatmentSession]
    standing: Mapping[int, Appointment]
    now: datetime

    @property
    def today(self) -> date:
        """The day it is at the plan's location."""
        return local_day(self.now, self.facts.tz)

    @cached_property
    def anchors(self) -> dict[int, date]:
        """Session number → local day of its appointment, for sessions still to come."""
        return {
            number: local_day(row.starts_at, self.facts.tz)
            for number, row in self.standing.items()
            if self.fact(number).day is None
        }

    @cached_property
    def visits(self) -> dict[int, Visit]:
        """Session number → what its appointment consists of, for sessions still to come."""
        return {row.number: visit_of(row) for row in self.sessions if row.status in OPEN_SESSIONS}

    @cached_property
    def series(self) -> dict[int, SeriesSession]:
        """Session number → its due window and where it stands."""
        found = series_from(self.facts, anchors=self.anchors, today=self.today)
        return {one.number: one for one in found}

    def fact(self, number: int) -> OneSession:
        """What the rules know about a session."""
        return next(one for one in self.facts.sessions if one.number == number)

    def problems(self, number: int, on: date, anchors: Mapping[int, date]) -> list[Problem]:
        """Every clinical reason against a session on a day, the others being where `anchors` says."""
        one = self.fact(number)
        return gate.judge(self.facts, one.pk, on=on, now=self.now, anchors=anchors)


def course_of(plan: TreatmentPlan, *, now: datetime) -> Course:
    """Reads a plan's course: its facts, live sessions and standing appointments."""
    sessions = [
        row
        for row in plan.sessions.select_related("protocol_version__protocol")
        .defer("protocol_version__definition")
        .order_by("number")
        if row.status in (*OPEN_SESSIONS, *PERFORMED_SESSIONS)
    ]
    for row in sessions:
        row.plan = plan
    rows = (
        Appointment.objects.for_change()
        .occupying()
        .filter(treatment_session__plan=plan)
        .exclude(pk__in=Appointment.objects.lapsed(now).values("pk"))
    )
    standing = {row.treatment_session.number: row for row in rows if row.treatment_session}
    return Course(plan, facts_for(plan), sessions, standing, now)


@dataclass(frozen=True)
class Paper:
    """A course laid out for the planner: the supply, and one planned session per session in order."""

    course: Course
    supply: Supply
    placed: list[Placed]
    sessions: list[PlannedSession]


@dataclass(frozen=True)
class Ground:
    """What is read once and shared by the courses that are solved on it: resources, days, what is free."""

    placed: list[Placed]
    grid: Grid
    supply: Supply


def ground_for(courses: Sequence[Course], *, without: Iterable[int]) -> Ground:
    """Resources, hours and claims over as many days as any of the courses needs, without some appointments.

    The courses are at one location; those at another have a ground of their own.
    """
    first = courses[0]
    location = first.plan.location
    grid = grid_of(location, first.today, max(days_needed(course) for course in courses))
    whole = house_at(location, grid)
    house = whole.with_only({one.id for course in courses for one in _used(course, whole.placed)})
    return Ground(house.placed, grid, supply_of(house, now=first.now, without=without))


def lay_out(
    course: Course, *, wishes: Wishes, movable: Iterable[int] = (), ground: Ground | None = None
) -> Paper:
    """The course on paper. Booked sessions stay anchors unless their number is `movable`."""
    free_again = set(movable)
    moved = [course.standing[number].pk for number in free_again if number in course.standing]
    found = ground or ground_for([course], without=moved)
    busy = patient_busy(course.plan.patient_id, found.grid, now=course.now, without=moved)
    location, settings = course.plan.location, settings_of(course.plan.location)
    demands = {
        number: demand_of(
            visit,
            found.placed,
            found.grid,
            step_minutes=settings.slot_minutes,
            not_before=first_start(course.now, settings.notice_minutes),
            not_after=last_start(course.now, settings.horizon_days, location.tz),
            wished={PRACTITIONER: tuple(sorted(wishes.practitioners))},
            busy=busy,
        )
        for number, visit in course.visits.items()
    }
    return Paper(course, found.supply, found.placed, planned_sessions(course, demands, free_again))


def _used(course: Course, placed: Sequence[Placed]) -> list[Placed]:
    """Those that any session may use."""
    wanted = {one.id for visit in course.visits.values() for one in suitable(visit, placed, on=course.today)}
    return [one for one in placed if one.id in wanted]


def days_needed(course: Course) -> int:
    """Days from today to the last day that the series can need, with slack, at most a year."""
    ends = [one.window.latest for one in course.series.values() if one.window and one.is_open]
    last = max([*ends, *course.anchors.values(), course.today])
    return min((last - course.today).days + SLACK_DAYS, MOST_DAYS)


def planned_sessions(
    course: Course, demands: Mapping[int, Demand], movable: Iterable[int]
) -> list[PlannedSession]:
    """Every live session in order, with ties to those before it; done or standing ones are anchors."""
    free_again = set(movable)
    assignments = assignments_of(
        course.standing[number] for number in free_again if number in course.standing
    )
    planned: list[PlannedSession] = []
    for index, row in enumerate(course.sessions):
        ties = tuple(ties_of(course, index))
        standing = _standing(course, row, assignments)
        is_fixed = row.number not in demands or (standing is not None and row.number not in free_again)
        if is_fixed:
            planned.append(PlannedSession(row.number, ties=ties, standing=standing))
            continue
        earliest = first_possible_day(course, row.number)
        planned.append(
            PlannedSession(
                number=row.number,
                demand=demands[row.number],
                ties=ties,
                earliest=earliest,
                ideal=None if _has_rhythm(ties) else earliest or course.today,
                latest=course.plan.package_ends_on,
                standing=standing,
            )
        )
    return planned


def _has_rhythm(ties: Iterable[Tie]) -> bool:
    """Whether anything says what day is ideal; a session of which nothing does, the first, is best soon."""
    return any(tie.ideal_days is not None for tie in ties)


def _standing(
    course: Course, row: TreatmentSession, assignments: Mapping[int, Mapping[str, int]]
) -> Standing | None:
    appointment = course.standing.get(row.number)
    if row.performed_at is not None:
        return Standing(appointment.starts_at if appointment else row.performed_at)
    if appointment is None:
        return None
    return Standing(appointment.starts_at, assignments.get(appointment.pk, {}))


def assignments_of(appointments: Iterable[Appointment]) -> dict[int, dict[str, int]]:
    """Appointment → role → resource, in one query."""
    found: dict[int, dict[str, int]] = {row.pk: {} for row in appointments}
    rows = Resource.objects.filter(claims__appointment__in=list(found)).values_list(
        "claims__appointment_id", "kind", "pk"
    )
    for appointment, kind, resource in rows.distinct():
        found[appointment][str(kind)] = resource
    return found


def ties_of(course: Course, index: int) -> Iterator[Tie]:
    """The ties of one session to those before it: its protocol's step, and the wash-outs of the others."""
    one = course.fact(course.sessions[index].number)
    before = [course.fact(row.number) for row in course.sessions[:index]]
    step = step_to(course.facts, one)
    same = [place for place, other in enumerate(before) if other.code == one.code]
    if step is not None and same:
        last = before[same[-1]]
        hard = hard_gap(one.definition)
        least = max(least_days(course.facts, last, step), int(hard[1].value) if hard else 0)
        yield Tie(
            to=same[-1],
            min_days=least,
            ideal_days=max(step.ideal_days, least),
            max_days=max(longest_days(course.facts, one, step), least),
            reason="interval",
        )
    yield from _washouts(course.facts, one, before)


def _washouts(facts: PlanFacts, one: OneSession, before: Sequence[OneSession]) -> Iterator[Tie]:
    """To every earlier session of another treatment; the first of a treatment comes as soon as the last one allows."""
    rows = {row.code: row for row in facts.shared.wash_outs}
    is_first = all(other.code != one.code for other in before)
    for place, other in enumerate(before):
        row = rows.get(str(other.definition.family))
        if other.code == one.code or row is None:
            continue
        least = max(row.gap(one.definition.family).min_days, _booster_days(facts, other, one))
        if least:
            ideal = least if is_first and place == len(before) - 1 else None
            yield Tie(to=place, min_days=least, ideal_days=ideal, reason=f"washout:{row.code}")


def _booster_days(facts: PlanFacts, first: OneSession, then: OneSession) -> int:
    """A booster template waits longer after the needling than the wash-out table asks (catalogue 1.5)."""
    for template in facts.shared.combinations:
        named = {entry.protocol for entry in template.entries if entry.protocol}
        if template.code == facts.combination and template.boost_after_days and then.code in named:
            return 0 if first.code in named else template.boost_after_days
    return 0


def first_possible_day(course: Course, number: int) -> date | None:
    """The first day on which nothing that has a date stands against a session, the rest of the series set aside.

    None when today is possible. What no date cures is told by `Course.problems`.
    """
    day = course.today
    for _attempt in range(6):
        later = [
            local_day(problem.possible_from, course.facts.tz)
            for problem in course.problems(number, day, {})
            if isinstance(problem, Blocker | NeedsApproval) and problem.possible_from is not None
        ]
        if not later or max(later) <= day:
            break
        day = max(later)
    return day if day > course.today else None
