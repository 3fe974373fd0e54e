"""Re-flows the rest of a series: what need not move stays, then the least distance, then the least cost.

After a move, a no-show, a late performance, an adverse reaction or a closure, some booked sessions of a
series can no longer be where they are. The sessions come as the planner takes them: done ones anchor, booked
ones carry where they stand now, ones to be placed carry nothing. The supply is as if the booked sessions of
this series were not there. The proposal is a value; a person accepts it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bookings.availability import Supply
from bookings.planner import Planner
from bookings.series import PlannedSession, SeriesPlan, SessionPlan, Unmet, Weights, Wishes
from bookings.staying import MoveCosts

#: One move outweighs any distance, one day of distance any cost of wishes and rhythm: lexicographic in one
#: number. A series of a year with every wish missed costs less than 50,000, and moves by less than 10,000
#: days.
PER_DAY = 100_000
PER_MOVE = 10_000 * PER_DAY
FEWEST_MOVES = MoveCosts(PER_MOVE, PER_DAY)


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the difference: a session that moves, is newly placed, or stays with other resources."""

    number: int
    before: datetime | None
    after: SessionPlan

    @property
    def is_move(self) -> bool:
        """Whether a booked start changes; the patient has to hear of that."""
        return self.before is not None and not self.after.stays


@dataclass(frozen=True, slots=True)
class Reflow:
    """A proposal for one series: all its sessions, what changes, how many booked starts move, by how many
    days."""

    plan: SeriesPlan
    changes: tuple[Change, ...]
    moves: int
    distance_days: int


def reflow_series(
    sessions: Sequence[PlannedSession],
    supply: Supply,
    *,
    wishes: Wishes | None = None,
    weights: Weights | None = None,
) -> Reflow | Unmet:
    """The proposal with the fewest moves, then the least days of distance, then the least cost; or why there
    is none."""
    planner = Planner(supply, wishes=wishes, weights=weights, moves=FEWEST_MOVES)
    plan = planner.plan(sessions)
    return plan if isinstance(plan, Unmet) else difference(sessions, plan)


def difference(sessions: Sequence[PlannedSession], plan: SeriesPlan) -> Reflow:
    """What a plan made with `FEWEST_MOVES` changes."""
    pairs = list(zip(sessions, plan.sessions, strict=True))
    changes = tuple(change for session, planned in pairs if (change := _change(session, planned)))
    moves, rest = divmod(plan.cost, PER_MOVE)
    return Reflow(plan, changes, moves, rest // PER_DAY)


def _change(session: PlannedSession, planned: SessionPlan) -> Change | None:
    if planned.slot is None:
        return None
    before = session.standing.start if session.standing else None
    unchanged = planned.stays and session.standing and planned.slot.assignment == session.standing.assignment
    return None if unchanged else Change(session.number, before, planned)
