"""Due windows, the earliest day with its reasons, and what still fits."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treatments.spacing import (
    DEPTH_BANDS,
    CourseLimit,
    DepthCoupling,
    DueWindow,
    EarliestCode,
    EarliestReason,
    Step,
    due_window,
    earliest_next,
    fit_before,
    ideal_days,
    is_stale,
    spacing_reasons,
)

PERFORMED = date(2026, 3, 2)
MONTHLY = Step(28, 30, 42)
NEEDLING = DepthCoupling(DEPTH_BANDS)
MELASMA = DepthCoupling(DEPTH_BANDS, exempt_up_to_mm=Decimal("0.5"))
SCALP = DepthCoupling(DEPTH_BANDS, exempt_up_to_mm=Decimal("1.2"))


def after(days: int) -> date:
    return PERFORMED + timedelta(days=days)


def test_due_window_counts_from_the_anchor() -> None:
    assert due_window(PERFORMED, MONTHLY, stale_days=84) == DueWindow(
        after(28), after(30), after(42), after(85)
    )


def test_due_window_moves_with_a_late_performance() -> None:
    late = due_window(after(3), MONTHLY)
    assert (late.earliest, late.ideal, late.latest) == (after(31), after(33), after(45))


def test_due_window_never_begins_before_a_reason() -> None:
    healing = EarliestReason(EarliestCode.ADVERSE_REACTION, after(50))
    assert due_window(PERFORMED, MONTHLY, [healing]) == DueWindow(after(50), after(50), after(50))
    short = EarliestReason(EarliestCode.WASH_OUT, after(35))
    assert due_window(PERFORMED, MONTHLY, [short]) == DueWindow(after(35), after(35), after(42))


@pytest.mark.parametrize(
    ("depth", "needling", "melasma", "scalp"),
    [
        ("0.25", 14, 0, 0),
        ("0.5", 14, 0, 0),
        ("0.75", 21, 21, 0),
        ("1.25", 28, 28, 28),
        ("2.5", 42, 42, 42),
        ("3.5", 42, 42, 42),
    ],
)
def test_deeper_needling_waits_longer(depth: str, needling: int, melasma: int, scalp: int) -> None:
    found = [coupling.min_days(Decimal(depth)) for coupling in (NEEDLING, MELASMA, SCALP)]
    assert found == [needling, melasma, scalp]


def test_depth_says_nothing_without_needling() -> None:
    assert NEEDLING.min_days(None) == 0
    assert DepthCoupling().min_days(Decimal(2)) == 0


def test_larger_of_interval_and_depth_binds() -> None:
    reasons = spacing_reasons(PERFORMED, MONTHLY, depth_mm=Decimal("2.5"), coupling=NEEDLING)
    assert [(reason.code, reason.day) for reason in reasons] == [
        (EarliestCode.INTERVAL, after(28)),
        (EarliestCode.DEPTH, after(42)),
    ]
    binding = earliest_next(reasons)
    assert binding.facts == {"since": PERFORMED, "days": 42, "depth_mm": Decimal("2.5")}
    shallow = spacing_reasons(PERFORMED, MONTHLY, depth_mm=Decimal("0.5"), coupling=NEEDLING)
    assert [reason.code for reason in shallow] == [EarliestCode.INTERVAL]


def test_melasma_keeps_fourteen_days_only_when_shallow() -> None:
    fortnightly = Step(14, 28, 42)
    shallow = spacing_reasons(PERFORMED, fortnightly, depth_mm=Decimal("0.5"), coupling=MELASMA)
    deeper = spacing_reasons(PERFORMED, fortnightly, depth_mm=Decimal("1.0"), coupling=MELASMA)
    assert [earliest_next(found).day for found in (shallow, deeper)] == [after(14), after(21)]


def test_hard_limit_is_named_with_its_code() -> None:
    course = CourseLimit("LIM_DCA_COURSE", max_sessions=6, min_days=30)
    binding = earliest_next(spacing_reasons(PERFORMED, Step(28, 42, 56), limits=[course]))
    assert (binding.code, binding.day, binding.facts["limit"]) == (
        EarliestCode.LIMIT,
        after(30),
        "LIM_DCA_COURSE",
    )
    assert [course.sessions_left(done) for done in (4, 6, 9)] == [2, 0, 0]
    assert CourseLimit("LIM_PCDC_GAP", min_days=28).sessions_left(40) is None


def test_earliest_next_is_the_first_named_among_equals() -> None:
    reasons = [
        EarliestReason(EarliestCode.INTERVAL, after(5)),
        EarliestReason(EarliestCode.CONSENT, after(5)),
    ]
    assert earliest_next(reasons).code == EarliestCode.INTERVAL


def test_stale_begins_the_day_after_the_longest_gap() -> None:
    assert [is_stale(PERFORMED, after(days), 84) for days in (84, 85)] == [False, True]


def test_unequal_steps_make_unequal_days() -> None:
    weekly, fortnightly, monthly = Step(7, 7, 30), Step(7, 14, 30), Step(7, 28, 30)
    found = ideal_days(PERFORMED, [weekly, weekly, weekly, fortnightly, fortnightly, monthly])
    assert [(day - PERFORMED).days for day in found] == [0, 7, 14, 21, 35, 49, 77]


def test_four_left_nine_weeks_four_apart_only_three_fit() -> None:
    fit = fit_before(after(63), [MONTHLY] * 3, first_day=PERFORMED)
    assert (fit.left, fit.fit, fit.all_fit) == (4, 3, False)
    assert fit.earliest_days == (PERFORMED, after(28), after(56))
    assert fit.all_fit_by == after(84)
    assert fit_before(after(84), [MONTHLY] * 3, first_day=PERFORMED).all_fit


@settings(max_examples=50, deadline=None)
@given(
    steps=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 20), st.integers(0, 20)), max_size=6),
    room=st.integers(-5, 200),
)
def test_fit_counts_the_sessions_that_the_shortest_rhythm_reaches(
    steps: list[tuple[int, int, int]], room: int
) -> None:
    rhythm = [Step(least, least + ideal, least + ideal + more) for least, ideal, more in steps]
    fit = fit_before(after(room), rhythm, first_day=PERFORMED)
    reached = [sum(step.min_days for step in rhythm[:count]) for count in range(len(rhythm) + 1)]
    assert fit.fit == sum(days <= room for days in reached)
    assert fit.all_fit == (fit.all_fit_by <= after(room))
