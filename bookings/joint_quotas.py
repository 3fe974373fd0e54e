"""Proposals for several series at once that keep to the day's number of appointments of everybody and everything.

Cells tell the joint search who is in whose way; a number of appointments a day they do not tell. So it is asked again
with a day closed to those whom its answer would bring there beyond the number, until there is nobody left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bookings.availability import Demand, Supply
from bookings.joint import JointReflow, SeriesToReflow, reflow_together
from bookings.masks import quota_mask
from bookings.reflow import Reflow
from bookings.series import Unmet
from clinic.timekeeping import local_day

#: (resource, local day)
Place = tuple[int, date]
#: Where the appointments of others start, for some resources: resource → day → how many.
Counted = Callable[[Sequence[int]], Mapping[int, Mapping[date, int]]]


def reflow_within_quotas(
    series: Sequence[SeriesToReflow], supply: Supply, quotas: Mapping[int, int], counted: Counted
) -> JointReflow:
    """`reflow_together`, with the days closed to those series that would come to them beyond the number.

    `quotas`: resource → appointments a day at most, for those that have a limit. Who comes first in order keeps the
    place. Fewest moves holds among what is then left.
    """
    others = counted(list(quotas)) if quotas else {}
    asked = list(series)
    while True:
        found = reflow_together(asked, supply)
        over = _overfilled(asked, found, quotas, others, supply)
        if not over:
            return found
        for index, places in over.items():
            asked[index] = _closed_to(asked[index], places, supply)


def _overfilled(
    series: Sequence[SeriesToReflow],
    found: JointReflow,
    quotas: Mapping[int, int],
    others: Mapping[int, Mapping[date, int]],
    supply: Supply,
) -> dict[int, set[Place]]:
    """Series (by index) → where it would move to although the day is full by then; who stays takes a place first."""
    stays, comes = Counter[Place](), []
    for index, (one, proposal) in enumerate(zip(series, found.proposals, strict=True)):
        for is_new, start, resources in _starts(one, proposal):
            places = [(pk, local_day(start, supply.zone)) for pk in set(resources) & set(quotas)]
            if is_new:
                comes += [(index, place) for place in places]
            else:
                stays.update(places)
    over: dict[int, set[Place]] = defaultdict(set)
    for index, (pk, day) in comes:
        stays[pk, day] += 1
        if others.get(pk, {}).get(day, 0) + stays[pk, day] > quotas[pk]:
            over[index].add((pk, day))
    return over


def _starts(one: SeriesToReflow, found: Reflow | Unmet) -> Iterator[tuple[bool, datetime, Sequence[int]]]:
    """Whether it is new there, the start and the resources of each session; a series without a proposal stays."""
    if isinstance(found, Reflow):
        moved = {change.number for change in found.changes}
        for planned in found.plan.sessions:
            if planned.slot is not None:
                yield planned.number in moved, planned.slot.start, list(planned.slot.assignment.values())
        return
    for session in one.sessions:
        if session.demand is not None and session.standing is not None:
            yield False, session.standing.start, list(session.standing.assignment.values())


def _closed_to(one: SeriesToReflow, places: set[Place], supply: Supply) -> SeriesToReflow:
    """The series to which somebody is not to be had on some days."""
    closed: dict[int, int] = defaultdict(int)
    for pk, day in places:
        closed[pk] |= quota_mask(supply.grid, supply.zone, {day: 1}, 1)
    sessions = tuple(
        replace(each, demand=_without(each.demand, closed)) if each.demand else each for each in one.sessions
    )
    return replace(one, sessions=sessions)


def _without(demand: Demand, closed: Mapping[int, int]) -> Demand:
    unfit = {pk: demand.unfit.get(pk, 0) | closed.get(pk, 0) for pk in {*demand.unfit, *closed}}
    return replace(demand, unfit=unfit)
