"""Small clinics for planner and re-flow: days, practitioners and parts of day instead of minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.availability import Demand, Resource, Search, Supply
from bookings.phases import PRACTITIONER, ROOM, Phase
from bookings.ranking import Choice, day_allowed, ideal_day_cost, session_costs, ties_hold, wish_cost
from bookings.series import PlannedSession, Tie, Weights, Wishes, part_of
from bookings.timegrid import Grid, set_cells
from clinic.intervals import Interval
from clinic.timekeeping import local_day, local_time

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 3, 20)  # the clocks go forward on 29 March
ROOM_ID = 100
HALF_HOUR = (Phase("procedure", 0, 30, frozenset({PRACTITIONER, ROOM})),)
#: Hours (local, from and until) in which a practitioner may be free.
BLOCKS = ((9, 10), (11, 13), (15, 16), (18, 19))


@dataclass(frozen=True)
class Rota:
    """For each practitioner the (day, block) pairs on which there is time."""

    days: int
    free: Mapping[int, frozenset[tuple[int, int]]]

    @property
    def grid(self) -> Grid:
        return Grid.of_days(FIRST, self.days, BERLIN)

    @property
    def supply(self) -> Supply:
        resources = {name: Resource(name, self._hours(blocks)) for name, blocks in self.free.items()}
        resources[ROOM_ID] = Resource(ROOM_ID, self.grid.full)
        return Supply(self.grid, BERLIN, self.grid.full, resources)

    def _hours(self, blocks: frozenset[tuple[int, int]]) -> int:
        return self.grid.covered(
            Interval(local(day, BLOCKS[block][0]), local(day, BLOCKS[block][1])) for day, block in blocks
        )

    @property
    def demand(self) -> Demand:
        return Demand(HALF_HOUR, {PRACTITIONER: tuple(sorted(self.free)), ROOM: (ROOM_ID,)}, step_minutes=30)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant by the wall clock of a day counted from the first."""
    moment = FIRST + timedelta(days=day)
    return datetime(moment.year, moment.month, moment.day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def every_choice(session: PlannedSession, supply: Supply, wishes: Wishes, weights: Weights) -> list[Choice]:
    """Every start with every practitioner, none left out: what the planner thins."""
    if session.demand is None:
        assert session.standing is not None
        start = session.standing.start
        name = session.standing.assignment.get(PRACTITIONER)
        return [Choice(local_day(start, BERLIN).toordinal(), name, part_of(local_time(start, BERLIN)), -1)]
    search, found = Search(session.demand, supply), []
    for name in session.demand.pools[PRACTITIONER]:
        for cell in set_cells(search.starts_with(PRACTITIONER, name)):
            start = supply.grid.instant(cell)
            day, part = local_day(start, BERLIN).toordinal(), part_of(local_time(start, BERLIN))
            if day_allowed(session, day):
                cost = wish_cost(day, name, part, wishes, weights) + ideal_day_cost(session, day, weights)
                found.append(Choice(day, name, part, cell, cost))
    return found


def cheapest_of_all(
    sessions: list[PlannedSession], supply: Supply, wishes: Wishes, weights: Weights
) -> int | None:
    """The least cost over every combination of starts that keeps the ties; None when there is none."""
    ways: list[tuple[Choice, ...]] = [()]
    for index, session in enumerate(sessions):
        found = every_choice(session, supply, wishes, weights)
        alike = {(one.day, one.practitioner, one.part): one for one in found}
        longer = ((*way, choice) for way in ways for choice in alike.values())
        ways = [way for way in longer if ties_hold(sessions, index, [one.day for one in way])]
    return min((sum(session_costs(sessions, way, wishes, weights)) for way in ways), default=None)


def in_series(demand: Demand, gaps: list[tuple[int, int, int]], **first: object) -> list[PlannedSession]:
    """A first session and one after each gap of (min, ideal, max) days."""
    start = PlannedSession(1, demand, **first)  # type: ignore[arg-type]
    return [start] + [
        PlannedSession(number, demand, ties=(Tie(number - 2, *gap),)) for number, gap in enumerate(gaps, 2)
    ]
