"""Joint re-flow: no two proposals collide, fewest moves first, then least distance, against trying
everything."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability import Supply
from bookings.joint import JointReflow, SeriesToReflow, reflow_together
from bookings.phases import PRACTITIONER, ROOM
from bookings.reflow import Reflow
from bookings.series import PlannedSession, Standing, Tie, Unmet
from bookings.timegrid import CELL
from clinic.timekeeping import local_day
from tests.bookings.pure.planning import BERLIN, BLOCKS, FIRST, ROOM_ID, Rota, local
from tests.bookings.pure.test_planner import ANNA, BORIS, everyone, rotas

#: One (start, practitioner) per session, with moves and days of distance.
Option = tuple[tuple[tuple[int, int], ...], int, int]


@st.composite
def touched(draw: st.DrawFn, rota: Rota) -> list[SeriesToReflow]:
    """Two or three series of one or two sessions, booked where they did not collide; some of it is closed
    now."""
    places = draw(st.permutations([(day, block) for day in range(rota.days) for block in (0, 1)]))
    series = []
    for key in range(draw(st.integers(2, 3))):
        booked = sorted(places.pop() for _ in range(draw(st.integers(1, 2))))
        if len({day for day, _ in booked}) < len(booked):
            booked = booked[:1]
        gap = booked[-1][0] - booked[0][0]
        tie = Tie(0, max(1, gap - draw(st.integers(0, 2))), gap, gap + draw(st.integers(0, 2)))
        sessions = tuple(
            PlannedSession(
                number,
                rota.demand,
                ties=(tie,) if number > 1 else (),
                standing=Standing(local(day, BLOCKS[block][0]), {PRACTITIONER: ANNA, ROOM: ROOM_ID}),
            )
            for number, (day, block) in enumerate(booked, 1)
        )
        series.append(SeriesToReflow(key, f"patient {draw(st.integers(0, 5))}", sessions))
    return series


@st.composite
def crowded(draw: st.DrawFn) -> tuple[Rota, list[SeriesToReflow]]:
    """Three to five sessions on a day that is closed now, one perhaps with a second one after it; little is
    free."""
    free = st.sets(
        st.tuples(st.sampled_from([0, 1, 3, 4]), st.sampled_from([0, 2, 3])), min_size=1, max_size=3
    )
    rota = Rota(6, {ANNA: frozenset(draw(free)), BORIS: frozenset(draw(free))})
    hours = draw(st.permutations([(9, 0), (9, 30), (11, 0), (11, 30), (12, 0)]))
    series = [
        single(key, 2, *hours[key], demand=rota.demand, latest=draw(latest_days))
        for key in range(draw(st.integers(3, 4)))
    ]
    if draw(st.booleans()):
        first = PlannedSession(0, standing=Standing(local(draw(st.integers(-4, -2)), 9)))
        tie = Tie(0, draw(st.integers(3, 6)), 5, 9)
        series[0] = replace(series[0], sessions=(first, replace(series[0].sessions[0], ties=(tie,))))
    return rota, series


latest_days = st.sampled_from([None, None, FIRST + timedelta(days=4)])


def options_of(one: SeriesToReflow, supply: Supply) -> list[Option]:
    """Every way one series can be, found by looking at each start."""
    ways: list[Option] = [((), 0, 0)]
    for session in one.sessions:
        if session.standing and session.is_done:
            start = session.standing.start
            ways = [((*way, ((start - supply.grid.start) // CELL, 0)), *rest) for way, *rest in ways]  # type: ignore[misc]
            continue
        ways = [
            ((*way, (cell, name)), moves + moved, distance + away)
            for way, moves, distance in ways
            for cell in range(0, supply.grid.size - 6, 6)
            for name in (ANNA, BORIS)
            if _is_free(supply, name, cell) and _keeps_ties(session, supply, [*way, (cell, name)])
            for moved, away in [_moved(session, cell, supply)]
        ]
    return sorted(ways, key=lambda way: (way[1], way[2]))


def _is_free(supply: Supply, name: int, cell: int) -> bool:
    need = supply.grid.between(cell, cell + 6)
    return supply.free[name] & need == need and supply.free[ROOM_ID] & need == need


def _day(supply: Supply, cell: int) -> int:
    return local_day(supply.grid.start + cell * CELL, BERLIN).toordinal()


def _keeps_ties(session: PlannedSession, supply: Supply, way: list[tuple[int, int]]) -> bool:
    days = [_day(supply, cell) for cell, _ in way]
    if len(days) > 1 and days[-1] <= days[-2]:
        return False
    if session.latest and days[-1] > session.latest.toordinal():
        return False
    return all(tie.min_days <= days[-1] - days[tie.to] <= (tie.max_days or 99) for tie in session.ties)


def _moved(session: PlannedSession, cell: int, supply: Supply) -> tuple[int, int]:
    assert session.standing is not None
    start = supply.grid.start + cell * CELL
    if start == session.standing.start:
        return 0, 0
    return 1, abs(_day(supply, cell) - local_day(session.standing.start, BERLIN).toordinal())


def best_of_all(series: list[SeriesToReflow], supply: Supply) -> tuple[int, int] | None:
    """The least (moves, distance) over all ways that do not collide; None when not all can be placed."""
    options = [options_of(one, supply) for one in series]
    best: tuple[int, int] | None = None
    open_: list[tuple[int, int, int, frozenset[tuple[object, int]]]] = [(0, 0, 0, frozenset())]
    while open_:
        at, moves, distance, taken = open_.pop()
        if best is not None and (moves, distance) >= best:
            continue
        if at == len(series):
            best = (moves, distance)
            continue
        for way, more, away in reversed(options[at]):
            taken_here = [(cell, who) for cell, who in way if who]
            cells = {(name, cell) for cell, who in taken_here for name in (who, ROOM_ID, series[at].patient)}
            if not cells & taken:
                open_.append((at + 1, moves + more, distance + away, taken | cells))
    return best


@settings(max_examples=20, deadline=None)
@given(data=st.data(), rota=rotas(4, chances=6))
def test_joint_reflow_is_the_best_of_all_ways(data: st.DataObject, rota: Rota) -> None:
    is_the_best(data.draw(touched(rota)), rota)


@settings(max_examples=25, deadline=None)
@given(clinic=crowded())
def test_joint_reflow_is_the_best_where_little_is_free(clinic: tuple[Rota, list[SeriesToReflow]]) -> None:
    is_the_best(clinic[1], clinic[0])


def is_the_best(series: list[SeriesToReflow], rota: Rota) -> None:
    found = reflow_together(series, rota.supply)
    best = best_of_all(series, rota.supply)
    if best is None:
        assert any(isinstance(proposal, Unmet) for proposal in found.proposals)
    else:
        assert found.is_best
        assert (found.moves, found.distance_days) == best
    assert_nothing_collides(series, found)


def assert_nothing_collides(series: list[SeriesToReflow], found: JointReflow) -> None:
    """Resources and patients, over all that is proposed."""
    stretches = []
    for one, proposal in zip(series, found.proposals, strict=True):
        if isinstance(proposal, Reflow):
            slots = [planned.slot for planned in proposal.plan.sessions if planned.slot]
            stretches += [
                (str(claim.resource), claim.start, claim.end) for slot in slots for claim in slot.claims
            ]
            stretches += [(f"patient {one.patient}", slot.start, slot.end) for slot in slots]
    for before, after in pairwise(sorted(stretches)):
        assert before[0] != after[0] or before[2] <= after[1]


def single(key: int, day: int, hour: int, minute: int = 0, **more: object) -> SeriesToReflow:
    """A series with one booked session left, with Anna."""
    standing = Standing(local(day, hour, minute), {PRACTITIONER: ANNA, ROOM: ROOM_ID})
    return SeriesToReflow(key, key, (PlannedSession(1, standing=standing, **more),))  # type: ignore[arg-type]


def test_two_series_do_not_get_the_one_time_that_is_left() -> None:
    """Day 1 is closed; next door are half an hour on day 2 and the whole of day 4."""
    rota = Rota(6, {ANNA: frozenset({(4, 0), (4, 1)}), BORIS: frozenset()})
    supply = rota.supply
    half_hour = supply.grid.covered([])
    half_hour |= supply.grid.between(supply.grid.cell(local(2, 9)), supply.grid.cell(local(2, 9, 30)))
    anna = replace(supply.resources[ANNA], hours=supply.resources[ANNA].hours | half_hour)
    supply = replace(supply, resources={**supply.resources, ANNA: anna})
    series = [single(1, 1, 9, demand=rota.demand), single(2, 1, 9, 30, demand=rota.demand)]
    found = reflow_together(series, supply)
    assert (found.moves, found.distance_days, found.is_best) == (2, 1 + 3, True)
    assert_nothing_collides(series, found)


def test_series_that_need_not_move_stay_although_others_would_like_their_time() -> None:
    rota = Rota(6, {ANNA: frozenset({(2, 0), (4, 0)})})
    series = [single(1, 1, 9, demand=rota.demand)]
    series += [single(2, 2, 9, demand=rota.demand), single(3, 2, 9, 30, demand=rota.demand)]
    found = reflow_together(series, rota.supply)
    assert (found.moves, found.distance_days) == (1, 3)
    assert [len(one.changes) for one in found.proposals if isinstance(one, Reflow)] == [1, 0, 0]


def test_series_without_any_place_is_reported_and_others_go_on() -> None:
    rota = Rota(6, {ANNA: frozenset({(2, 0)}), BORIS: frozenset()})
    impossible = replace(rota.demand, pools={PRACTITIONER: (BORIS,), ROOM: (ROOM_ID,)})
    found = reflow_together(
        [single(1, 1, 9, demand=impossible), single(2, 1, 11, demand=rota.demand)], rota.supply
    )
    assert [type(one) for one in found.proposals] == [Unmet, Reflow]
    assert (found.moves, found.distance_days) == (1, 1)


def test_same_patient_is_not_in_two_places() -> None:
    rota = Rota(4, {ANNA: frozenset({(1, 0)}), BORIS: frozenset({(1, 0), (2, 0)})})
    supply = rota.supply
    rooms = {**supply.resources, ROOM_ID + 1: replace(supply.resources[ROOM_ID], id=ROOM_ID + 1)}
    demand = replace(
        rota.demand, pools={PRACTITIONER: (ANNA, BORIS), ROOM: (ROOM_ID, ROOM_ID + 1)}, step_minutes=60
    )
    series = [replace(single(key, 0, 9, demand=demand), patient="one and the same") for key in (1, 2)]
    found = reflow_together(series, replace(supply, resources=rooms))
    assert (found.moves, found.distance_days) == (2, 1 + 2)
    assert_nothing_collides(series, found)


def test_the_same_question_has_the_same_answer() -> None:
    rota = Rota(8, {ANNA: everyone(8), BORIS: everyone(8)})
    series = [single(key, 1, 9, 30 * (key % 2), demand=rota.demand) for key in range(4)]
    assert reflow_together(series, rota.supply, effort=40) == reflow_together(series, rota.supply, effort=40)


def test_no_series_is_no_work() -> None:
    assert reflow_together([], Rota(2, {ANNA: everyone(2)}).supply) == JointReflow((), 0, 0, is_best=True)
