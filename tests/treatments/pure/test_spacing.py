"""Due windows, the earliest day with its reasons, and what still fits."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from treatments.spacing import (
    CourseLimit,
    DueWindow,
    EarliestCode,
    EarliestReason,
    Step,
    due_window,
    earliest_next,
    fit_before,
    is_stale,
    spacing_reasons,
)

PERFORMED = date(2026, 3, 2)
MONTHLY = Step(28, 30, 42)


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


def test_larger_of_interval_and_depth_binds() -> None:
    reasons = spacing_reasons(PERFORMED, MONTHLY, by_depth=42, depth_mm=Decimal("2.5"))
    assert [(reason.code, reason.day) for reason in reasons] == [
        (EarliestCode.INTERVAL, after(28)),
        (EarliestCode.DEPTH, after(42)),
    ]
    binding = earliest_next(reasons)
    assert binding.facts == {"since": PERFORMED, "days": 42, "depth_mm": Decimal("2.5")}
    shallow = spacing_reasons(PERFORMED, MONTHLY, by_depth=14, depth_mm=Decimal("0.5"))
    assert [reason.code for reason in shallow] == [EarliestCode.INTERVAL]


def test_hard_limit_is_named_with_its_code() -> None:
    course = CourseLimit("LIM_DCA_COURSE", min_days=30)
    binding = earliest_next(spacing_reasons(PERFORMED, Step(28, 42, 56), limits=[course]))
    assert (binding.code, binding.day, binding.facts["limit"]) == (
        EarliestCode.LIMIT,
        after(30),
        "LIM_DCA_COURSE",
    )


def test_earliest_next_is_the_first_named_among_equals() -> None:
    reasons = [
        EarliestReason(EarliestCode.INTERVAL, after(5)),
        EarliestReason(EarliestCode.CONSENT, after(5)),
    ]
    assert earliest_next(reasons).code == EarliestCode.INTERVAL


def test_stale_begins_the_day_after_the_longest_gap() -> None:
    assert [is_stale(PERFORMED, after(days), 84) for days in (84, 85)] == [False, True]


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
