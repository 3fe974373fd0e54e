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

from bookings.series import PartOfDay, PlannedSession, Weights, Wishes


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


def wish_cost(
    choice_day: int, practitioner: int | None, part: PartOfDay, wishes: Wishes, weights: Weights
) -> int:
    """What the missed wishes of one session cost."""
    cost = 0
    if wishes.practitioners and practitioner not in wishes.practitioners:
        cost += weights.unwished_practitioner
    if wishes.weekdays and weekday_of(choice_day) not in wishes.weekdays:
        cost += weights.unwished_weekday
    if wishes.parts and part not in wishes.parts:
        cost += weights.unwished_part
    return cost


def ideal_day_cost(session: PlannedSession, day: int, weights: Weights) -> int:
    """The distance from a session's own ideal day."""
    return abs(day - session.ideal.toordinal()) * weights.day if session.ideal else 0


def ties_cost(session: PlannedSession, day: int, earlier: Sequence[int], weights: Weights) -> int:
    """The distance from the ideal day of each tie; `earlier` holds the days of all sessions before."""
    return weights.day * sum(
        abs(day - earlier[tie.to] - tie.ideal_days) for tie in session.ties if tie.ideal_days is not None
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
    for index, (session, choice) in enumerate(zip(sessions, chosen, strict=True)):
        if session.is_done:
            costs.append(0)
            continue
        cost = choice.own_cost + ties_cost(session, choice.day, days, weights)
        if index:
            cost += weekday_cost(days[index - 1], choice.day, wishes, weights)
            cost += change_cost(chosen[index - 1], choice, weights)
        costs.append(cost)
    return costs


def ties_hold(session: PlannedSession, day: int, earlier: Sequence[int]) -> bool:
    """Whether a day keeps every tie to the sessions before, and comes after the last of them; the past
    always does."""
    if session.is_done:
        return True
    if earlier and day <= earlier[-1]:
        return False
    return all(
        tie.min_days <= day - earlier[tie.to] <= (tie.max_days if tie.max_days is not None else day)
        for tie in session.ties
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
