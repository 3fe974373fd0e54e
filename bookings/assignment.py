"""Who serves a start: the wished resource first, then the one whose free time is broken up least, then the
lowest id.

Best fit means the smallest sum of free time left over in the stretches an appointment is cut from: a room
that is just long enough free is taken before one with the whole morning free. The same question always has
the same answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

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
class Piece:
    """One claim relative to the start of its slot: which need of the demand, its role, from and until."""

    need: int
    role: str
    start: timedelta
    end: timedelta


@dataclass(frozen=True, slots=True)
class Slot:
    """A bookable start with everything it takes.

    `start` to `end` is the patient's time, `until` the end of the last phase (turnover included).
    `assignment` names the resource of each role (for a role that changes resources between spans, the
    first); `chosen` that of each need. `begins` is the start of the first phase, with or without the patient.
    """

    begins: datetime
    start: datetime
    end: datetime
    until: datetime
    assignment: Mapping[str, int]
    chosen: tuple[int, ...]
    pieces: tuple[Piece, ...]

    @property
    def claims(self) -> tuple[SlotClaim, ...]:
        """All that is taken; laid out when somebody asks, for a list of starts shows none of it."""
        return tuple(
            SlotClaim(piece.role, self.chosen[piece.need], self.begins + piece.start, self.begins + piece.end)
            for piece in self.pieces
        )

    def with_only(self, roles: Collection[str]) -> Slot:
        """The same slot, taking nothing for any other role."""
        return replace(self, pieces=tuple(piece for piece in self.pieces if piece.role in roles))


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
    layout, instant = _layout(demand.phases, demand.needs), supply.grid.instant
    found = choices(Search(demand, supply), within)
    return (_slot(layout, instant(cell), chosen) for cell, chosen in found)


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
    return _slot(_layout(demand.phases, demand.needs), begins, chosen)


def _slot(layout: _Layout, begins: datetime, chosen: tuple[int, ...]) -> Slot:
    assignment = dict(zip(layout.roles, reversed(chosen), strict=True))
    start, end, until = begins + layout.start, begins + layout.end, begins + layout.until
    return Slot(begins, start, end, until, assignment, chosen, layout.pieces)


@dataclass(frozen=True, slots=True)
class _Layout:
    """An appointment relative to its start; `roles` last to first, so that the first span of a role names
    it."""

    start: timedelta
    end: timedelta
    until: timedelta
    roles: tuple[str, ...]
    pieces: tuple[Piece, ...]


@lru_cache(maxsize=256)
def _layout(phases: tuple[Phase, ...], needs: tuple[Need, ...]) -> _Layout:
    pieces = tuple(
        Piece(index, need.role, timedelta(minutes=span.start), timedelta(minutes=span.end))
        for index, need in enumerate(needs)
        for span in need.spans
    )
    patient = patient_span(phases)
    start, end, until = (timedelta(minutes=at) for at in (patient.start, patient.end, whole_span(phases).end))
    return _Layout(start, end, until, tuple(need.role for need in reversed(needs)), pieces)


def _ranked(search: Search, index: int, cell: int) -> list[int]:
    """The resources that fit a need at a start, best first."""
    need, free = search.demand.needs[index], search.supply.free
    fitting = [name for name, mask in search.fits[index].items() if mask >> cell & 1]
    wishes = _wishes(search.demand, need)
    return sorted(fitting, key=lambda name: (*wishes(name), left_over(free[name], need.spans, cell), name))


def _wishes(demand: Demand, need: Need) -> _WishRank:
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
    rank, cut = _wishes(search.demand, need), _Cut(need.spans)
    strokes: list[tuple[int, int, int, int, int]] = []
    for name, mask in search.fits[index].items():
        if fitting := (mask & near) >> first:
            place, stretches = rank(name), _Stretches(free[name])
            strokes += [
                (*place, stretches.left_over(cut, begin + first), name, begin, finish)
                for begin, finish in runs(fitting)
            ]
    owners = [0] * (near.bit_length() - first)
    for _, _, name, begin, finish in sorted(strokes, reverse=True):
        owners[begin:finish] = [name] * (finish - begin)
    return owners


class _Cut:
    """What an appointment cuts from the free time of a resource: where its spans begin, and all their cells."""

    def __init__(self, spans: tuple[Span, ...]) -> None:
        self.offsets = [span.first_cell for span in spans]
        self.cells = sum(span.cells for span in spans)


class _Stretches:
    """The free time of one resource, written out for many look-ups: one character per cell."""

    def __init__(self, free: int) -> None:
        self.cells = bin(free)[:1:-1]

    def left_over(self, cut: _Cut, cell: int) -> int:
        """As `left_over`: the stretches that are cut, less what is cut from them."""
        cells, lengths = self.cells, {}
        for offset in cut.offsets:
            at = cell + offset
            begin, end = cells.rfind("0", 0, at), cells.find("0", at)
            lengths[begin] = (end if end >= 0 else len(cells)) - begin - 1
        return sum(lengths.values()) - cut.cells
