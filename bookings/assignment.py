"""Who serves a start: the wished resource first, then the one whose free time is broken up least, then the
lowest id.

Best fit means the smallest sum of free time left over in the stretches an appointment is cut from: a room
that is just long enough free is taken before one with the whole morning free. The same question always has
the same answer.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial

from bookings.availability import Demand, Need, Search, Supply
from bookings.phases import Phase, Span, patient_span, whole_span
from bookings.timegrid import CELL_MINUTES, runs, set_cells, union
from clinic.intervals import Interval


@dataclass(frozen=True, slots=True)
class SlotClaim:
    """One claim of a slot: the role, its resource, and for how long it is taken (UTC)."""

    role: str
    resource: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """A bookable start with everything it takes.

    `start` to `end` is the patient's time, `until` the end of the last phase (turnover included).
    `assignment` names the resource of each role (for a role that changes resources between spans, the
    first); `claims` are all of them.
    """

    start: datetime
    end: datetime
    until: datetime
    assignment: Mapping[str, int]
    claims: tuple[SlotClaim, ...]


def assign(start: datetime, demand: Demand, supply: Supply) -> Slot | None:
    """The slot at a start with its best-fitting resources, or None when the start is not possible."""
    if not supply.grid.begins_cell(start):
        return None
    return assign_cell(Search(demand, supply), supply.grid.cell(start))


def assign_cell(search: Search, cell: int, fixed: Mapping[str, int] | None = None) -> Slot | None:
    """The slot at a cell, with some roles' resources fixed beforehand; None when that is not possible."""
    if cell < 0 or not search.starts >> cell & 1:
        return None
    wanted = fixed or {}
    ranked = [
        [name for name in _ranked(search, index, cell) if wanted.get(need.role, name) == name]
        for index, need in enumerate(search.demand.needs)
    ]
    chosen = search.distinct_choice(cell, ranked)
    return None if chosen is None else slot_of(search, cell, chosen)


def slots(demand: Demand, supply: Supply, within: Interval | None = None) -> Iterator[Slot]:
    """Every possible start, or those within an interval, in order of time, each with its best-fitting
    resources."""
    search = Search(demand, supply)
    return (slot_of(search, cell, chosen) for cell, chosen in choices(search, within))


def choices(search: Search, within: Interval | None = None) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Every possible start as a cell with one resource per need; the light form of `slots`, for long
    lists."""
    grid = search.supply.grid
    mask = search.starts
    if within is not None:
        mask &= grid.between(grid.cell_from(within.start), grid.cell_from(within.end))
    if search.contested:
        yield from _chosen_one_by_one(search, mask)
    elif mask:
        first = (mask & -mask).bit_length() - 1
        near = _spread(mask, search.demand.step_minutes // CELL_MINUTES)
        painted = [_painted(search, index, near, first) for index in range(len(search.demand.needs))]
        for cell in set_cells(mask):
            yield cell, tuple([owners[cell - first] for owners in painted])


def _chosen_one_by_one(search: Search, mask: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    for cell in set_cells(mask):
        ranked = [_ranked(search, index, cell) for index in range(len(search.demand.needs))]
        chosen = search.distinct_choice(cell, ranked)
        if chosen is not None:
            yield cell, chosen


def slot_of(search: Search, cell: int, chosen: tuple[int, ...]) -> Slot:
    """The slot at a cell with the resources chosen for its needs."""
    return slot_at(search.demand, search.supply.grid.instant(cell), chosen)


def slot_at(demand: Demand, begins: datetime, chosen: tuple[int, ...]) -> Slot:
    """The slot of a demand that begins at an instant, with the resources chosen for its needs."""
    layout = _layout(demand.phases, demand.needs)
    claims = tuple(
        [
            SlotClaim(role, chosen[index], begins + start, begins + end)
            for index, role, start, end in layout.claims
        ]
    )
    assignment = dict(zip(layout.roles, reversed(chosen), strict=True))
    return Slot(begins + layout.start, begins + layout.end, begins + layout.until, assignment, claims)


@dataclass(frozen=True, slots=True)
class _Layout:
    """An appointment relative to its start; `roles` last to first, so that the first span of a role names
    it."""

    start: timedelta
    end: timedelta
    until: timedelta
    roles: tuple[str, ...]
    claims: tuple[tuple[int, str, timedelta, timedelta], ...]


@lru_cache(maxsize=256)
def _layout(phases: tuple[Phase, ...], needs: tuple[Need, ...]) -> _Layout:
    patient = patient_span(phases)
    claims = tuple(
        (index, need.role, timedelta(minutes=span.start), timedelta(minutes=span.end))
        for index, need in enumerate(needs)
        for span in need.spans
    )
    start, end, until = (timedelta(minutes=at) for at in (patient.start, patient.end, whole_span(phases).end))
    return _Layout(start, end, until, tuple(need.role for need in reversed(needs)), claims)


def _ranked(search: Search, index: int, cell: int) -> list[int]:
    """The resources that fit a need at a start, best first."""
    need, free = search.demand.needs[index], search.supply.free
    fitting = [name for name, mask in search.fits[index].items() if mask >> cell & 1]
    wishes = _wishes(search.demand, need)
    return sorted(fitting, key=lambda name: (*wishes(name), left_over(free[name], need.spans, cell), name))


def _wishes(demand: Demand, need: Need) -> "_WishRank":
    wished = demand.wished.get(need.role, ())
    return _WishRank({name: rank for rank, name in enumerate(wished)})


@dataclass(frozen=True, slots=True)
class _WishRank:
    """The place of a resource in the patient's wishes; all others share the last place."""

    ranks: Mapping[int, int]

    def __call__(self, name: int) -> tuple[int]:
        return (self.ranks.get(name, len(self.ranks)),)


def left_over(free: int, spans: tuple[Span, ...], cell: int) -> int:
    """The free cells that stay in the stretches these spans are cut from, for a start at that cell."""
    touched = {_run_around(free, cell + span.first_cell) for span in spans}
    return sum(end - first for first, end in touched) - sum(span.cells for span in spans)


def _run_around(free: int, cell: int) -> tuple[int, int]:
    """The run of free cells that a cell lies in."""
    first = (~free & ((1 << cell) - 1)).bit_length()
    taken = ~(free >> cell)
    return first, cell + (taken & -taken).bit_length() - 1


def _spread(mask: int, cells: int) -> int:
    """Starts on a step joined into stretches: fewer pieces to look at."""
    return union(mask << shift for shift in range(cells))


def _painted(search: Search, index: int, near: int, first: int) -> list[int]:
    """For each cell from `first` on the best resource for a need, right wherever a start is `near`.

    While a resource goes on fitting from one start to the next, its spans stay in the same free stretches,
    so its rank changes only where its fitting does: paint those stretches over the cells, worst first; the
    best stays on top.
    """
    need, free = search.demand.needs[index], search.supply.free
    rank = _wishes(search.demand, need)
    strokes: list[tuple[int, int, int, int, int]] = []
    for name, mask in search.fits[index].items():
        if fitting := (mask & near) >> first:
            pieces = [*runs(fitting)]
            left_at = (
                _Stretches(free[name]).left_over if len(pieces) > FEW else partial(left_over, free[name])
            )
            for begin, finish in pieces:
                left = left_at(need.spans, begin + first)
                strokes.append((*rank(name), left, name, begin, finish))
    owners = [0] * (near.bit_length() - first)
    for _, _, name, begin, finish in sorted(strokes, reverse=True):
        owners[begin:finish] = [name] * (finish - begin)
    return owners


#: So many look-ups are cheaper one by one than laying out all free stretches for them.
FEW = 24


class _Stretches:
    """The free stretches of one resource, laid out for many look-ups."""

    def __init__(self, free: int) -> None:
        self.runs = list(runs(free))
        self.begins = [first for first, _ in self.runs]

    def left_over(self, spans: tuple[Span, ...], cell: int) -> int:
        """As `left_over`, from the laid-out stretches."""
        touched = {bisect_right(self.begins, cell + span.first_cell) - 1 for span in spans}
        lengths = sum(self.runs[at][1] - self.runs[at][0] for at in touched)
        return lengths - sum(span.cells for span in spans)
