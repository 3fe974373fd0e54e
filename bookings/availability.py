"""Which starts are possible: arithmetic on bits over everything an appointment needs.

A start is possible when every role finds a resource that is inside its hours, unclaimed and below its quota
for all the spans it serves, inside the opening hours, with the patient free, neither too soon nor too far
ahead. Who exactly is taken is decided in `bookings.assignment`, why a start is not possible in
`bookings.obstacles`.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property, reduce
from operator import and_
from zoneinfo import ZoneInfo

from bookings.phases import Phase, Span, patient_span, roles_of, spans_of, whole_span
from bookings.timegrid import Grid, aligned, full_runs, set_cells, union


class ObstacleCode(StrEnum):
    """Why a start is not possible."""

    TAKEN = "taken"  # the resource is claimed
    OUTSIDE_HOURS = "outside_hours"  # the resource does not work then
    QUOTA = "quota"  # the resource has its number of appointments that day
    NOBODY_ELIGIBLE = "nobody_eligible"  # the pool of a role is empty
    SHARED = "shared"  # two roles would need the same resource at once
    OUTSIDE_OPENING = "outside_opening"  # the location is closed
    PATIENT_BUSY = "patient_busy"  # the patient has another appointment
    BEFORE_NOTICE = "before_notice"  # too soon to be booked
    PAST_HORIZON = "past_horizon"  # further ahead than the clinic books
    NOT_ON_STEP = "not_on_step"  # starts are offered every 5, 10, 15 … minutes


@dataclass(frozen=True, slots=True)
class Claimed:
    """A stretch in which a resource is taken, and by what (an appointment, a closure), for explanations."""

    start: datetime
    end: datetime
    by: Hashable


@dataclass(frozen=True, slots=True)
class Resource:
    """What can be occupied, over one grid: cells inside its hours, claimed cells, and cells at which an
    appointment may not begin because the day's quota is used up (see `bookings.masks.quota_mask`)."""

    id: int
    hours: int
    busy: int = 0
    full: int = 0
    claims: tuple[Claimed, ...] = ()


@dataclass(frozen=True)
class Supply:
    """What a location has to offer over a grid: its opening as a mask, its zone, its resources by id."""

    grid: Grid
    zone: ZoneInfo
    opening: int
    resources: Mapping[int, Resource]

    @cached_property
    def free(self) -> dict[int, int]:
        """The free cells of each resource."""
        return {one.id: one.hours & self.opening & ~one.busy for one in self.resources.values()}


@dataclass(frozen=True)
class Demand:
    """What an appointment asks for.

    `pools` names for each role the eligible resources; `wished` those the patient would like, best first.
    A role's resource stays the same for all its spans, unless the role is in `may_change`.
    `patient_busy` are the cells of the patient's other appointments. A start lies at or after `not_before`,
    before `not_after`, on a multiple of `step_minutes` of the wall clock.
    """

    phases: tuple[Phase, ...]
    pools: Mapping[str, tuple[int, ...]]
    wished: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    may_change: frozenset[str] = frozenset()
    patient_busy: int = 0
    not_before: datetime | None = None
    not_after: datetime | None = None
    step_minutes: int = 5

    @cached_property
    def needs(self) -> tuple["Need", ...]:
        """One need per role, or one per span for a role that may change its resource between spans."""
        needs = []
        for role in roles_of(self.phases):
            spans = spans_of(self.phases, role)
            groups = [(span,) for span in spans] if role in self.may_change else [spans]
            needs += [Need(role, group, self.pools.get(role, ())) for group in groups]
        return tuple(needs)


@dataclass(frozen=True, slots=True)
class Need:
    """Some one resource of a pool, for these spans."""

    role: str
    spans: tuple[Span, ...]
    pool: tuple[int, ...]

    def competes_with(self, other: "Need") -> bool:
        """Whether one resource might be wanted by both at the same time."""
        return not set(self.pool).isdisjoint(other.pool) and any(
            ours.start < theirs.end and theirs.start < ours.end
            for ours in self.spans
            for theirs in other.spans
        )


class Search:
    """The answer to one demand over one supply; everything is computed once, when first asked for."""

    def __init__(self, demand: Demand, supply: Supply) -> None:
        self.demand = demand
        self.supply = supply

    @cached_property
    def fits(self) -> tuple[dict[int, int], ...]:
        """For each need, the starts at which each resource of its pool could serve it."""
        free, resources = self.supply.free, self.supply.resources
        return tuple(
            {
                name: spans_fit(free[name], need.spans) & ~resources[name].full
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
