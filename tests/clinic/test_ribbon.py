"""The ribbon, its axis and the recovery curve: values in, geometry out."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.axis import LEFT, RIGHT, ROOM_FOR_LABEL, axis_for, gaps, label_rows, months
from clinic.curve import Curve, CurvePoint, curve_drawing
from clinic.ribbon import (
    CARD_LIMIT,
    Band,
    BarPart,
    Mark,
    Ribbon,
    RibbonSession,
    card_ribbon,
    counted,
    full_ribbon,
    mark_of,
    marks_of,
)

TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)


def series(*sessions: RibbonSession) -> Ribbon:
    return Ribbon(sessions=sessions, today=TODAY, title="Microneedling")


def monthly(count: int) -> Ribbon:
    first = date(2026, 9, 1)
    sessions = [
        RibbonSession(
            number=n + 1, booked_on=first + timedelta(days=28 * n), ideal=first + timedelta(days=28 * n)
        )
        for n in range(count)
    ]
    return series(*sessions)


@pytest.mark.parametrize(
    ("facts", "mark"),
    [
        ({}, Mark.OPEN),
        ({"latest": TODAY}, Mark.OPEN),
        ({"latest": TODAY - DAY}, Mark.OVERDUE),
        ({"latest": TODAY - DAY, "booked_on": TODAY + DAY}, Mark.BOOKED),
        ({"booked_on": TODAY - DAY, "status": "not-done"}, Mark.MISSED),
        ({"booked_on": TODAY - DAY, "status": "noshow"}, Mark.MISSED),
        ({"latest": TODAY - DAY, "status": "on-hold"}, Mark.ON_HOLD),
        ({"status": "stopped"}, Mark.STOPPED),
        # What was done was done, whatever the status says afterwards.
        ({"performed_on": TODAY, "status": "on-hold"}, Mark.PERFORMED),
    ],
)
def test_mark_follows_from_the_facts(facts: dict[str, date | str], mark: Mark) -> None:
    assert mark_of(RibbonSession(number=1, **facts), TODAY) == mark  # type: ignore[arg-type]


def test_a_day_that_is_only_proposed_is_drawn_as_such() -> None:
    sessions = [RibbonSession(number=n, booked_on=TODAY + n * DAY) for n in (1, 2)]
    ribbon = Ribbon(sessions=sessions, today=TODAY, proposed=frozenset({2}))
    assert marks_of(ribbon) == (Mark.BOOKED, Mark.PROPOSED)
    assert [mark.mark for mark in full_ribbon(ribbon).marks] == [Mark.BOOKED, Mark.PROPOSED]


def test_drift_counts_days_after_the_ideal_day() -> None:
    late = RibbonSession(number=2, ideal=TODAY, performed_on=TODAY + 3 * DAY)
    early = RibbonSession(number=2, ideal=TODAY, booked_on=TODAY - DAY)
    assert (late.drift, early.drift, RibbonSession(number=2, ideal=TODAY).drift) == (3, -1, None)


def test_a_session_outside_its_window_is_told_from_one_inside() -> None:
    def booked(day: date | None) -> RibbonSession:
        return RibbonSession(number=2, earliest=TODAY, latest=TODAY + 14 * DAY, booked_on=day)

    days = [TODAY - DAY, TODAY, TODAY + 14 * DAY, TODAY + 15 * DAY]
    assert [booked(day).is_outside_window for day in days] == [
        True,
        False,
        False,
        True,
    ]
    assert not booked(None).is_outside_window


def test_equal_gaps_are_drawn_to_scale() -> None:
    drawing = full_ribbon(monthly(5))
    assert [mark.x for mark in drawing.marks] == [4.0, 27.0, 50.0, 73.0, 96.0]
    assert [mark.gap for mark in drawing.marks] == [None, 28, 28, 28, 28]
    assert drawing.marks[1].gap_x == 15.5


def test_unequal_gaps_leave_room_for_every_label() -> None:
    first = date(2026, 9, 1)
    days = [first + timedelta(days=n) for n in (0, 7, 14, 21, 35, 49, 140)]
    xs = [axis_for(days).at(day) for day in days]
    assert all(after - before >= ROOM_FOR_LABEL for before, after in pairwise(xs))
    # The longest wait is still the longest line.
    assert max(after - before for before, after in pairwise(xs)) == xs[-1] - xs[-2]


def test_the_window_is_a_band_around_its_ideal_day() -> None:
    session = RibbonSession(
        number=2,
        earliest=date(2026, 10, 1),
        ideal=date(2026, 10, 8),
        latest=date(2026, 10, 29),
        status="preparation",
    )
    drawing = full_ribbon(series(RibbonSession(number=1, performed_on=date(2026, 9, 1)), session))
    second = drawing.marks[1]
    assert second.band == Band(51.59, 44.41)
    assert second.x == second.ideal_x == 62.69
    assert not second.has_drift


def test_today_stands_on_the_axis_only_within_the_series() -> None:
    past = series(
        RibbonSession(number=1, performed_on=date(2026, 1, 5)),
        RibbonSession(number=2, performed_on=date(2026, 2, 5)),
    )
    assert full_ribbon(past).today_x is None
    around = series(
        RibbonSession(number=1, performed_on=TODAY - 10 * DAY),
        RibbonSession(number=2, booked_on=TODAY + 10 * DAY),
    )
    assert full_ribbon(around).today_x == 50.0


def test_a_session_without_any_date_follows_the_one_before() -> None:
    drawing = full_ribbon(series(RibbonSession(number=1, performed_on=TODAY), RibbonSession(number=2)))
    assert [mark.mark for mark in drawing.marks] == [Mark.PERFORMED, Mark.OPEN]
    assert drawing.marks[1].gap == 28


def test_an_empty_series_draws_nothing() -> None:
    assert full_ribbon(series()).marks == ()
    assert card_ribbon(()).total == 0


def test_one_session_alone_is_drawn() -> None:
    assert [mark.x for mark in full_ribbon(series(RibbonSession(number=1, booked_on=TODAY))).marks] == [LEFT]


def test_a_second_row_of_labels_makes_the_drawing_taller() -> None:
    assert full_ribbon(monthly(5)).height < full_ribbon(monthly(12)).height


def test_card_has_dots_up_to_eight_sessions_and_a_bar_beyond() -> None:
    assert len(card_ribbon(marks_of(monthly(CARD_LIMIT))).dots) == CARD_LIMIT
    assert card_ribbon(marks_of(monthly(CARD_LIMIT))).bar == ()
    done = [RibbonSession(number=n, performed_on=TODAY - timedelta(days=20 - n)) for n in range(1, 8)]
    rest = [RibbonSession(number=8, booked_on=TODAY + DAY), RibbonSession(number=9), RibbonSession(number=10)]
    card = card_ribbon(marks_of(series(*done, *rest)))
    assert card.dots == ()
    assert card.bar == (
        BarPart(Mark.PERFORMED, 0.0, 70.0),
        BarPart(Mark.BOOKED, 70.0, 10.0),
        BarPart(Mark.OPEN, 80.0, 20.0),
    )
    assert (card.performed, card.total) == (7, 10)


def test_counted_speaks_in_the_order_of_care() -> None:
    ribbon = series(
        RibbonSession(number=1, performed_on=TODAY),
        RibbonSession(number=2, booked_on=TODAY),
        RibbonSession(number=3),
    )
    assert counted(marks_of(ribbon)) == [(Mark.PERFORMED, 1), (Mark.BOOKED, 1), (Mark.OPEN, 1)]


def test_labels_go_to_a_second_row_and_then_nowhere() -> None:
    assert label_rows([4, 20, 36]) == [0, 0, 0]
    assert label_rows([4, 10, 16, 22]) == [0, 1, 0, 1]
    assert label_rows([4, 6, 8]) == [0, 1, None]


def test_gaps_are_not_written_in_a_crowd() -> None:
    assert gaps([TODAY, TODAY + DAY, TODAY + 8 * DAY], [4.0, 8.0, 30.0]) == [
        (None, None),
        (None, None),
        (7, 19.0),
    ]


def test_months_are_named_by_their_first_day_and_not_when_too_many() -> None:
    assert months(date(2026, 11, 15), date(2027, 1, 1)) == [date(2026, 12, 1), date(2027, 1, 1)]
    assert months(date(2026, 1, 1), date(2027, 6, 1)) == []


@settings(max_examples=60)
@given(st.lists(st.dates(date(2026, 1, 1), date(2028, 12, 31)), min_size=1, max_size=14))
def test_axis_keeps_the_order_and_stays_inside(days: list[date]) -> None:
    axis = axis_for(days)
    xs = [axis.at(day) for day in sorted(days)]
    assert xs == sorted(xs)
    assert all(LEFT <= x <= RIGHT for x in xs)


CURVE = Curve(
    title="Redness",
    envelope=[(0, 10), (10, 0)],
    points=[
        CurvePoint(day=1, score=5, expected=9),
        CurvePoint(day=5, score=None),
        CurvePoint(day=10, score=4, flag="red"),
    ],
)


def test_curve_draws_the_band_down_to_the_base_line() -> None:
    assert curve_drawing(CURVE).band == "0,0 100,100 100,100 0,100"


def test_curve_joins_answers_and_leaves_out_silence() -> None:
    assert curve_drawing(CURVE).line == "10,50 100,60"


def test_curve_puts_silence_on_the_base_line() -> None:
    placed = curve_drawing(CURVE).points
    assert [(point.x, point.y) for point in placed] == [(15.0, 70.0), (51.0, 130.0), (96.0, 82.0)]


def test_curve_names_at_most_nine_days() -> None:
    assert [day for _, day in curve_drawing(CURVE).ticks] == [0, 2, 4, 6, 8, 10]
    year = Curve(title="Firmness", envelope=[], points=[CurvePoint(day=360, score=1)])
    assert [day for _, day in curve_drawing(year).ticks] == [0, 56, 112, 168, 224, 280, 336]


def test_curve_without_anything_is_an_empty_plot() -> None:
    drawing = curve_drawing(Curve(title="Pain", envelope=[], points=[]))
    assert (drawing.band, drawing.line, drawing.points) == ("", "", ())
