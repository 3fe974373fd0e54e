"""One series among others that look for time: what it proposes when some cells are not for it, and what it
uses."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bookings.assignment import Slot, slot_at
from bookings.availability import Demand, Supply
from bookings.planner import NarrowedPlanner, Planner
from bookings.reflow import FEWEST_MOVES, PER_DAY, PER_MOVE
from bookings.series import PlannedSession, SeriesPlan, SessionPlan, Standing, Unmet, Weights, Wishes
from clinic.intervals import Interval

#: Cells by what they belong to: a resource's id, or ("patient", who).
Cells = Mapping[Hashable, int]
#: A series that cannot be placed weighs more than a thousand moves of others.
UNPLACED = 1000 * PER_MOVE // PER_DAY


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one series would do, the cells it would use, and its cost: moves first, then days of distance."""

    plan: SeriesPlan | Unmet
    cost: int
    uses: Cells


class Traveller:
    """A series with its own patient and wishes, over the supply that all share; it remembers what it was
    asked."""

    def __init__(
        self,
        patient: Hashable,
        sessions: Sequence[PlannedSession],
        supply: Supply,
        wishes: Wishes,
        weights: Weights,
    ) -> None:
        self.patient, self.sessions, self.grid = ("patient", patient), sessions, supply.grid
        self._planner = Planner(supply, wishes=wishes, weights=weights, moves=FEWEST_MOVES)
        self._known: dict[tuple[tuple[Hashable, int], ...], Proposal | None] = {}
        self.asked = 0

    @cached_property
    def alone(self) -> Proposal:
        """What it would do if there were nobody else."""
        return self._proposal(self._planner.plan(self.sessions))

    @cached_property
    def unmoved(self) -> Proposal:
        """Everything stays where it is booked, as if the series could not be placed."""
        plan = self.alone.plan
        return Proposal(plan, UNPLACED, self._standing_uses)

    def propose(self, forbidden: Cells) -> Proposal | None:
        """The best it can do without the forbidden cells; None when even what is booked now lies in them."""
        if not collides(self.alone.uses, forbidden):
            return self.alone
        key = tuple(sorted(forbidden.items(), key=lambda item: str(item[0])))
        if key not in self._known:
            self.asked += 1
            taken = {name: cells for name, cells in forbidden.items() if isinstance(name, int)}
            narrowed = NarrowedPlanner(self._planner, taken, forbidden.get(self.patient, 0))
            proposal = self._proposal(narrowed.plan(self.sessions))
            self._known[key] = None if collides(proposal.uses, forbidden) else proposal
        return self._known[key]

    def _proposal(self, plan: SeriesPlan | Unmet) -> Proposal:
        if isinstance(plan, Unmet):
            return Proposal(plan, UNPLACED, self._standing_uses)
        return Proposal(plan, plan.cost // PER_DAY, self._uses_of(plan.sessions))

    def _uses_of(self, planned: Iterable[SessionPlan]) -> Cells:
        """A new time takes every cell it reaches into; a booked one stands, and takes those it fills
        wholly."""
        return together(
            self._cells(one.slot, self.grid.covered if one.stays else self.grid.touched)
            for one in planned
            if one.slot is not None
        )

    @cached_property
    def _standing_uses(self) -> Cells:
        """What is booked now, as far as its resources are known."""
        booked = [(one.demand, one.standing) for one in self.sessions]
        return together(
            self._cells(_as_booked(demand, standing), self.grid.covered)
            for demand, standing in booked
            if demand and standing
        )

    def _cells(self, slot: Slot, cells: Callable[[Iterable[Interval]], int]) -> Cells:
        parts: list[Cells] = [{self.patient: cells([Interval(slot.start, slot.end)])}]
        parts += [{claim.resource: cells([Interval(claim.start, claim.end)])} for claim in slot.claims]
        return together(parts)


def _as_booked(demand: Demand, standing: Standing) -> Slot:
    """The slot that a session is booked in; a role without a known resource claims nothing."""
    slot = slot_at(
        demand, standing.start, tuple(standing.assignment.get(need.role, 0) for need in demand.needs)
    )
    return slot.with_only(standing.assignment.keys())


def collides(uses: Cells, other: Cells) -> bool:
    """Whether two share a cell of the same resource or patient."""
    return any(cells & other.get(name, 0) for name, cells in uses.items())


def together(many: Iterable[Cells]) -> dict[Hashable, int]:
    """All cells of several, by what they belong to."""
    everything: dict[Hashable, int] = {}
    for uses in many:
        for name, cells in uses.items():
            everything[name] = everything.get(name, 0) | cells
    return everything


def uses_of_others(proposals: Sequence[Proposal], index: int) -> dict[Hashable, int]:
    """The cells of all proposals but one."""
    return together(proposal.uses for at, proposal in enumerate(proposals) if at != index)
