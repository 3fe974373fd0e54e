"""Thirty appointments touched by a closure: within five in a hundred of the optimum that CP-SAT finds."""

from dataclasses import dataclass, replace
from random import Random

import pytest
from ortools.sat.python import cp_model

from bookings.availability import Demand, Resource, Search, Supply
from bookings.joint import JointReflow, SeriesToReflow, reflow_together
from bookings.phases import PRACTITIONER, ROOM
from bookings.series import PlannedSession, Standing, Tie
from bookings.timegrid import set_cells
from clinic.timekeeping import local_day
from tests.bookings.pure.planning import BERLIN, BLOCKS, HALF_HOUR, ROOM_ID, Rota, local
from tests.bookings.pure.test_joint import assert_nothing_collides

DAYS, CELLS = 14, 6
PEOPLE = (1, 2, 3, 4)
ROOMS = (ROOM_ID, ROOM_ID + 1)
PER_MOVE = 10_000


@dataclass(frozen=True)
class Clinic:
    """What is free once the booked sessions of the touched series are taken away, and those series."""

    supply: Supply
    demand: Demand
    series: list[SeriesToReflow]


def closed_clinic(seed: int, *, closed_people: tuple[int, ...], closed_days: range) -> Clinic:
    """Twenty series, thirty appointments, booked without collision before some people are away for some
    days."""
    dice = Random(seed)
    free = {
        name: frozenset((day, block) for day in range(DAYS) for block in range(4) if dice.random() < 0.45)
        for name in PEOPLE
    }
    demand = Demand(HALF_HOUR, {PRACTITIONER: PEOPLE, ROOM: ROOMS}, step_minutes=30)
    series = _booked(dice, demand, free)
    still_free = {
        name: frozenset(
            (day, block) for day, block in blocks if not (name in closed_people and day in closed_days)
        )
        for name, blocks in free.items()
    }
    supply = Rota(DAYS, still_free).supply
    rooms = {room: Resource(room, supply.grid.full) for room in ROOMS}
    return Clinic(replace(supply, resources={**supply.resources, **rooms}), demand, series)


def _booked(
    dice: Random, demand: Demand, free: dict[int, frozenset[tuple[int, int]]]
) -> list[SeriesToReflow]:
    taken: set[tuple[int, int, int, int]] = set()
    starts = [
        (day, BLOCKS[block][0] + half // 2, half % 2 * 30, name)
        for name, blocks in sorted(free.items())
        for day, block in sorted(blocks)
        for half in range(2 * (BLOCKS[block][1] - BLOCKS[block][0]))
    ]
    dice.shuffle(starts)
    series = []
    for key in range(20):
        first = next(one for one in starts if one[0] < 9 and _room(one, taken) is not None)
        sessions = [_session(1, first, taken, demand, ())]
        if key % 2:
            wanted = (one for one in starts if 2 <= one[0] - first[0] <= 5 and _room(one, taken) is not None)
            tie = Tie(0, 2, 4, 6)
            sessions.append(_session(2, next(wanted), taken, demand, (tie,)))
        series.append(SeriesToReflow(key, key, tuple(sessions)))
    return series


def _room(start: tuple[int, int, int, int], taken: set[tuple[int, int, int, int]]) -> int | None:
    """A room that is free then, when the practitioner is."""
    day, hour, minute, name = start
    if (name, day, hour, minute) in taken:
        return None
    return next((room for room in ROOMS if (room, day, hour, minute) not in taken), None)


def _session(
    number: int,
    start: tuple[int, int, int, int],
    taken: set[tuple[int, int, int, int]],
    demand: Demand,
    ties: tuple[Tie, ...],
) -> PlannedSession:
    day, hour, minute, name = start
    room = _room(start, taken)
    assert room is not None
    taken |= {(name, day, hour, minute), (room, day, hour, minute)}
    standing = Standing(local(day, hour, minute), {PRACTITIONER: name, ROOM: room})
    return PlannedSession(number, demand, ties=ties, standing=standing)


class Exact:
    """The same question for CP-SAT: one variable for every start of every session with every practitioner."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic, self.model = clinic, cp_model.CpModel()
        self.by_person: dict[tuple[int, int], list[cp_model.IntVar]] = {}
        self.at_once: dict[int, list[cp_model.IntVar]] = {}
        self.costs: list[cp_model.LinearExprT] = []
        search = Search(clinic.demand, clinic.supply)
        self.starts = [
            (name, cell, local_day(clinic.supply.grid.instant(cell), BERLIN).toordinal())
            for name in PEOPLE
            for cell in set_cells(search.starts_with(PRACTITIONER, name))
        ]

    def solve(self) -> int:
        """Moves times 10,000 plus days of distance."""
        for one in self.clinic.series:
            days = [self._day_of(session) for session in one.sessions]
            for session, day in zip(one.sessions, days, strict=True):
                for tie in session.ties:
                    self.model.add_linear_constraint(day - days[tie.to], tie.min_days, tie.max_days or DAYS)
        for variables in self.by_person.values():
            self.model.add_at_most_one(variables)
        for variables in self.at_once.values():
            self.model.add(sum(variables) <= len(ROOMS))
        self.model.minimize(sum(self.costs))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        assert solver.solve(self.model) == cp_model.OPTIMAL
        return round(solver.objective_value)

    def _day_of(self, session: PlannedSession) -> cp_model.LinearExpr:
        assert session.standing is not None
        standing_day = local_day(session.standing.start, BERLIN).toordinal()
        chosen = []
        for name, cell, day in self.starts:
            here = self.model.new_bool_var("")
            chosen.append(here)
            self.by_person.setdefault((name, cell), []).append(here)
            self.at_once.setdefault(cell, []).append(here)
            if self.clinic.supply.grid.instant(cell) != session.standing.start:
                self.costs.append(here * (PER_MOVE + abs(day - standing_day)))
        self.model.add_exactly_one(chosen)
        return cp_model.LinearExpr.weighted_sum(chosen, [day for _, _, day in self.starts])


def cost_of(found: JointReflow) -> int:
    return found.moves * PER_MOVE + found.distance_days


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "closed_people", "closed_days"),
    [(5, (1, 2, 3), range(2, 9)), (7, (1, 2, 3, 4), range(5))],
)
def test_thirty_appointments_come_within_five_percent_of_the_optimum(
    seed: int, closed_people: tuple[int, ...], closed_days: range
) -> None:
    clinic = closed_clinic(seed, closed_people=closed_people, closed_days=closed_days)
    assert sum(len(one.sessions) for one in clinic.series) == 30
    found, best = reflow_together(clinic.series, clinic.supply), Exact(clinic).solve()
    assert_nothing_collides(clinic.series, found)
    assert best <= cost_of(found)
    assert found.moves == best // PER_MOVE
    assert found.distance_days <= 1.05 * (best % PER_MOVE)
    assert not found.is_best or cost_of(found) == best
