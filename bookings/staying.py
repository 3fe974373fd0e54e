"""A session that is booked and may be moved: staying where it is is one of its choices, and the cheapest."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from bookings.assignment import Slot, assign_cell, slot_at
from bookings.candidates import OpenSession, fixed_by, standing_choice
from bookings.demand import Need
from bookings.openings import Openings
from bookings.phases import Span, patient_span
from bookings.ranking import Choice, day_allowed
from bookings.series import PlannedSession, Standing, Weights, Wishes
from clinic.intervals import Interval
from clinic.timekeeping import local_time


@dataclass(frozen=True, slots=True)
class MoveCosts:
    """What leaving the time a session is booked at costs: once, and for each day away from it."""

    per_move: int = 0
    per_day: int = 0


class BookedSession(OpenSession):
    """A session that is booked and may be moved: it may also stay, with the same or with other resources.

    A start counts as a move when its instant changes. Notice and step are no reason to move what is booked
    already.
    """

    def __init__(
        self,
        session: PlannedSession,
        openings: Openings,
        wishes: Wishes,
        weights: Weights,
        standing: Standing,
        moves: MoveCosts,
    ) -> None:
        super().__init__(session, openings, wishes, weights)
        self.moves = moves
        supply = openings.search.supply
        self.lasting = openings.lasting
        self.standing = standing
        self.booked = replace(standing_choice(standing, supply.zone), cell=supply.grid.cell(standing.start))
        wall = local_time(standing.start, supply.zone)
        self.usual_minute = wall.hour * 60 + wall.minute
        self._is_plain = False

    @cached_property
    def days(self) -> list[int]:
        """The days on which the session could be, the one it is booked on among them when it may stay."""
        moved = [day for day in self.openings.days if day_allowed(self.session, day)]
        return sorted({*moved, *(choice.day for choice in self.staying)})

    @cached_property
    def staying(self) -> tuple[Choice, ...]:
        """The booked time, if it is still free: as it is, and with each practitioner who could take over."""
        return tuple(self._staying()) if day_allowed(self.session, self.booked.day) else ()

    def _staying(self) -> Iterator[Choice]:
        booked = self.booked
        if self.may_stay:
            yield replace(booked, own_cost=self._cost(booked.day, booked.practitioner, booked.part))
        if not self.lasting.supply.grid.begins_cell(self.standing.start):
            return
        for name in self.openings.practitioners:
            cost = self._cost(booked.day, name, booked.part) + self.weights.other_resources
            choice = replace(booked, practitioner=name, own_cost=cost, resources=())
            if assign_cell(self.lasting, booked.cell, fixed_by(choice)):
                yield choice

    @cached_property
    def may_stay(self) -> bool:
        """Whether everything it is booked with is still free then, and the patient too.

        Only cells that it fills wholly are looked at: neighbours that begin or end within one are no reason
        to move.
        """
        demand, grid = self.lasting.demand, self.lasting.supply.grid
        if grid.covered([self._during(patient_span(demand.phases))]) & demand.patient_busy:
            return False
        return all(self._keeps(need, self._filled(need)) for need in demand.needs)

    def _keeps(self, need: Need, filled: int) -> bool:
        name = self.standing.assignment.get(need.role)
        return name in need.pool and filled & ~self.lasting.supply.free.get(name, 0) == 0

    def _filled(self, need: Need) -> int:
        grid = self.lasting.supply.grid
        inside = all(grid.start <= one.start and one.end <= grid.end for one in map(self._during, need.spans))
        return grid.covered(map(self._during, need.spans)) if inside else -1

    def _during(self, span: Span) -> Interval:
        start = self.standing.start
        return Interval(start + timedelta(minutes=span.start), start + timedelta(minutes=span.end))

    def _choices(self, day: int) -> Iterator[Choice]:
        if day == self.booked.day:
            yield from self.staying
        if day_allowed(self.session, day):
            away = self.moves.per_move + self.moves.per_day * abs(day - self.booked.day)
            yield from (replace(choice, own_cost=choice.own_cost + away) for choice in super()._choices(day))

    def _cheapest_on(self, day: int) -> int:
        return min(choice.own_cost for choice in self.on(day))

    def nearest_start(self, choice: Choice, minute: int | None) -> int:
        """Where it is booked, or the start nearest to that time of day."""
        return choice.cell if choice.stays else super().nearest_start(choice, self.usual_minute)

    def slot(self, choice: Choice, cell: int) -> Slot | None:
        """The slot of a choice at one of its starts."""
        if choice.resources:
            chosen = tuple(self.standing.assignment[need.role] for need in self.lasting.demand.needs)
            return slot_at(self.lasting.demand, self.standing.start, chosen)
        return assign_cell(self.lasting if choice.stays else self.openings.search, cell, fixed_by(choice))
