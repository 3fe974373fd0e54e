"""Wall time and instants on ordinary days and on both clock-change nights of six zones."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic import timekeeping
from clinic.intervals import Interval, merge
from clinic.timekeeping import (
    WeeklyWindow,
    day_bounds,
    days_before,
    instant,
    is_quiet,
    local_day,
    local_time,
    next_allowed,
    offset_changes,
    weekly_windows,
)

BERLIN = ZoneInfo("Europe/Berlin")
#: Each zone with the local days of 2026 on which its clocks go forward and back.
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Sydney": (date(2026, 10, 4), date(2026, 4, 5)),
    "Australia/Lord_Howe": (date(2026, 10, 4), date(2026, 4, 5)),
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 29)),
    "America/Santiago": (date(2026, 9, 6), date(2026, 4, 4)),
}
zones = st.sampled_from(sorted(CHANGES)).map(ZoneInfo)
walls = st.integers(0, 24 * 12 - 1).map(lambda five: time(five // 12, five % 12 * 5))


@st.composite
def days_near_a_change(draw: st.DrawFn) -> tuple[ZoneInfo, date]:
    zone = draw(zones)
    change = draw(st.sampled_from(CHANGES[zone.key]))
    return zone, change + timedelta(days=draw(st.integers(-8, 8)))


def test_instant_shifts_a_skipped_wall_time_forward() -> None:
    assert instant(date(2026, 3, 29), time(2, 30), BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert local_time(instant(date(2026, 3, 29), time(2, 30), BERLIN), BERLIN) == time(3, 30)


def test_instant_takes_the_first_of_a_repeated_wall_time() -> None:
    assert instant(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(date(2026, 10, 25), time(2, 30, fold=1), BERLIN) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_instant_refuses_a_wall_time_with_a_zone() -> None:
    with pytest.raises(ValueError, match="no zone of its own"):
        instant(date(2026, 3, 29), time(2, 30, tzinfo=UTC), BERLIN)


def test_local_day_refuses_a_naive_datetime() -> None:
    with pytest.raises(ValueError, match="naive"):
        local_day(datetime(2026, 3, 29), BERLIN)  # noqa: DTZ001


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_days_on_which_clocks_change_are_shorter_and_longer(name: str) -> None:
    step = timedelta(minutes=30) if name == "Australia/Lord_Howe" else timedelta(hours=1)
    forward, back = CHANGES[name]
    assert day_bounds(forward, ZoneInfo(name)).duration == timedelta(days=1) - step
    assert day_bounds(back, ZoneInfo(name)).duration == timedelta(days=1) + step
    assert day_bounds(back + timedelta(days=3), ZoneInfo(name)).duration == timedelta(days=1)


def test_day_begins_at_one_where_midnight_is_skipped() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    assert local_time(day_bounds(date(2026, 4, 24), cairo).start, cairo) == time(1)


def test_the_day_before_at_ten_is_ten_on_the_wall_across_a_clock_change() -> None:
    appointment = instant(date(2026, 3, 29), time(15), BERLIN)
    assert days_before(appointment, 1, time(10), BERLIN) == datetime(2026, 3, 28, 9, tzinfo=UTC)
    assert appointment - days_before(appointment, 1, time(10), BERLIN) == timedelta(hours=28)


@settings(max_examples=120, deadline=None)
@given(place=days_near_a_change(), wall=walls)
def test_instant_and_wall_time_agree_whenever_the_wall_time_exists(
    place: tuple[ZoneInfo, date], wall: time
) -> None:
    zone, day = place
    moment = instant(day, wall, zone)
    showings = [
        second
        for second in (moment + timedelta(minutes=shift) for shift in range(-180, 181, 5))
        if (local_day(second, zone), local_time(second, zone)) == (day, wall)
    ]
    if showings:
        assert moment == min(showings)
    else:
        gap = day_bounds(day - timedelta(days=1), zone).duration + day_bounds(day, zone).duration
        shifted = datetime.combine(day, wall) + (timedelta(days=2) - gap)
        assert moment.astimezone(zone).replace(tzinfo=None) == shifted


@settings(max_examples=100, deadline=None)
@given(place=days_near_a_change(), offset=st.integers(0, 25 * 60))
def test_every_instant_lies_in_its_local_day(place: tuple[ZoneInfo, date], offset: int) -> None:
    zone, day = place
    moment = day_bounds(day, zone).start + timedelta(minutes=offset)
    assert day_bounds(local_day(moment, zone), zone).contains(moment)
    assert day_bounds(day, zone).end == day_bounds(day + timedelta(days=1), zone).start


def test_weekly_windows_keep_wall_time_across_the_clock_change() -> None:
    sundays = [WeeklyWindow(6, time(9), time(12))]
    assert weekly_windows(sundays, date(2026, 3, 22), date(2026, 3, 29), BERLIN) == [
        Interval(datetime(2026, 3, 22, 8, tzinfo=UTC), datetime(2026, 3, 22, 11, tzinfo=UTC)),
        Interval(datetime(2026, 3, 29, 7, tzinfo=UTC), datetime(2026, 3, 29, 10, tzinfo=UTC)),
    ]


def test_weekly_windows_run_past_midnight_and_over_the_long_night() -> None:
    saturday_night = [WeeklyWindow(5, time(22), time(6))]
    night = weekly_windows(saturday_night, date(2026, 10, 24), date(2026, 10, 25), BERLIN)
    assert [window.duration for window in night] == [timedelta(hours=9)]
    sunday_only = weekly_windows(saturday_night, date(2026, 10, 25), date(2026, 10, 25), BERLIN)
    assert [local_time(window.start, BERLIN) for window in sunday_only] == [time(0)]
    saturday_only = weekly_windows(saturday_night, date(2026, 10, 24), date(2026, 10, 24), BERLIN)
    assert [window.duration for window in saturday_only] == [timedelta(hours=2)]


def test_weekly_windows_respect_both_ends_of_their_validity() -> None:
    mondays = [WeeklyWindow(0, time(9), time(10), date(2026, 3, 9), date(2026, 3, 16))]
    days = [
        local_day(one.start, BERLIN)
        for one in weekly_windows(mondays, date(2026, 3, 1), date(2026, 3, 31), BERLIN)
    ]
    assert days == [date(2026, 3, 9), date(2026, 3, 16)]


def test_weekly_windows_swallowed_by_the_skipped_hour_vanish() -> None:
    assert (
        weekly_windows([WeeklyWindow(6, time(2, 30), time(3))], date(2026, 3, 29), date(2026, 3, 29), BERLIN)
        == []
    )


def test_weekly_windows_of_no_days_are_none() -> None:
    assert (
        weekly_windows([WeeklyWindow(6, time(9), time(10))], date(2026, 3, 2), date(2026, 3, 1), BERLIN) == []
    )


@settings(max_examples=80, deadline=None)
@given(
    place=days_near_a_change(),
    rules=st.lists(st.builds(WeeklyWindow, st.integers(0, 6), walls, walls), max_size=4),
    split=st.integers(0, 9),
)
def test_weekly_windows_of_two_stretches_make_those_of_the_whole(
    place: tuple[ZoneInfo, date], rules: list[WeeklyWindow], split: int
) -> None:
    zone, first = place
    last, middle = first + timedelta(days=9), first + timedelta(days=split)
    halves = weekly_windows(rules, first, middle, zone) + weekly_windows(
        rules, middle + timedelta(days=1), last, zone
    )
    whole = weekly_windows(rules, first, last, zone)
    assert merge(halves) == whole
    for window in whole:
        assert day_bounds(first, zone).start <= window.start < window.end <= day_bounds(last, zone).end


@settings(max_examples=100, deadline=None)
@given(place=days_near_a_change(), offset=st.integers(0, 25 * 60), quiet_from=walls, quiet_to=walls)
def test_next_allowed_is_never_quiet_never_earlier_and_stays_put(
    place: tuple[ZoneInfo, date], offset: int, quiet_from: time, quiet_to: time
) -> None:
    zone, day = place
    moment = day_bounds(day, zone).start + timedelta(minutes=offset)
    allowed = next_allowed(moment, quiet_from, quiet_to, zone)
    assert not is_quiet(allowed, quiet_from, quiet_to, zone)
    assert moment <= allowed <= moment + timedelta(days=1, hours=2)
    assert next_allowed(allowed, quiet_from, quiet_to, zone) == allowed
    if not is_quiet(moment, quiet_from, quiet_to, zone):
        assert allowed == moment


def test_next_allowed_waits_until_the_morning() -> None:
    late = instant(date(2026, 3, 28), time(23, 15), BERLIN)
    assert next_allowed(late, time(21), time(8), BERLIN) == datetime(2026, 3, 29, 6, tzinfo=UTC)
    noon = instant(date(2026, 3, 28), time(12), BERLIN)
    assert next_allowed(noon, time(21), time(8), BERLIN) == noon
    assert next_allowed(late, time(8), time(8), BERLIN) == late


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_offset_changes_names_both_nights_of_the_year(name: str) -> None:
    zone = ZoneInfo(name)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    changes = offset_changes(start, start + timedelta(days=365), zone)
    assert changes[0][0] == start
    assert {local_day(moment - timedelta(minutes=1), zone) for moment, _ in changes[1:]} | {
        local_day(moment, zone) for moment, _ in changes[1:]
    } >= set(CHANGES[name])
    for moment, offset in changes[1:]:
        assert moment.astimezone(zone).utcoffset() == offset
        assert (moment - timedelta(minutes=1)).astimezone(zone).utcoffset() != offset
    assert len(changes) == 3


def test_days_between_includes_both_ends() -> None:
    assert list(timekeeping.days_between(date(2026, 2, 27), date(2026, 3, 1))) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]
