"""Which starts are possible: arithmetic on bits over everything an appointment needs.

A start is possible when every role finds a resource that is inside its hours, unclaimed and below its quota
for all the spans it serves, inside the opening hours, with the patient free, neither too soon nor too far
ahead. Who exactly is taken is decided in `bookings.assignment`, why a start is not possible in
`bookings.obstacles`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property, reduce
from operator import and_

from bookings.demand import Claimed, Demand, Need, ObstacleCode, Resource, Supply
from bookings.phases import Span, patient_span, whole_span
from bookings.timegrid import Grid, aligned, full_runs, set_cells, union

__all__ = [
    "Claimed",
    "Demand",
    "Need",
    "ObstacleCode",
    "Resource",
    "Search",
    "Supply",
    "cells_after",
    "spans_fit",
    "start_times",
    "starts",
]


class Search:
    """The answer to one demand over one supply; everything is computed once, when first asked for."""

    def __init__(self, demand: Demand, supply: Supply) -> None:
        self.demand = demand
        self.supply = supply

    @cached_property
    def fits(self) -> tuple[dict[int, int], ...]:
        """For each need, the starts at which each resource of its pool could serve it."""
        free, resources, unfit = self.supply.free, self.supply.resources, self.demand.unfit
        return tuple(
            {
                name: spans_fit(free[name], need.spans) & ~(resources[name].full | unfit.get(name, 0))
                for name in need.pool
                if name in free
            }
            for need in self.demand.needs
        )

    def with_taken(self, taken: Mapping[int, int], patient_busy: int = 0) -> "Search":
        """The same question with more cells taken from some resources or from the patient; reuses what still
        holds."""
        changed = {name: replace(one, busy=one.busy | taken[name]) for name, one in self._resources_in(taken)}
        supply = replace(self.supply, resources={**self.supply.resources, **changed})
        free = {name: self.supply.free[name] & ~taken[name] for name in changed}
        supply.__dict__["free"] = {**self.supply.free, **free}
        demand = replace(self.demand, patient_busy=self.demand.patient_busy | patient_busy)
        search = Search(demand, supply)
        search.__dict__["fits"] = tuple(
            {
                **fits,
                **{
                    name: spans_fit(free[name], need.spans) & fits[name] for name in fits.keys() & free.keys()
                },
            }
            for fits, need in zip(self.fits, self.demand.needs, strict=True)
        )
        if not patient_busy:
            search.__dict__["limits"] = self.limits
        return search

    def _resources_in(self, taken: Mapping[int, int]) -> list[tuple[int, Resource]]:
        return [(name, self.supply.resources[name]) for name in taken if name in self.supply.resources]

    def lasting(self) -> "Search":
        """The same question for what is booked already: notice, horizon and step hold nothing back."""
        search = Search(replace(self.demand, not_before=None, not_after=None, step_minutes=5), self.supply)
        search.__dict__["fits"] = self.fits
        return search

    @cached_property
    def allowed(self) -> int:
        """The starts that patient, opening, notice, horizon and step allow, whoever serves."""
        return reduce(and_, (mask for _, mask in self.limits))

    @cached_property
    def limits(self) -> tuple[tuple[ObstacleCode, int], ...]:
        """Each limit that is no resource's, with the starts at which it holds no one back."""
        grid = self.supply.grid
        patient, whole = patient_span(self.demand.phases), whole_span(self.demand.phases)
        after = grid.cell_from(self.demand.not_before) if self.demand.not_before else 0
        until = grid.cell_from(self.demand.not_after) if self.demand.not_after else grid.size
        beyond = cells_after(grid, (whole,))
        unbusy = (grid.full & ~self.demand.patient_busy) | beyond
        return (
            (ObstacleCode.PATIENT_BUSY, spans_fit(unbusy, (patient,))),
            (ObstacleCode.OUTSIDE_OPENING, spans_fit(self.supply.opening | beyond, (whole,))),
            (ObstacleCode.BEFORE_NOTICE, grid.between(after, grid.size)),
            (ObstacleCode.PAST_HORIZON, grid.between(0, min(until, grid.size - whole.cells + 1))),
            (ObstacleCode.NOT_ON_STEP, aligned(grid, self.demand.step_minutes, self.supply.zone)),
        )

    @cached_property
    def anyone(self) -> tuple[int, ...]:
        """For each need, the starts at which at least one resource of its pool fits."""
        return tuple(union(fits.values()) for fits in self.fits)

    @cached_property
    def starts(self) -> int:
        """The possible starts as a mask."""
        starts = reduce(and_, self.anyone, self.allowed)
        return starts & ~self.short_of_people(starts) if self.contested else starts

    @cached_property
    def contested(self) -> tuple[int, ...]:
        """The needs that share a resource with another one at the same time (two roles from one pool)."""
        needs = self.demand.needs
        return tuple(
            index
            for index, need in enumerate(needs)
            if any(need.competes_with(other) for other in needs if other is not need)
        )

    def short_of_people(self, starts: int) -> int:
        """The starts at which each contested need has someone, but not all of them someone of their own.

        Where each has as many candidates as there are contested needs there is always a way; only the rest
        is tried.
        """
        plenty = reduce(
            and_, (_at_least(self.fits[index].values(), len(self.contested)) for index in self.contested)
        )
        return union(1 << cell for cell in set_cells(starts & ~plenty) if not self.distinct_choice(cell))

    def distinct_choice(self, cell: int, candidates: list[list[int]] | None = None) -> tuple[int, ...] | None:
        """One resource per need so that none serves two needs at once, the first in the order given; or
        None."""
        candidates = candidates if candidates is not None else self.candidates(cell)
        return _choose(self.demand.needs, candidates, ())

    def candidates(self, cell: int) -> list[list[int]]:
        """For each need, the resources of its pool that fit at a start."""
        return [[name for name, mask in fits.items() if mask >> cell & 1] for fits in self.fits]

    def starts_with(self, role: str, resource: int) -> int:
        """The possible starts at which this resource serves the role."""
        chosen = [index for index, need in enumerate(self.demand.needs) if need.role == role]
        fits = reduce(and_, (self.fits[index].get(resource, 0) for index in chosen), self.starts)
        if not any(index in self.contested for index in chosen):
            return fits
        return union(1 << cell for cell in set_cells(fits) if self._can_serve(cell, chosen, resource))

    def _can_serve(self, cell: int, chosen: list[int], resource: int) -> bool:
        candidates = self.candidates(cell)
        for index in chosen:
            candidates[index] = [resource]
        return self.distinct_choice(cell, candidates) is not None


def starts(demand: Demand, supply: Supply) -> int:
    """The possible starts of a demand as a mask over the supply's grid."""
    return Search(demand, supply).starts


def start_times(demand: Demand, supply: Supply) -> list[datetime]:
    """The possible starts of a demand as instants in UTC, in order."""
    return [supply.grid.instant(cell) for cell in set_cells(starts(demand, supply))]


def spans_fit(free: int, spans: tuple[Span, ...]) -> int:
    """The starts for which all these spans lie in free cells."""
    return reduce(and_, (full_runs(free, span.cells) >> span.first_cell for span in spans))


def cells_after(grid: Grid, spans: tuple[Span, ...]) -> int:
    """The cells after the grid that spans may reach into; only the horizon speaks about those, no other
    limit."""
    return ((1 << max(span.first_cell + span.cells for span in spans)) - 1) << grid.size


def _at_least(masks: Iterable[int], count: int) -> int:
    """The cells set in at least `count` of the masks."""
    reached = [0] * count
    for mask in masks:
        for level in range(count - 1, 0, -1):
            reached[level] |= reached[level - 1] & mask
        reached[0] |= mask
    return reached[-1]


def _choose(
    needs: tuple[Need, ...], candidates: list[list[int]], chosen: tuple[int, ...]
) -> tuple[int, ...] | None:
    """Depth first through the candidates, in their order."""
    if len(chosen) == len(needs):
        return chosen
    need = needs[len(chosen)]
    for name in candidates[len(chosen)]:
        taken = any(name == other and need.competes_with(needs[index]) for index, other in enumerate(chosen))
        if not taken and (rest := _choose(needs, candidates, (*chosen, name))):
            return rest
    return None
