"""What a closure does to series: everybody inside it, and one proposal for all of them that fits together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bookings.actions.closures import worklist
from bookings.actions.reflowing import (
    ReflowProposal,
    accept_reflow,
    as_proposal,
    known_numbers,
    movable_numbers,
    only,
    paper_for,
    times_of,
)
from bookings.actions.series import stopping
from bookings.availability import Supply
from bookings.courses import Course, Ground, course_of, ground_for
from bookings.joint import SeriesToReflow
from bookings.joint_quotas import reflow_within_quotas
from bookings.models import Appointment
from bookings.series import Wishes
from bookings.supply import day_counts
from bookings.units import unit
from clinic.intervals import Interval
from clinic.models import Closure
from treatments.models import TreatmentPlan


@dataclass(frozen=True)
class Impact:
    """A closure's worklist: proposals for the series it touches, and single visits that a person must call about."""

    closure: Closure
    proposals: tuple[ReflowProposal, ...]
    single: tuple[Appointment, ...]

    @property
    def appointments(self) -> int:
        """How many appointments are inside."""
        return len(self.single) + sum(len(one.changes) for one in self.proposals)


@dataclass(frozen=True)
class Touched:
    """A plan with the sessions that lie inside a closure."""

    plan: TreatmentPlan
    numbers: set[int] = field(default_factory=set)


def impact(closure: Closure, *, now: datetime, wishes: Wishes | None = None) -> Impact:
    """Proposes new times for every series inside a closure (standing, or not yet saved), none in another's way.

    Together: the fewest moves over all of them, then the least distance.
    """
    inside = worklist(closure)
    single = tuple(row for row in inside if row.treatment_session is None)
    plans: dict[int, Touched] = {}
    for row in inside:
        if (session := row.treatment_session) is not None:
            plans.setdefault(session.plan_id, Touched(session.plan)).numbers.add(session.number)
    return Impact(closure, tuple(_jointly(closure, plans, now, wishes)), single)


def _jointly(
    closure: Closure, plans: Mapping[int, Touched], now: datetime, wishes: Wishes | None
) -> Iterator[ReflowProposal]:
    """Those that no date can help first, the others solved together, location by location."""
    courses = [course_of(touched.plan, now=now) for touched in plans.values()]
    held_back = {course.plan.pk: tuple(stopping(course)) for course in courses}
    yield from (ReflowProposal(plans[pk].plan, (), problems=why) for pk, why in held_back.items() if why)
    places: dict[int, list[Course]] = defaultdict(list)
    for course in courses:
        if not held_back[course.plan.pk]:
            places[course.plan.location_id].append(course)
    for together in places.values():
        yield from _solved(closure, together, plans, wishes)


def _solved(
    closure: Closure, courses: Sequence[Course], plans: Mapping[int, Touched], wishes: Wishes | None
) -> Iterator[ReflowProposal]:
    moving = [course.standing[number].pk for course in courses for number in movable_numbers(course)]
    ground = ground_for(courses, without=moving)
    closed = replace(ground, supply=without_closed(ground.supply, closure))
    series = [_series(course, plans[course.plan.pk], closed, wishes) for course in courses]
    grid, zone = ground.grid, ground.supply.zone
    found = reflow_within_quotas(
        series,
        closed.supply,
        {one.id: one.daily_quota for one in ground.placed if one.daily_quota is not None},
        lambda limited: day_counts(limited, grid.start, grid.end, zone, without=moving, now=courses[0].now),
    )
    for course, proposal in zip(courses, found.proposals, strict=True):
        yield as_proposal(course, proposal)


def _series(course: Course, touched: Touched, ground: Ground, wishes: Wishes | None) -> SeriesToReflow:
    sessions, _supply = paper_for(course, leaving=touched.numbers, wishes=wishes, ground=ground)
    kept = tuple(only(sessions, known_numbers(course)))
    return SeriesToReflow(course.plan.pk, course.plan.patient_id, kept, wishes)


def without_closed(supply: Supply, closure: Closure) -> Supply:
    """The supply as it is once the closure stands."""
    closed = supply.grid.touched([Interval(closure.starts_at, closure.ends_at)])
    resources = {
        pk: replace(one, busy=one.busy | closed) if closure.resource_id in (None, pk) else one
        for pk, one in supply.resources.items()
    }
    return replace(supply, resources=resources)


@unit
def accept_all(
    *, proposals: Iterable[ReflowProposal], by: Any, now: datetime, is_told: bool = True
) -> list[Appointment]:
    """Accepts the proposals of several series in one transaction, all or none."""
    return [
        row
        for proposal in proposals
        if proposal.is_acceptable
        for row in accept_reflow(
            plan=proposal.plan, times=times_of(proposal), by=by, now=now, is_told=is_told
        )
    ]
