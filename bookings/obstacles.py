"""Why a start is not offered: every reason as a value, with who or what, until when, and when it no longer
holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bookings.availability import (
    Claimed,
    Demand,
    Need,
    ObstacleCode,
    Resource,
    Search,
    Supply,
    cells_after,
    spans_fit,
)
from bookings.timegrid import CELL, first_cell


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason against a start.

    `clears_at` is the earliest start from the asked one on at which this reason no longer holds (others
    may), or None when that is beyond the horizon searched. `claim` names what has taken the resource,
    `until` its end.
    """

    code: ObstacleCode
    clears_at: datetime | None
    role: str | None = None
    resource: int | None = None
    claim: Claimed | None = None

    @property
    def until(self) -> datetime | None:
        """When the claim in the way ends."""
        return self.claim.end if self.claim else None


def why_not(start: datetime, demand: Demand, supply: Supply) -> list[Obstacle]:
    """Every reason why a demand cannot start at an instant; an empty list when it can.

    A role that has at least one resource free contributes nothing; a role that has none names each of its
    pool.
    """
    search = Search(demand, supply)
    cell = supply.grid.cell_from(start)
    if outside := _outside_the_grid(cell, search):
        return [outside]
    found = [*_off_grid(start, search), *_limits(cell, search)]
    for index, need in enumerate(demand.needs):
        if not any(_holds(mask, cell) for mask in search.fits[index].values()):
            found += _need_obstacles(cell, need, search)
    return found or list(_shared(cell, search))


def _holds(mask: int, cell: int) -> bool:
    return bool(mask >> cell & 1)


def _clears(mask: int, cell: int, search: Search) -> datetime | None:
    """The earliest start from the cell on at which a mask allows it; None when that is past the horizon."""
    ahead = first_cell((mask & dict(search.limits)[ObstacleCode.PAST_HORIZON]) >> cell)
    return None if ahead is None else search.supply.grid.instant(cell + ahead)


def _outside_the_grid(cell: int, search: Search) -> Obstacle | None:
    """Before the grid is too soon, after it too far ahead; nothing else is known there."""
    limits = dict(search.limits)
    if cell < 0:
        return Obstacle(ObstacleCode.BEFORE_NOTICE, _clears(limits[ObstacleCode.BEFORE_NOTICE], 0, search))
    return Obstacle(ObstacleCode.PAST_HORIZON, None) if cell >= search.supply.grid.size else None


def _off_grid(start: datetime, search: Search) -> Iterator[Obstacle]:
    """A start between two cells is never offered, whatever the step."""
    grid = search.supply.grid
    on_step = dict(search.limits)[ObstacleCode.NOT_ON_STEP]
    if not grid.begins_cell(start) and _holds(on_step, grid.cell_from(start)):
        yield Obstacle(ObstacleCode.NOT_ON_STEP, _clears(on_step, grid.cell_from(start), search))


def _limits(cell: int, search: Search) -> Iterator[Obstacle]:
    for code, mask in search.limits:
        if not _holds(mask, cell):
            yield Obstacle(code, _clears(mask, cell, search))


def _need_obstacles(cell: int, need: Need, search: Search) -> Iterator[Obstacle]:
    resources = search.supply.resources
    eligible = [resources[name] for name in need.pool if name in resources]
    if not eligible:
        yield Obstacle(ObstacleCode.NOBODY_ELIGIBLE, None, need.role)
    for resource in eligible:
        if _holds(search.demand.unfit.get(resource.id, 0), cell):
            yield Obstacle(ObstacleCode.NOBODY_ELIGIBLE, None, need.role, resource.id)
        yield from _resource_obstacles(cell, need, resource, search)


def _resource_obstacles(cell: int, need: Need, resource: Resource, search: Search) -> Iterator[Obstacle]:
    """Outside its hours, at its quota, or taken: one obstacle for each claim in the way."""
    supply = search.supply
    beyond = cells_after(supply.grid, need.spans)
    within_hours = spans_fit(resource.hours | beyond, need.spans)
    if not _holds(within_hours, cell):
        clears_at = _clears(within_hours, cell, search)
        yield Obstacle(ObstacleCode.OUTSIDE_HOURS, clears_at, need.role, resource.id)
    below_quota = supply.grid.full & ~resource.full
    if not _holds(below_quota, cell):
        yield Obstacle(ObstacleCode.QUOTA, _clears(below_quota, cell, search), need.role, resource.id)
    unclaimed = spans_fit((supply.grid.full & ~resource.busy) | beyond, need.spans)
    if not _holds(unclaimed, cell):
        clears_at = _clears(unclaimed, cell, search)
        for claim in _claims_in_the_way(cell, need, resource, supply):
            yield Obstacle(ObstacleCode.TAKEN, clears_at, need.role, resource.id, claim)


def _claims_in_the_way(cell: int, need: Need, resource: Resource, supply: Supply) -> list[Claimed | None]:
    """The claims that reach into the wanted cells; [None] when only the mask is known."""
    start = supply.grid.instant(cell)
    spans = [
        (start + span.first_cell * CELL, start + (span.first_cell + span.cells) * CELL) for span in need.spans
    ]
    named: list[Claimed | None] = [
        claim
        for claim in resource.claims
        if any(claim.start < end and begin < claim.end for begin, end in spans)
    ]
    return named or [None]


def _shared(cell: int, search: Search) -> Iterator[Obstacle]:
    """Each role has someone, but two of them only the same one."""
    if not _holds(search.starts, cell):
        roles = sorted({search.demand.needs[index].role for index in search.contested})
        yield Obstacle(ObstacleCode.SHARED, _clears(search.starts, cell, search), ", ".join(roles))
