"""Where a session could be: for each day and practitioner and part of day one start stands for all of them.

The cost of a plan does not tell starts apart that share these three (`bookings.ranking`), and two sessions
of a series are never on one day, so keeping the earliest loses no plan that is cheaper. Two further rules
keep this exact: where a session stands now is kept beside the others, and costs less than any other start of
its day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from bookings.assignment import Slot, assign_cell
from bookings.availability import Search
from bookings.phases import PRACTITIONER
from bookings.ranking import Choice, day_allowed, ideal_day_cost, wish_cost
from bookings.series import (
    EVENING_FROM,
    NOON,
    PartOfDay,
    PlannedSession,
    SessionPlan,
    Standing,
    Weights,
    Wishes,
    part_of,
)
from bookings.timegrid import CELL_MINUTES, Grid, set_cells
from clinic.timekeeping import ONE_DAY, day_start, instant, local_day, local_time

PARTS = (PartOfDay.MORNING, PartOfDay.AFTERNOON, PartOfDay.EVENING)


@dataclass(frozen=True, slots=True)
class LocalDays:
    """The local days of a grid: for each, the cells of midnight, noon, evening, and the next midnight."""

    first: int
    marks: tuple[tuple[int, int, int, int], ...]

    def of(self, day: int) -> tuple[int, int, int, int] | None:
        """The marks of an ordinal day; None when it lies outside the grid."""
        at = day - self.first
        return self.marks[at] if 0 <= at < len(self.marks) else None


@lru_cache(maxsize=32)
def local_days(grid: Grid, zone: ZoneInfo) -> LocalDays:
    """The local days that a grid touches."""
    first, last = local_day(grid.start, zone), local_day(grid.instant(grid.size - 1), zone)
    days = [first + count * ONE_DAY for count in range((last - first).days + 1)]
    return LocalDays(first.toordinal(), tuple(_marks(grid, day, zone) for day in days))


def _marks(grid: Grid, day: date, zone: ZoneInfo) -> tuple[int, int, int, int]:
    walls = (day_start(day, zone), instant(day, NOON, zone), instant(day, EVENING_FROM, zone))
    marks = [grid.cell_from(moment) for moment in (*walls, day_start(day + ONE_DAY, zone))]
    first, noon, evening, end = (max(0, min(mark, grid.size)) for mark in marks)
    return first, noon, evening, end


class _DayBits:
    """A mask laid out as bytes, so that one day of it is cheap to cut out."""

    def __init__(self, mask: int, size: int) -> None:
        self.raw = mask.to_bytes(size // 8 + 2, "little")

    def cut(self, first: int, end: int) -> int:
        piece = int.from_bytes(self.raw[first >> 3 : (end >> 3) + 1], "little")
        return piece >> (first & 7) & ((1 << (end - first)) - 1)


@dataclass(frozen=True, slots=True)
class MoveCosts:
    """What leaving the time a session is booked at costs: once, and for each day away from it."""

    per_move: int = 0
    per_day: int = 0


class Candidates:
    """The choices of one session, laid out by day when they are first asked for.

    With `moves`, a session that is booked may stay where it is, also with other resources at the same time.
    """

    def __init__(
        self,
        session: PlannedSession,
        search: Search | None,
        zone: ZoneInfo,
        wishes: Wishes,
        weights: Weights,
        moves: MoveCosts | None = None,
    ) -> None:
        self.session, self.search, self.zone = session, search, zone
        self.wishes, self.weights = wishes, weights
        self.moves = moves if session.demand is not None and session.standing is not None else None
        self._by_day: dict[int, tuple[Choice, ...]] = {}

    @cached_property
    def days(self) -> list[int]:
        """The ordinal days on which the session could be, ascending."""
        if self.search is None:
            return [self._done.day]
        table = local_days(self.search.supply.grid, self.zone)
        possible = _DayBits(self.search.starts, self.search.supply.grid.size)
        open_days = {
            day
            for day, (first, _, _, end) in enumerate(table.marks, table.first)
            if possible.cut(first, end) and day_allowed(self.session, day)
        }
        return sorted(open_days | {choice.day for choice in self._staying})

    def days_between(self, first: int, last: int) -> list[int]:
        """The possible days from the first to the last, both included."""
        return self.days[bisect_left(self.days, first) : bisect_right(self.days, last)]

    def on(self, day: int) -> tuple[Choice, ...]:
        """The choices of a day: where the session stands first, then by practitioner and part of day."""
        if day not in self._by_day:
            self._by_day[day] = tuple(self._choices(day))
        return self._by_day[day]

    def cheapest(self, day: int) -> int:
        """The least that any choice of a day costs by itself."""
        return min(choice.own_cost for choice in self.on(day))

    def starts_like(self, choice: Choice) -> list[int]:
        """The cells of all starts for which a choice stands: same day, practitioner and part of day."""
        marks = local_days(self.search.supply.grid, self.zone).of(choice.day) if self.search else None
        if marks is None:
            return [choice.cell]
        begin, end = marks[PARTS.index(choice.part)], marks[PARTS.index(choice.part) + 1]
        bits = next(bits for name, bits in self._served if name == choice.practitioner)
        return [begin + cell for cell in set_cells(bits.cut(begin, end))]

    def minute_of_day(self, choice: Choice, cell: int) -> int | None:
        """Minutes from local midnight to a start; None for a session that is done and its time not known
        here."""
        if self.search is None:
            wall = local_time(self.session.standing.start, self.zone) if self.session.standing else None
            return wall.hour * 60 + wall.minute if wall else None
        marks = local_days(self.search.supply.grid, self.zone).of(choice.day)
        return (cell - marks[0]) * CELL_MINUTES if marks else None

    @property
    def usual_minute(self) -> int | None:
        """The time of day at which the session is booked now, when it may be moved."""
        if self.moves is None or self.session.standing is None:
            return None
        wall = local_time(self.session.standing.start, self.zone)
        return wall.hour * 60 + wall.minute

    def nearest_start(self, choice: Choice, minutes: int | None) -> int:
        """Among the starts a choice stands for, the one nearest to a time of day; the earliest when none is
        given."""
        if minutes is None or self.search is None:
            return choice.cell
        if choice.stays:
            return choice.cell
        wanted = minutes // CELL_MINUTES - (self.minute_of_day(choice, 0) or 0) // CELL_MINUTES
        return min(self.starts_like(choice), key=lambda cell: (abs(cell - wanted), cell))

    def choice_of(self, planned: SessionPlan) -> Choice:
        """The choice that a planned session was made from."""
        if self.search is None:
            return self._done
        alike = [choice for choice in self.on(planned.day.toordinal()) if choice.part == planned.part]
        same = [choice for choice in alike if choice.practitioner == planned.practitioner]
        choice = min(
            same, key=lambda choice: (choice.stays != (choice.cell == planned.cell), choice.own_cost)
        )
        return replace(choice, cell=planned.cell)

    def slot(self, choice: Choice, cell: int) -> Slot | None:
        """The slot of a choice at one of its starts; None when the session is done."""
        if self.search is None:
            return None
        fixed = dict(choice.resources)
        if choice.practitioner is not None:
            fixed[PRACTITIONER] = choice.practitioner
        return assign_cell(self._lasting if choice.stays else self.search, cell, fixed)

    @cached_property
    def standing_day(self) -> int | None:
        """The ordinal of the local day on which the session stands now."""
        standing = self.session.standing
        return local_day(standing.start, self.zone).toordinal() if standing else None

    @cached_property
    def _done(self) -> Choice:
        """The only choice of a session that is done: it costs nothing, wherever it was."""
        return self._at_standing()

    def _at_standing(self) -> Choice:
        standing = self.session.standing
        if standing is None or self.standing_day is None:
            raise ValueError(f"session {self.session.number} stands nowhere")
        part = part_of(local_time(standing.start, self.zone))
        cell = self.search.supply.grid.cell(standing.start) if self.search else -1
        resources = tuple(sorted(standing.assignment.items()))
        practitioner = standing.assignment.get(PRACTITIONER)
        return Choice(self.standing_day, practitioner, part, cell, 0, resources, stays=True)

    @cached_property
    def _served(self) -> list[tuple[int | None, _DayBits]]:
        """The starts of each practitioner; of nobody in particular when the session needs none."""
        search = self.search
        if search is None:
            return []
        size = search.supply.grid.size
        pool = [need.pool for need in search.demand.needs if need.role == PRACTITIONER]
        if not pool:
            return [(None, _DayBits(search.starts, size))]
        masks = [(name, search.starts_with(PRACTITIONER, name)) for name in sorted(pool[0])]
        return [(name, _DayBits(mask, size)) for name, mask in masks if mask]

    def _choices(self, day: int) -> Iterator[Choice]:
        if self.search is None:
            yield self._done
            return
        yield from (choice for choice in self._staying if choice.day == day)
        marks = local_days(self.search.supply.grid, self.zone).of(day)
        if marks is None or not day_allowed(self.session, day):
            return
        for practitioner, bits in self._served:
            chunk = bits.cut(marks[0], marks[3])
            if chunk:
                yield from self._parts(day, practitioner, chunk, marks)

    def _parts(
        self, day: int, practitioner: int | None, chunk: int, marks: tuple[int, int, int, int]
    ) -> Iterator[Choice]:
        for part, begin, end in zip(PARTS, marks[:3], marks[1:], strict=True):
            starts = chunk >> (begin - marks[0]) & ((1 << (end - begin)) - 1)
            if starts:
                cell = begin + (starts & -starts).bit_length() - 1
                cost = self._own_cost(day, practitioner, part) + self._moving_cost(day)
                yield Choice(day, practitioner, part, cell, cost)

    def _own_cost(self, day: int, practitioner: int | None, part: PartOfDay) -> int:
        wishes = wish_cost(day, practitioner, part, self.wishes, self.weights)
        return wishes + ideal_day_cost(self.session, day, self.weights)

    def _moving_cost(self, day: int) -> int:
        if self.moves is None or self.standing_day is None:
            return 0
        return self.moves.per_move + self.moves.per_day * abs(day - self.standing_day)

    @cached_property
    def _staying(self) -> tuple[Choice, ...]:
        """The booked time itself, if it is still free: as it is, or with other resources at the same time.

        Notice and step are no reason to move what is booked already.
        """
        standing = self.session.standing
        if self.moves is None or self.search is None or standing is None or self.standing_day is None:
            return ()
        if not day_allowed(self.session, self.standing_day):
            return ()
        return tuple(self._stays(self._lasting, standing))

    @cached_property
    def _lasting(self) -> Search:
        """The search by which a booked time may stay."""
        if self.search is None:
            raise ValueError(f"session {self.session.number} is done")
        lasting = replace(self.search.demand, not_before=None, not_after=None, step_minutes=5)
        return Search(lasting, self.search.supply)

    def _stays(self, search: Search, standing: Standing) -> Iterator[Choice]:
        cell = search.supply.grid.cell(standing.start)
        booked = self._at_standing()
        if assign_cell(search, cell, standing.assignment):
            yield replace(booked, own_cost=self._own_cost(booked.day, booked.practitioner, booked.part))
        pool = [need.pool for need in search.demand.needs if need.role == PRACTITIONER]
        for name in sorted(pool[0]) if pool else [None]:
            fixed = {PRACTITIONER: name} if name is not None else {}
            if assign_cell(search, cell, fixed):
                cost = self._own_cost(booked.day, name, booked.part) + self.weights.other_resources
                yield replace(booked, practitioner=name, own_cost=cost, resources=tuple(fixed.items()))
