"""Where a session could be: for each day, practitioner and part of day one start stands for all of them.

The cost of a plan does not tell starts apart that share these three (`bookings.ranking`), and two sessions
of a series are never on one day, so keeping one of them loses no cheaper plan. The time at which a session
is booked already is kept beside the others.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from bookings.assignment import Slot, assign_cell
from bookings.openings import Openings
from bookings.phases import PRACTITIONER
from bookings.ranking import Choice, day_allowed, ideal_day_cost, people_wish_cost, weekday_wish_cost
from bookings.series import PartOfDay, PlannedSession, SessionPlan, Standing, Weights, Wishes, part_of
from clinic.timekeeping import local_day, local_time


class Candidates(Protocol):
    """The choices of one session by ordinal day."""

    session: PlannedSession

    @property
    def days(self) -> list[int]:
        """The days on which the session could be, ascending."""

    def on(self, day: int) -> tuple[Choice, ...]:
        """The choices of a day."""

    def cheapest(self, day: int) -> int:
        """The least that any choice of a day costs by itself."""

    def nearest_start(self, choice: Choice, minute: int | None) -> int:
        """Among the starts a choice stands for, the cell nearest to a time of day."""

    def minute_of_day(self, choice: Choice, cell: int) -> int:
        """Minutes from local midnight to a start."""

    def slot(self, choice: Choice, cell: int) -> Slot | None:
        """The slot of a choice at one of its starts; None when the session is done."""

    def choice_of(self, planned: SessionPlan) -> Choice:
        """The choice from which a session was planned."""


def days_between(candidates: Candidates, first: int, last: int) -> list[int]:
    """The possible days from the first to the last, both included."""
    days = candidates.days
    return days[bisect_left(days, first) : bisect_right(days, last)]


def standing_choice(standing: Standing, zone: ZoneInfo) -> Choice:
    """Where a session stands, as a choice that costs nothing; it has no cell of its own."""
    day, wall = local_day(standing.start, zone).toordinal(), local_time(standing.start, zone)
    resources = tuple(sorted(standing.assignment.items()))
    return Choice(day, standing.assignment.get(PRACTITIONER), part_of(wall), -1, 0, resources, stays=True)


class DoneSession:
    """A session that was performed: one choice, where it was."""

    def __init__(self, session: PlannedSession, standing: Standing, zone: ZoneInfo) -> None:
        self.session, self.choice = session, standing_choice(standing, zone)
        self.days = [self.choice.day]
        self._wall = local_time(standing.start, zone)

    def on(self, day: int) -> tuple[Choice, ...]:
        """The one choice."""
        return (self.choice,)

    def cheapest(self, day: int) -> int:
        """What is done costs nothing."""
        return 0

    def nearest_start(self, choice: Choice, minute: int | None) -> int:
        """No cell: it may have been before the grid."""
        return choice.cell

    def minute_of_day(self, choice: Choice, cell: int) -> int:
        """The time of day at which it was performed."""
        return self._wall.hour * 60 + self._wall.minute

    def slot(self, choice: Choice, cell: int) -> Slot | None:
        """Nothing is to be booked."""
        return None

    def choice_of(self, planned: SessionPlan) -> Choice:
        """The one choice."""
        return self.choice


class OpenSession:
    """A session to find a time for."""

    def __init__(self, session: PlannedSession, openings: Openings, wishes: Wishes, weights: Weights) -> None:
        self.session, self.openings = session, openings
        self.wishes, self.weights = wishes, weights
        self._by_day: dict[int, tuple[Choice, ...]] = {}
        self._cheapest: dict[int, int] = {}
        self._people_cost: dict[tuple[int | None, PartOfDay], int] = {}
        self._is_plain = not (wishes.practitioners or wishes.weekdays or wishes.parts or session.ideal)

    @cached_property
    def days(self) -> list[int]:
        """The days on which the session could be, ascending."""
        session = self.session
        if not (session.earliest or session.latest or session.blocked):
            return self.openings.days
        return [day for day in self.openings.days if day_allowed(session, day)]

    def on(self, day: int) -> tuple[Choice, ...]:
        """The choices of a day, by practitioner and part of day."""
        known = self._by_day.get(day)
        if known is None:
            known = self._by_day[day] = tuple(self._choices(day))
        return known

    def _choices(self, day: int) -> Iterator[Choice]:
        day_cost = self._day_cost(day)
        for practitioner, part, cell in self.openings.on(day):
            yield Choice(day, practitioner, part, cell, day_cost + self._served_cost(practitioner, part))

    def _cost(self, day: int, practitioner: int | None, part: PartOfDay) -> int:
        return self._day_cost(day) + self._served_cost(practitioner, part)

    def _day_cost(self, day: int) -> int:
        wish = weekday_wish_cost(day, self.wishes, self.weights)
        return wish + ideal_day_cost(self.session, day, self.weights)

    def _served_cost(self, practitioner: int | None, part: PartOfDay) -> int:
        known = self._people_cost.get((practitioner, part))
        if known is None:
            known = people_wish_cost(practitioner, part, self.wishes, self.weights)
            self._people_cost[practitioner, part] = known
        return known

    def cheapest(self, day: int) -> int:
        """The least that any choice of a day costs by itself."""
        if self._is_plain:
            return 0
        known = self._cheapest.get(day)
        if known is None:
            known = self._cheapest[day] = self._cheapest_on(day)
        return known

    def _cheapest_on(self, day: int) -> int:
        served = min(self._served_cost(practitioner, part) for practitioner, part, _ in self.openings.on(day))
        return self._day_cost(day) + served

    def nearest_start(self, choice: Choice, minute: int | None) -> int:
        """Among the starts a choice stands for, the one nearest to a time of day; the earliest without
        one."""
        if minute is None:
            return choice.cell
        starts = self.openings.starts(choice.day, choice.practitioner, choice.part)
        return min(starts, key=lambda cell: (abs(self.minute_of_day(choice, cell) - minute), cell))

    def minute_of_day(self, choice: Choice, cell: int) -> int:
        """Minutes from local midnight to a start."""
        return self.openings.minute_of_day(choice.day, cell)

    def slot(self, choice: Choice, cell: int) -> Slot | None:
        """The slot of a choice at one of its starts."""
        return assign_cell(self.openings.search, cell, fixed_by(choice))

    def choice_of(self, planned: SessionPlan) -> Choice:
        """The choice from which a session was planned."""
        wanted = (planned.practitioner, planned.part, planned.stays)
        alike = self.on(planned.day.toordinal())
        found = next(one for one in alike if (one.practitioner, one.part, one.stays) == wanted)
        return replace(found, cell=planned.cell)


class PickedSession(OpenSession):
    """A session whose time somebody picked: that one choice as long as it is free, else none."""

    def __init__(
        self,
        session: PlannedSession,
        openings: Openings,
        wishes: Wishes,
        weights: Weights,
        picked: Standing,
    ) -> None:
        super().__init__(session, openings, wishes, weights)
        supply = openings.search.supply
        self.cell = supply.grid.cell(picked.start)
        self.day = local_day(picked.start, supply.zone).toordinal()
        self.wanted = (picked.assignment.get(PRACTITIONER), part_of(local_time(picked.start, supply.zone)))

    @cached_property
    def days(self) -> list[int]:
        """The picked day, or none."""
        return [self.day] if day_allowed(self.session, self.day) and self.on(self.day) else []

    def _choices(self, day: int) -> Iterator[Choice]:
        if day != self.day:
            return
        for choice in super()._choices(day):
            is_it = (choice.practitioner, choice.part) == self.wanted
            if is_it and self.cell in self.openings.starts(day, *self.wanted):
                yield replace(choice, cell=self.cell)

    def nearest_start(self, choice: Choice, minute: int | None) -> int:
        """The picked one."""
        return self.cell


def fixed_by(choice: Choice) -> dict[str, int]:
    """The resources a choice insists on, by role."""
    named = dict(choice.resources)
    return named if choice.practitioner is None else {**named, PRACTITIONER: choice.practitioner}
