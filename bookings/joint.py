"""Re-flows several series at once, after a closure: no two proposals collide; fewest moves, then least
distance.

Each series by itself is planned exactly (`bookings.reflow`). Together they compete for people, rooms and
devices. The sum of what each would cost alone is a bound no joint proposal can beat. Improvement from good
proposals (`bookings.joint_improvement`) usually meets it at once; where it does not, a best-first search
over who gives way (`bookings.joint_search`) either finds the optimum or runs out of effort, and the proposal
says which. A series that cannot be placed at all stays where it is and is reported, for a person to decide.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from bookings.availability import Supply
from bookings.joint_improvement import improved
from bookings.joint_search import best_together
from bookings.reflow import Reflow, difference
from bookings.series import PlannedSession, Unmet, Weights, Wishes
from bookings.travelling import Proposal, Traveller


@dataclass(frozen=True, slots=True)
class SeriesToReflow:
    """One series touched by a closure: whose it is, its sessions as the planner takes them, the patient's
    wishes."""

    key: Hashable
    patient: Hashable
    sessions: tuple[PlannedSession, ...]
    wishes: Wishes | None = None


@dataclass(frozen=True, slots=True)
class JointReflow:
    """What is proposed for each series, in the order asked: a re-flow, or why there is none.

    `is_best` says that no other proposal has fewer moves, or as many with less distance.
    """

    proposals: tuple[Reflow | Unmet, ...]
    moves: int
    distance_days: int
    is_best: bool


def reflow_together(
    series: Sequence[SeriesToReflow], supply: Supply, *, weights: Weights | None = None, effort: int = 1200
) -> JointReflow:
    """Proposals for all series that do not collide with each other.

    `supply` is as if none of their booked sessions were there. `effort` bounds the work: how many times a
    single series is planned anew. The same question has the same answer, on any machine.
    """
    travellers = [
        Traveller(one.patient, one.sessions, supply, one.wishes or Wishes(), weights or Weights())
        for one in series
    ]
    alone = [traveller.alone for traveller in travellers]
    bound = sum(proposal.cost for proposal in alone)
    found = improved(travellers, alone, bound, effort * 2 // 3)
    is_best = sum(proposal.cost for proposal in found) == bound
    if not is_best:
        found, is_best = best_together(travellers, alone, found, effort // 3)
    return _described(series, found, is_best)


def _described(series: Sequence[SeriesToReflow], found: Sequence[Proposal], is_best: bool) -> JointReflow:
    proposals = tuple(
        proposal.plan if isinstance(proposal.plan, Unmet) else difference(one.sessions, proposal.plan)
        for one, proposal in zip(series, found, strict=True)
    )
    placed = [proposal for proposal in proposals if isinstance(proposal, Reflow)]
    moves, distance = sum(one.moves for one in placed), sum(one.distance_days for one in placed)
    return JointReflow(proposals, moves, distance, is_best)
