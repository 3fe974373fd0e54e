"""What a plan costs: one function for the planner, its alternatives, and whoever checks them.

The cost of a series is the sum over its sessions of - the distance in days from the ideal day of each tie
(anchored on the day chosen before) and from its own ideal day, - each wish it misses: practitioner, weekday,
part of day, - each change from the session before: practitioner, weekday, part of day. It depends on a start
only through its day, its practitioner and its part of day. That is what lets the planner keep one start for
each of these and still be exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bookings.series import PartOfDay, PlannedSession, Tie, Weights, Wishes


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a session might be: a day (as its ordinal), a practitioner, a part of day; the cell it would
    start at.

    `own_cost` is what it costs by itself; `resources` names those it must have; `stays` says that the
    session is booked at this start already.
    """

    day: int
    practitioner: int | None
    part: PartOfDay
    cell: int
    own_cost: int = 0
    resources: tuple[tuple[str, int], ...] = ()
    stays: bool = False


def wish_cost(day: int, practitioner: int | None, part: PartOfDay, wishes: Wishes, weights: Weights) -> int:
    """What the missed wishes of one session cost."""
    return weekday_wish_cost(day, wishes, weights) + people_wish_cost(practitioner, part, wishes, weights)


def weekday_wish_cost(day: int, wishes: Wishes, weights: Weights) -> int:
    """What a day costs when its weekday is not wished."""
    return weights.unwished_weekday if wishes.weekdays and weekday_of(day) not in wishes.weekdays else 0


def people_wish_cost(practitioner: int | None, part: PartOfDay, wishes: Wishes, weights: Weights) -> int:
    """What a practitioner and a part of day cost when they are not wished."""
    unwished_part = weights.unwished_part if wishes.parts and part not in wishes.parts else 0
    if wishes.practitioners and practitioner not in wishes.practitioners:
        return unwished_part + weights.unwished_practitioner
    return unwished_part


def ideal_day_cost(session: PlannedSession, day: int, weights: Weights) -> int:
    """The distance from a session's own ideal day."""
    return abs(day - session.ideal.toordinal()) * weights.day if session.ideal else 0


def binding_ties(sessions: Sequence[PlannedSession], index: int) -> tuple[Tie, ...]:
    """The ties of a session that count: between two sessions that are done, nothing does any more."""
    session = sessions[index]
    if not session.is_done:
        return session.ties
    return tuple(tie for tie in session.ties if not sessions[tie.to].is_done)


def follows_freely(sessions: Sequence[PlannedSession], index: int) -> bool:
    """Whether a session and the one before it are both done: then neither order nor change is judged."""
    return index == 0 or (sessions[index].is_done and sessions[index - 1].is_done)


def ties_cost(ties: Sequence[Tie], day: int, earlier: Sequence[int], weights: Weights) -> int:
    """The distance from the ideal day of each tie; `earlier` holds the days of all sessions before."""
    return weights.day * sum(
        abs(day - earlier[tie.to] - tie.ideal_days) for tie in ties if tie.ideal_days is not None
    )


def weekday_cost(before: int, day: int, wishes: Wishes, weights: Weights) -> int:
    """The change of weekday from one session to the next."""
    if (day - before) % 7 == 0:
        return 0
    return weights.weekday_change_when_same_wished if wishes.same_weekday else weights.weekday_change


def change_cost(before: Choice, choice: Choice, weights: Weights) -> int:
    """The change of practitioner and part of day from one session to the next."""
    changed_part = weights.part_change if before.part != choice.part else 0
    return changed_part + (weights.practitioner_change if before.practitioner != choice.practitioner else 0)


def session_costs(
    sessions: Sequence[PlannedSession], chosen: Sequence[Choice], wishes: Wishes, weights: Weights
) -> list[int]:
    """What each session costs, given all that were chosen; their sum is the cost of the plan."""
    costs = []
    days = [choice.day for choice in chosen]
    for index, choice in enumerate(chosen):
        cost = choice.own_cost + ties_cost(binding_ties(sessions, index), choice.day, days, weights)
        if not follows_freely(sessions, index):
            cost += weekday_cost(days[index - 1], choice.day, wishes, weights)
            cost += change_cost(chosen[index - 1], choice, weights)
        costs.append(cost)
    return costs


def ties_hold(sessions: Sequence[PlannedSession], index: int, days: Sequence[int]) -> bool:
    """Whether the day of a session keeps its ties to the sessions before, and comes after the last of
    them."""
    day = days[index]
    if not follows_freely(sessions, index) and day <= days[index - 1]:
        return False
    return all(
        tie.min_days <= day - days[tie.to] <= (tie.max_days if tie.max_days is not None else day)
        for tie in binding_ties(sessions, index)
    )


def day_allowed(session: PlannedSession, day: int) -> bool:
    """Whether a session's own limits and blocked days leave a day open."""
    moment = date.fromordinal(day)
    if (session.earliest and moment < session.earliest) or (session.latest and moment > session.latest):
        return False
    return not any(blocked.covers(moment) for blocked in session.blocked)


def weekday_of(day: int) -> int:
    """The weekday of an ordinal day, Monday as 0."""
    return (day + 6) % 7
