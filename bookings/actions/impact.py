"""What a closure does to series: everybody inside it, and one proposal for all of them that fits together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bookings.actions.closures import worklist
from bookings.actions.reflowing import ReflowProposal, accept_reflow, as_proposal, only, paper_for, times_of
from bookings.actions.series import stopping
from bookings.assignment import SlotClaim
from bookings.availability import Supply
from bookings.courses import course_of
from bookings.models import Appointment
from bookings.reflow import reflow_series
from bookings.series import Wishes
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


def impact(closure: Closure, *, now: datetime, wishes: Wishes | None = None) -> Impact:
    """Proposes new times for every series inside a closure (standing, or not yet saved), none in another's way.

    Series are solved in the order of their first appointment inside, each with the fewest moves that the ones
    before it leave possible.
    """
    inside = worklist(closure)
    single = tuple(row for row in inside if row.treatment_session is None)
    plans: dict[int, TreatmentPlan] = {}
    leaving: dict[int, set[int]] = {}
    for row in inside:
        if (session := row.treatment_session) is not None:
            plans.setdefault(session.plan_id, session.plan)
            leaving.setdefault(session.plan_id, set()).add(session.number)
    return Impact(closure, tuple(_jointly(closure, plans.values(), leaving, now, wishes)), single)


def _jointly(
    closure: Closure,
    plans: Iterable[TreatmentPlan],
    leaving: dict[int, set[int]],
    now: datetime,
    wishes: Wishes | None,
) -> Iterable[ReflowProposal]:
    taken: list[SlotClaim] = []
    for plan in plans:
        proposal = _one(closure, plan, leaving[plan.pk], taken, now, wishes)
        taken += [claim for change in proposal.changes for claim in change.slot.claims]
        yield proposal


def _one(
    closure: Closure,
    plan: TreatmentPlan,
    leaving: set[int],
    taken: Sequence[SlotClaim],
    now: datetime,
    wishes: Wishes | None,
) -> ReflowProposal:
    course = course_of(plan, now=now)
    if held_back := tuple(stopping(course)):
        return ReflowProposal(plan, (), problems=held_back)
    sessions, supply = paper_for(course, leaving=leaving, wishes=wishes)
    known = {*course.standing, *(one.number for one in course.facts.sessions if one.day is not None)}
    found = reflow_series(only(sessions, known), without_closed(supply, closure, taken), wishes=wishes)
    return as_proposal(course, found)


def without_closed(supply: Supply, closure: Closure, taken: Iterable[SlotClaim]) -> Supply:
    """The supply as it is once the closure stands and the other proposals are accepted."""
    grid = supply.grid
    closed = grid.touched([Interval(closure.starts_at, closure.ends_at)])
    busy = {one.id: one.busy for one in supply.resources.values()}
    for claim in taken:
        if claim.resource in busy:
            busy[claim.resource] |= grid.touched([Interval(claim.start, claim.end)])
    for resource in busy:
        if closure.resource_id in (None, resource):
            busy[resource] |= closed
    resources = {pk: replace(one, busy=busy[pk]) for pk, one in supply.resources.items()}
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
