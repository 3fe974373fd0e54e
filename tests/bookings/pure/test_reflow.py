"""Re-flow against trying everything: fewest moves, then least distance, then least cost; nothing moves
without need."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability import Supply
from bookings.phases import PRACTITIONER, ROOM
from bookings.ranking import Choice, session_costs, ties_hold
from bookings.reflow import Reflow, reflow_series
from bookings.series import BlockedDays, PlannedSession, Standing, Tie, Unmet, Weights, Wishes
from clinic.intervals import Interval
from clinic.timekeeping import local_day
from tests.bookings.pure.planning import BERLIN, BLOCKS, FIRST, ROOM_ID, Rota, every_choice, local
from tests.bookings.pure.test_planner import ANNA, BORIS, everyone, gaps, rotas

NO_WISHES, WEIGHTS = Wishes(), Weights(other_resources=0)


@st.composite
def booked_series(draw: st.DrawFn, rota: Rota) -> list[PlannedSession]:
    """A first session done (perhaps late), then three that are booked somewhere or have lost their time."""
    sessions = [
        PlannedSession(1, standing=Standing(local(draw(st.integers(-3, 2)), 9), {PRACTITIONER: ANNA}))
    ]
    for number in range(2, 5):
        tie = Tie(number - 2, *draw(gaps))
        standing = None
        if draw(st.integers(0, 3)):
            day, block = draw(st.integers(0, rota.days - 1)), draw(st.integers(0, 3))
            assignment = {PRACTITIONER: draw(st.sampled_from([ANNA, BORIS])), ROOM: ROOM_ID}
            standing = Standing(local(day, BLOCKS[block][0]), assignment)
        blocked = BlockedDays(FIRST + timedelta(days=draw(st.integers(3, 15))), FIRST + timedelta(days=15))
        some = (blocked,) if number == 3 and draw(st.booleans()) else ()
        sessions.append(PlannedSession(number, rota.demand, ties=(tie,), blocked=some, standing=standing))
    return sessions


def best_of_all(sessions: list[PlannedSession], supply: Supply) -> tuple[int, int, int] | None:
    """(moves, days of distance, cost) of the best among every combination of starts."""
    ways: list[tuple[tuple[Choice, ...], int, int]] = [((), 0, 0)]
    for index, session in enumerate(sessions):
        found = {}
        for choice in every_choice(session, supply, NO_WISHES, WEIGHTS):
            moved, away = _moved(session, choice.cell, choice.day, supply)
            found[choice.day, choice.practitioner, choice.part, moved] = (choice, moved, away)
        ways = [
            ((*way, choice), moves + moved, distance + away)
            for way, moves, distance in ways
            for choice, moved, away in found.values()
            if ties_hold(sessions, index, [one.day for one in (*way, choice)])
        ]
    return min(
        (
            (moves, distance, sum(session_costs(sessions, way, NO_WISHES, WEIGHTS)))
            for way, moves, distance in ways
        ),
        default=None,
    )


def _moved(session: PlannedSession, cell: int, day: int, supply: Supply) -> tuple[int, int]:
    if session.demand is None or session.standing is None:
        return 0, 0
    if supply.grid.instant(cell) == session.standing.start:
        return 0, 0
    return 1, abs(day - local_day(session.standing.start, BERLIN).toordinal())


@settings(max_examples=40, deadline=None)
@given(data=st.data(), rota=rotas(10, chances=4))
def test_reflow_is_the_best_of_all_combinations(data: st.DataObject, rota: Rota) -> None:
    sessions = data.draw(booked_series(rota))
    found = reflow_series(sessions, rota.supply, weights=WEIGHTS)
    best = best_of_all(sessions, rota.supply)
    if best is None:
        assert isinstance(found, Unmet)
        return
    assert isinstance(found, Reflow)
    assert (found.moves, found.distance_days) == best[:2]
    assert found.moves == sum(change.is_move for change in found.changes)


def booked(rota: Rota, days: list[int]) -> list[PlannedSession]:
    """Sessions a week apart, 5 to 9 days allowed, all with Anna at nine."""
    standings = [Standing(local(day, 9), {PRACTITIONER: ANNA, ROOM: ROOM_ID}) for day in days]
    return [
        PlannedSession(
            number, rota.demand, ties=(Tie(number - 2, 5, 7, 9),) if number > 1 else (), standing=standing
        )
        for number, standing in enumerate(standings, 1)
    ]


def days_of(found: Reflow) -> list[int]:
    return [(one.day - FIRST).days for one in found.plan.sessions]


def test_series_that_still_holds_does_not_move() -> None:
    rota = Rota(40, {ANNA: everyone(40), BORIS: everyone(40)})
    found = reflow_series(booked(rota, [0, 7, 14, 21]), rota.supply)
    assert isinstance(found, Reflow)
    assert (found.changes, found.moves, found.distance_days) == ((), 0, 0)


def test_late_session_moves_only_what_comes_too_close() -> None:
    """The second was performed on day 10: day 14 is too close, and from 15 on day 21 still holds."""
    rota = Rota(40, {ANNA: everyone(40)})
    sessions = booked(rota, [0, 10, 14, 21])
    sessions[:2] = [replace(session, demand=None) for session in sessions[:2]]
    found = reflow_series(sessions, rota.supply)
    assert isinstance(found, Reflow)
    assert days_of(found) == [0, 10, 15, 21]
    assert [(change.number, change.is_move) for change in found.changes] == [(3, True)]


def test_adverse_reaction_pushes_everything_behind_the_blocked_days() -> None:
    rota = Rota(60, {ANNA: everyone(60)})
    healing = BlockedDays(FIRST, FIRST + timedelta(days=29), "adverse_reaction")
    sessions = [
        replace(one, blocked=(healing,), ties=(Tie(one.number - 2, 5, 7),) if one.number > 1 else ())
        for one in booked(rota, [0, 7, 14])
    ]
    sessions[0] = replace(sessions[0], demand=None)
    found = reflow_series(sessions, rota.supply)
    assert isinstance(found, Reflow)
    assert days_of(found) == [0, 30, 35]
    assert (found.moves, found.distance_days) == (2, 23 + 21)


def test_closed_room_changes_the_room_and_not_the_time() -> None:
    rota = Rota(20, {ANNA: everyone(20)})
    sessions = booked(rota, [0, 7])
    supply = rota.supply
    spare = replace(supply.resources[ROOM_ID], id=ROOM_ID + 1)
    closed = replace(supply.resources[ROOM_ID], busy=supply.grid.between(7 * 288, 8 * 288))
    both = {**supply.resources, ROOM_ID: closed, ROOM_ID + 1: spare}
    demand = replace(rota.demand, pools={PRACTITIONER: (ANNA,), ROOM: (ROOM_ID, ROOM_ID + 1)})
    sessions = [replace(session, demand=demand) for session in sessions]
    found = reflow_series(sessions, replace(supply, resources=both))
    assert isinstance(found, Reflow)
    assert (found.moves, days_of(found)) == (0, [0, 7])
    assert [
        (one.number, one.is_move, one.after.slot.assignment[ROOM]) for one in found.changes if one.after.slot
    ] == [(2, False, ROOM_ID + 1)]


def test_session_that_lost_its_time_is_placed_between_those_that_stay() -> None:
    rota = Rota(40, {ANNA: everyone(40)})
    sessions = booked(rota, [0, 7, 14])
    sessions[1] = replace(sessions[1], standing=None)
    found = reflow_series(sessions, rota.supply)
    assert isinstance(found, Reflow)
    assert days_of(found) == [0, 7, 14]
    assert (found.moves, [change.number for change in found.changes]) == (0, [2])
    assert found.changes[0].before is None


def test_booked_time_may_stay_inside_the_notice() -> None:
    rota = Rota(20, {ANNA: everyone(20)})
    demand = replace(rota.demand, not_before=local(10, 0))
    sessions = [replace(session, demand=demand) for session in booked(rota, [0, 7])]
    found = reflow_series(sessions, rota.supply)
    assert isinstance(found, Reflow)
    assert found.moves == 0


def test_moved_session_keeps_its_time_of_day() -> None:
    rota = Rota(20, {ANNA: everyone(20) - {(7, 0)}})
    sessions = booked(rota, [0, 7])
    sessions[1] = replace(
        sessions[1], standing=Standing(local(7, 9, 30), {PRACTITIONER: ANNA, ROOM: ROOM_ID})
    )
    sessions[1] = replace(sessions[1], blocked=(BlockedDays(date(2026, 3, 27), date(2026, 3, 27)),))
    found = reflow_series(sessions, rota.supply)
    assert isinstance(found, Reflow)
    assert [change.after.slot.start for change in found.changes if change.after.slot] == [local(6, 9, 30)]


def test_booked_time_between_two_cells_stays_beside_a_neighbour_that_shares_its_first_minutes() -> None:
    """A walk-in from 9:03 to 9:33 after somebody who left at 9:03."""
    rota = Rota(20, {ANNA: everyone(20)})
    supply = rota.supply
    before = supply.grid.touched([Interval(local(7, 8, 30), local(7, 9, 3))])
    anna = replace(supply.resources[ANNA], busy=before)
    sessions = booked(rota, [0, 7])
    odd = Standing(local(7, 9, 3), {PRACTITIONER: ANNA, ROOM: ROOM_ID})
    sessions[1] = replace(sessions[1], standing=odd)
    found = reflow_series(sessions, replace(supply, resources={**supply.resources, ANNA: anna}))
    assert isinstance(found, Reflow)
    assert found.changes == ()
    assert found.plan.sessions[1].slot is not None
    assert found.plan.sessions[1].slot.start == odd.start
