"""The planner against trying everything: same cost, same feasibility; and what it says when it cannot be
done."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.phases import PRACTITIONER
from bookings.planner import Planner, plan_series
from bookings.ranking import ties_hold
from bookings.series import (
    BlockedDays,
    PartOfDay,
    PlannedSession,
    SeriesPlan,
    Standing,
    Tie,
    Unmet,
    UnmetCode,
    Weights,
    Wishes,
)
from clinic.timekeeping import local_day, local_time
from tests.bookings.pure.planning import BERLIN, FIRST, Rota, cheapest_of_all, in_series, local

ANNA, BORIS = 1, 2


@st.composite
def rotas(draw: st.DrawFn, days: int, *, chances: int = 2) -> Rota:
    """For each practitioner about one in `chances` of the blocks of every day is free."""
    free = st.lists(st.integers(0, chances - 1), min_size=days * 4, max_size=days * 4)
    return Rota(days, {ANNA: _blocks(draw(free)), BORIS: _blocks(draw(free))})


def _blocks(lots: list[int]) -> frozenset[tuple[int, int]]:
    return frozenset(divmod(at, 4) for at, lot in enumerate(lots) if lot == 0)


wishes = st.builds(
    Wishes,
    practitioners=st.frozensets(st.sampled_from([ANNA, BORIS]), max_size=1),
    weekdays=st.frozensets(st.integers(0, 6), max_size=3),
    parts=st.frozensets(st.sampled_from(list(PartOfDay)), max_size=1),
    same_weekday=st.booleans(),
)
weightings = st.sampled_from(
    [Weights(), Weights(day=3, part_change=11), Weights(practitioner_change=0, day=1)]
)
gaps = st.tuples(st.integers(1, 4), st.integers(0, 4), st.integers(0, 4)).map(
    lambda gap: (gap[0], gap[0] + gap[1], gap[0] + gap[1] + gap[2])
)


@st.composite
def series(draw: st.DrawFn, rota: Rota) -> list[PlannedSession]:
    """Three sessions, perhaps with a first that is done, a wash-out tie across the middle one, blocked
    days."""
    sessions = in_series(rota.demand, draw(st.lists(gaps, min_size=2, max_size=2)))
    sessions[0] = replace(sessions[0], ideal=FIRST + timedelta(days=draw(st.integers(0, 6))))
    if draw(st.booleans()):
        sessions[0] = PlannedSession(
            1, standing=Standing(local(draw(st.integers(-4, 3)), 9), {PRACTITIONER: ANNA})
        )
    if draw(st.integers(0, 3)) == 0:
        held = Standing(local(draw(st.integers(4, 14)), 15), {PRACTITIONER: BORIS})
        sessions.append(PlannedSession(4, ties=(Tie(2, *draw(gaps)),), standing=held))
    if draw(st.booleans()):
        least, ideal, most = draw(gaps)
        across = Tie(
            0, least + 2, draw(st.sampled_from([None, ideal + 3])), draw(st.sampled_from([None, most + 6]))
        )
        sessions[2] = replace(
            sessions[2], ties=draw(st.sampled_from([(across,), (across, *sessions[2].ties)]))
        )
    first = FIRST + timedelta(days=draw(st.integers(0, 12)))
    last = draw(st.sampled_from([None, first + timedelta(days=3)]))
    sessions[1] = replace(sessions[1], blocked=(BlockedDays(first, last),))
    return sessions


@settings(max_examples=50, deadline=None)
@given(data=st.data(), rota=rotas(13, chances=4), wish=wishes, weights=weightings)
def test_plan_costs_what_the_best_of_all_combinations_costs(
    data: st.DataObject, rota: Rota, wish: Wishes, weights: Weights
) -> None:
    sessions = data.draw(series(rota))
    plan = plan_series(sessions, rota.supply, wishes=wish, weights=weights)
    best = cheapest_of_all(sessions, rota.supply, wish, weights)
    if best is None:
        assert isinstance(plan, Unmet)
    else:
        assert isinstance(plan, SeriesPlan)
        assert plan.cost == best
        _is_what_it_says(plan, sessions)


def _is_what_it_says(plan: SeriesPlan, sessions: list[PlannedSession]) -> None:
    days = [planned.day.toordinal() for planned in plan.sessions]
    for index, (planned, session) in enumerate(zip(plan.sessions, sessions, strict=True)):
        assert ties_hold(sessions, index, days)
        assert planned.window.earliest <= planned.day
        assert planned.window.latest is None or planned.day <= planned.window.latest
        if session.demand is None:
            assert planned.slot is None
        else:
            assert planned.slot is not None
            assert planned.slot.assignment[PRACTITIONER] == planned.practitioner
            assert local_day(planned.slot.start, BERLIN) == planned.day
    assert plan.cost == sum(planned.cost for planned in plan.sessions)


@settings(max_examples=30, deadline=None)
@given(data=st.data(), rota=rotas(13, chances=4))
def test_unmet_session_is_the_first_that_no_combination_reaches(data: st.DataObject, rota: Rota) -> None:
    sessions = data.draw(series(rota))
    found = plan_series(sessions, rota.supply)
    if isinstance(found, Unmet):
        at = next(index for index, session in enumerate(sessions) if session.number == found.number)
        assert cheapest_of_all(sessions[: at + 1], rota.supply, Wishes(), Weights()) is None
        if at:
            assert found.before.cost == cheapest_of_all(sessions[:at], rota.supply, Wishes(), Weights())
        assert len(found.before.sessions) == at


@settings(max_examples=20, deadline=None)
@given(data=st.data(), rota=rotas(13, chances=4), wish=wishes)
def test_alternatives_are_the_cheapest_other_times_of_one_session(
    data: st.DataObject, rota: Rota, wish: Wishes
) -> None:
    sessions = data.draw(series(rota))
    planner = Planner(rota.supply, wishes=wish)
    plan = planner.plan(sessions)
    if isinstance(plan, Unmet):
        return
    others = planner.alternatives(sessions, plan, 2, limit=1000)
    assert [one.cost for one in others] == sorted(one.cost for one in others)
    for one in others:
        assert one.slot is not None
        assert one.cost >= 0
        days = [other.day.toordinal() for other in plan.sessions]
        days[1] = one.day.toordinal()
        assert all(ties_hold(sessions, at, days) for at in range(len(sessions)))


@st.composite
def combinations(draw: st.DrawFn, rota: Rota) -> list[PlannedSession]:
    """Four sessions of two treatments in any order: each bound to its own by steps, and by a wash-out to every
    one of the other before it."""
    kinds = [0, *draw(st.lists(st.integers(0, 1), min_size=3, max_size=3))]
    wash_outs = [draw(st.integers(1, 4)) for _ in range(2)]
    done = draw(st.integers(0, 2))
    sessions: list[PlannedSession] = []
    for index, kind in enumerate(kinds):
        others = [at for at in range(index) if kinds[at] != kind]
        boost = {at: draw(st.sampled_from([0, 0, 3])) for at in others}
        ties = [Tie(at, wash_outs[kind] + boost[at], reason="wash_out") for at in others]
        if same := [at for at in range(index) if kinds[at] == kind]:
            ties.append(Tie(same[-1], *draw(gaps)))
        standing = Standing(local(draw(st.integers(-4, 3)), 9), {PRACTITIONER: ANNA})
        is_done = index < done
        sessions.append(
            PlannedSession(
                index + 1,
                None if is_done else rota.demand,
                ties=tuple(draw(st.permutations(ties))),
                standing=standing if is_done else None,
            )
        )
    return sessions


@settings(max_examples=40, deadline=None)
@given(data=st.data(), rota=rotas(13, chances=4), wish=wishes)
def test_combination_plan_costs_what_the_best_of_all_combinations_costs(
    data: st.DataObject, rota: Rota, wish: Wishes
) -> None:
    sessions = data.draw(combinations(rota))
    plan = plan_series(sessions, rota.supply, wishes=wish)
    best = cheapest_of_all(sessions, rota.supply, wish, Weights())
    if best is None:
        assert isinstance(plan, Unmet)
    else:
        assert isinstance(plan, SeriesPlan)
        assert plan.cost == best
        _is_what_it_says(plan, sessions)


@pytest.mark.parametrize(
    ("second", "ties", "soonest"),
    [
        (None, (Tie(0, 6), Tie(1, 2)), 6),  # the one before last asks for more (a booster)
        (None, (Tie(0, 2), Tie(1, 2)), 3),  # the last says it all
        (-3, (Tie(0, 4), Tie(1, 4)), 4),  # what was performed in another order than numbered
    ],
)
def test_each_wash_out_of_a_combination_plan_counts(
    second: int | None, ties: tuple[Tie, ...], soonest: int
) -> None:
    rota = Rota(20, {ANNA: everyone(20)})
    sessions = [
        PlannedSession(1, standing=Standing(local(0, 9))),
        PlannedSession(2, rota.demand, ties=(Tie(0, 1, 1, 1),))
        if second is None
        else PlannedSession(2, standing=Standing(local(second, 9))),
        PlannedSession(3, rota.demand, ties=ties, ideal=FIRST),
    ]
    plan = plan_series(sessions, rota.supply)
    assert isinstance(plan, SeriesPlan)
    assert (plan.sessions[2].day - FIRST).days == soonest


def test_long_combination_plan_remembers_two_days_and_not_all_of_them() -> None:
    """What grows with every day remembered is the time that planning takes."""
    rota = Rota(200, {ANNA: everyone(200)})
    sessions = [PlannedSession(1, rota.demand, ideal=FIRST)]
    for index in range(1, 10):
        others = tuple(Tie(at, 14, reason="wash_out") for at in range(index) if (index - at) % 2)
        own = (Tie(index - 2, 28, 28, 42),) if index > 1 else ()
        sessions.append(PlannedSession(index + 1, rota.demand, ties=(*others, *own)))
    planner = Planner(rota.supply)
    layers = planner.layers(planner.candidates(sessions))
    assert max(len(kept) for kept in layers.kept) == 2
    plan = planner.plan(sessions)
    assert isinstance(plan, SeriesPlan)
    assert [(one.day - FIRST).days for one in plan.sessions] == [14 * index for index in range(10)]


def everyone(days: int, blocks: tuple[int, ...] = (0, 1, 2)) -> frozenset[tuple[int, int]]:
    return frozenset((day, block) for day in range(days) for block in blocks)


def test_unequal_steps_are_kept_in_one_call() -> None:
    rota = Rota(60, {ANNA: everyone(60)})
    weekly, fortnightly, monthly = (7, 7, 10), (14, 14, 17), (28, 28, 31)
    plan = plan_series(
        in_series(rota.demand, [weekly, weekly, fortnightly, monthly], ideal=FIRST), rota.supply
    )
    assert isinstance(plan, SeriesPlan)
    assert [(one.day - FIRST).days for one in plan.sessions] == [0, 7, 14, 28, 56]
    assert plan.cost == 0


def test_plan_is_not_greedy() -> None:
    """The ideal second day leads into a hole from which the third session cannot be met."""
    free = {0, 7, 8, 15}
    rota = Rota(16, {ANNA: frozenset((day, 0) for day in free)})
    plan = plan_series(in_series(rota.demand, [(6, 7, 9), (7, 7, 7)]), rota.supply)
    assert isinstance(plan, SeriesPlan)
    assert [(one.day - FIRST).days for one in plan.sessions] == [0, 8, 15]


def test_combination_plan_ties_a_needling_to_the_needling_before_the_mesotherapy() -> None:
    rota = Rota(90, {ANNA: everyone(90)})
    needling, mesotherapy = rota.demand, replace(rota.demand, step_minutes=15)
    sessions = [
        PlannedSession(1, needling, ideal=FIRST),
        PlannedSession(2, mesotherapy, ties=(Tie(0, 14, 14, reason="wash_out"),)),
        PlannedSession(3, needling, ties=(Tie(1, 14, reason="wash_out"), Tie(0, 28, 28, 42))),
        PlannedSession(4, mesotherapy, ties=(Tie(2, 14, reason="wash_out"), Tie(1, 28, 28, 42))),
    ]
    plan = plan_series(sessions, rota.supply)
    assert isinstance(plan, SeriesPlan)
    assert [(one.day - FIRST).days for one in plan.sessions] == [0, 14, 28, 42]


def test_performed_late_moves_the_windows_after_it() -> None:
    rota = Rota(60, {ANNA: everyone(60)})
    done = PlannedSession(1, standing=Standing(local(3, 9), {PRACTITIONER: ANNA}))
    second = PlannedSession(2, rota.demand, ties=(Tie(0, 28, 30, 42),))
    plan = plan_series([done, second], rota.supply)
    assert isinstance(plan, SeriesPlan)
    window = plan.sessions[1].window
    assert [(day - FIRST).days for day in (window.earliest, window.ideal, window.latest) if day] == [
        31,
        33,
        45,
    ]
    assert plan.sessions[1].day == FIRST + timedelta(days=33)


def test_session_that_may_not_move_holds_those_before_it() -> None:
    """The third is fixed on day 12: the second, free to be anywhere, keeps its distance from both sides."""
    rota = Rota(30, {ANNA: everyone(30)})
    first = PlannedSession(1, standing=Standing(local(0, 9), {PRACTITIONER: ANNA}))
    second = PlannedSession(2, rota.demand, ties=(Tie(0, 3, 9, 20),))
    third = PlannedSession(3, ties=(Tie(1, 5, 6, 7),), standing=Standing(local(12, 9), {PRACTITIONER: ANNA}))
    plan = plan_series([first, second, third], rota.supply)
    assert isinstance(plan, SeriesPlan)
    assert [(one.day - FIRST).days for one in plan.sessions] == [0, 7, 12]
    too_early = replace(third, standing=Standing(local(6, 9), {PRACTITIONER: ANNA}))
    found = plan_series([first, second, too_early], rota.supply)
    assert isinstance(found, Unmet)
    assert found.number == 3


def test_what_was_performed_is_not_judged_again() -> None:
    rota = Rota(30, {ANNA: everyone(30)})
    done = [PlannedSession(number, ties=ties, standing=Standing(local(day, 9))) for number, day, ties in PAST]
    plan = plan_series([*done, PlannedSession(3, rota.demand, ties=(Tie(1, 7, 7, 9),))], rota.supply)
    assert isinstance(plan, SeriesPlan)
    assert [one.cost for one in plan.sessions[:2]] == [0, 0]
    assert (plan.sessions[2].day - FIRST).days == 9


#: Two sessions performed a day apart although the protocol asks for a week.
PAST = [(1, 1, ()), (2, 2, (Tie(0, 7, 7, 9),))]


def test_starts_stay_near_the_time_of_day_before() -> None:
    rota = Rota(30, {ANNA: frozenset({(0, 1), (7, 0), (7, 1), (14, 0), (14, 1)})})
    plan = plan_series(in_series(rota.demand, [(7, 7, 7), (7, 7, 7)]), rota.supply)
    assert isinstance(plan, SeriesPlan)
    assert [local_time(one.slot.start, BERLIN).hour for one in plan.sessions if one.slot] == [11, 11, 11]


@pytest.mark.parametrize(
    ("second", "code", "possible_from", "reasons"),
    [
        ({"ties": (Tie(0, 9, 9, 8, "interval"),)}, UnmetCode.TIES_CONFLICT, None, ("interval",)),
        ({"ties": (Tie(0, 400, 400, 420),)}, UnmetCode.PAST_HORIZON, None, ()),
        (
            {
                "ties": (Tie(0, 7, 7, 9),),
                "blocked": (BlockedDays(FIRST, FIRST + timedelta(days=11), "isotretinoin"),),
            },
            UnmetCode.BLOCKED,
            12,
            ("isotretinoin",),
        ),
        ({"ties": (Tie(0, 3, 3, 4),)}, UnmetCode.NO_FREE_TIME, 6, ()),
    ],
)
def test_unmet_says_why_and_from_when(
    second: dict[str, object], code: UnmetCode, possible_from: int | None, reasons: tuple[str, ...]
) -> None:
    rota = Rota(20, {ANNA: everyone(20) - {(day, block) for day in (3, 4, 5) for block in range(4)}})
    done = PlannedSession(1, standing=Standing(local(0, 9), {PRACTITIONER: ANNA}))
    found = plan_series([done, PlannedSession(2, rota.demand, **second)], rota.supply)  # type: ignore[arg-type]
    assert isinstance(found, Unmet)
    assert (found.number, found.code, found.reasons) == (2, code, reasons)
    assert found.possible_from == (None if possible_from is None else FIRST + timedelta(days=possible_from))
    assert [one.number for one in found.before.sessions] == [1]


def test_first_session_that_cannot_be_met_has_nothing_before_it() -> None:
    rota = Rota(5, {ANNA: frozenset()})
    found = plan_series(in_series(rota.demand, [(1, 1, 1)]), rota.supply)
    assert isinstance(found, Unmet)
    assert (found.number, found.code, found.before.sessions) == (1, UnmetCode.NO_FREE_TIME, ())


def test_session_needs_a_demand_or_a_day() -> None:
    with pytest.raises(ValueError, match="neither a demand nor a day"):
        PlannedSession(1)
