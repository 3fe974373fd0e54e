"""Planning near the ideal days: fewer days to read, and never a plan that a wider look would have beaten
unnoticed."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.corridor import corridor, days_to_read, ideal_days, is_certain
from bookings.phases import PRACTITIONER
from bookings.planner import plan_series
from bookings.series import PlannedSession, SeriesPlan, Standing, Tie, Weights
from tests.bookings.pure.planning import BERLIN, FIRST, Rota, in_series, local
from tests.bookings.pure.test_planner import ANNA, everyone, rotas, series


@settings(max_examples=40, deadline=None)
@given(data=st.data(), rota=rotas(13, chances=4), slack=st.integers(0, 4))
def test_certain_plan_costs_what_the_best_of_all_days_costs(
    data: st.DataObject, rota: Rota, slack: int
) -> None:
    sessions = data.draw(series(rota))
    found = plan_series(corridor(sessions, slack, BERLIN), rota.supply)
    if is_certain(found, slack, Weights()):
        best = plan_series(sessions, rota.supply)
        assert isinstance(best, SeriesPlan)
        assert isinstance(found, SeriesPlan)
        assert found.cost == best.cost


def test_corridor_follows_the_ideal_rhythm_from_the_first_ideal_day() -> None:
    rota = Rota(60, {ANNA: everyone(60)})
    sessions = in_series(rota.demand, [(5, 7, 9), (10, 14, 20)], ideal=FIRST + timedelta(days=2))
    narrowed = corridor(sessions, 3, BERLIN)
    bounds = [
        ((one.earliest - FIRST).days, (one.latest - FIRST).days)
        for one in narrowed
        if one.earliest and one.latest
    ]
    assert bounds == [(-1, 5), (6, 12), (20, 26)]
    stretches = days_to_read(narrowed, FIRST, FIRST + timedelta(days=59))
    assert [((begin - FIRST).days, (end - FIRST).days) for begin, end in stretches] == [(0, 12), (20, 26)]
    plan = plan_series(narrowed, rota.supply)
    assert is_certain(plan, 3, Weights())


def test_corridor_is_anchored_on_what_was_done_and_keeps_own_limits() -> None:
    rota = Rota(60, {ANNA: everyone(60)})
    done = PlannedSession(1, standing=Standing(local(4, 9), {PRACTITIONER: ANNA}))
    second = PlannedSession(2, rota.demand, ties=(Tie(0, 5, 7, 9),), earliest=FIRST + timedelta(days=10))
    assert ideal_days([done, second], BERLIN) == [FIRST + timedelta(days=4), FIRST + timedelta(days=11)]
    assert corridor([done, second], 5, BERLIN) == [done, replace(second, latest=FIRST + timedelta(days=16))]


def test_session_without_any_ideal_is_left_as_it_is() -> None:
    rota = Rota(20, {ANNA: everyone(20)})
    free = PlannedSession(1, rota.demand)
    assert corridor([free], 3, BERLIN) == [free]
    assert days_to_read([free], FIRST, FIRST) == [(FIRST, FIRST)]
