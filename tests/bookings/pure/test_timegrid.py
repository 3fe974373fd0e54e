"""The grid of five-minute cells, and masks from claims and hours, against minute-by-minute counting."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.masks import busy_masks, open_mask
from bookings.timegrid import CELL, Grid, aligned, day_cells, first_cell, full_runs, runs, set_cells
from clinic.intervals import Interval
from clinic.timekeeping import WeeklyWindow, local_time, weekly_windows

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = Grid(MONDAY, 12)
#: The first of three local days around a clock change, in six zones, forward and back.
NIGHTS = [
    ("Europe/Berlin", date(2026, 3, 28)),
    ("Europe/Berlin", date(2026, 10, 24)),
    ("America/New_York", date(2026, 3, 7)),
    ("America/New_York", date(2026, 10, 31)),
    ("Australia/Sydney", date(2026, 10, 3)),
    ("Australia/Sydney", date(2026, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Africa/Cairo", date(2026, 4, 23)),
    ("Africa/Cairo", date(2026, 10, 28)),
    ("America/Santiago", date(2026, 9, 5)),
    ("America/Santiago", date(2026, 4, 3)),
]
masks = st.integers(0, (1 << 40) - 1)


def minutes(count: int) -> datetime:
    return MONDAY + timedelta(minutes=count)


def test_grid_refuses_naive_odd_and_empty_beginnings() -> None:
    with pytest.raises(ValueError, match="naive"):
        Grid(datetime(2026, 3, 2), 5)  # noqa: DTZ001
    with pytest.raises(ValueError, match="five-minute mark"):
        Grid(minutes(3), 5)
    with pytest.raises(ValueError, match="at least one cell"):
        Grid(MONDAY, 0)


def test_grid_of_days_is_shorter_in_spring() -> None:
    assert Grid.of_days(date(2026, 3, 28), 2, BERLIN).size == 288 + 276
    assert Grid.of_days(date(2026, 3, 28), 2, BERLIN).end == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert day_cells(Grid.of_days(date(2026, 3, 28), 2, BERLIN), date(2026, 3, 29), BERLIN) == (
        288,
        288 + 276,
    )


def test_busy_time_is_rounded_outwards_and_free_time_inwards() -> None:
    odd = [Interval(minutes(7), minutes(21))]
    assert list(set_cells(HOUR.touched(odd))) == [1, 2, 3, 4]
    assert list(set_cells(HOUR.covered(odd))) == [2, 3]
    assert HOUR.covered([Interval(minutes(6), minutes(9))]) == 0


def test_grid_cuts_what_lies_outside() -> None:
    assert (
        HOUR.touched([Interval(minutes(-30), minutes(5)), Interval(minutes(55), minutes(90))]) == 1 | 1 << 11
    )
    assert HOUR.touched([Interval(minutes(90), minutes(95)), Interval(minutes(-90), minutes(-5))]) == 0


def test_cell_knows_its_beginning() -> None:
    assert (HOUR.cell(minutes(9)), HOUR.cell_from(minutes(9)), HOUR.cell_from(minutes(10))) == (1, 2, 2)
    assert HOUR.begins_cell(minutes(10))
    assert not HOUR.begins_cell(minutes(11))
    assert HOUR.instant(3) == minutes(15)


@settings(max_examples=80, deadline=None)
@given(mask=masks, cells=st.integers(1, 12))
def test_full_runs_agree_with_looking_at_every_cell(mask: int, cells: int) -> None:
    expected = [at for at in range(40) if all(mask >> (at + step) & 1 for step in range(cells))]
    assert list(set_cells(full_runs(mask, cells))) == expected


@settings(max_examples=80, deadline=None)
@given(mask=masks)
def test_runs_and_intervals_give_the_mask_back(mask: int) -> None:
    grid = Grid(MONDAY, 40)
    assert grid.covered(grid.intervals(mask)) == mask
    assert sum(end - first for first, end in runs(mask)) == mask.bit_count()
    assert first_cell(mask) == next(iter(set_cells(mask)), None)


claims_of_one = st.lists(st.tuples(st.integers(-40, 300), st.integers(1, 90)), max_size=12)


@settings(max_examples=150, deadline=None)
@given(claims=st.dictionaries(st.integers(1, 3), claims_of_one, max_size=3), disjoint=st.booleans())
def test_busy_masks_agree_with_touching_one_by_one(
    claims: dict[int, list[tuple[int, int]]], disjoint: bool
) -> None:
    grid, epoch = Grid(MONDAY, 48), int(MONDAY.timestamp())
    rows, expected = [], {}
    for resource, spans in claims.items():
        until, kept = -100, []
        for start, length in sorted(spans):
            if not disjoint or start >= until:
                kept.append((start, start + length))
                until = start + length
        rows += [(resource, epoch + start * 60, epoch + end * 60) for start, end in kept]
        expected[resource] = grid.touched(Interval(minutes(start), minutes(end)) for start, end in kept)
    found = busy_masks(grid, rows[::-1])
    assert {resource: found.get(resource, 0) for resource in expected} == expected


walls = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
weekly = st.tuples(st.integers(0, 6), walls, walls, st.integers(-9, 9), st.integers(-2, 15))


@settings(max_examples=120, deadline=None)
@given(
    night=st.sampled_from(NIGHTS),
    rules=st.lists(weekly, max_size=4),
    shift=st.integers(0, 40),
)
def test_open_mask_agrees_with_covering_weekly_windows(
    night: tuple[str, date], rules: list[tuple[int, time, time, int, int]], shift: int
) -> None:
    zone, first = ZoneInfo(night[0]), night[1] - timedelta(days=2)
    grid = Grid(Grid.of_days(first, 8, zone).start + shift * CELL, 7 * 288)
    windows = [
        WeeklyWindow(weekday, opens, closes, first + timedelta(days=valid), first + timedelta(days=until))
        for weekday, opens, closes, valid, until in rules
    ]
    one_by_one = 0
    for window in windows:
        one_by_one |= grid.covered(weekly_windows([window], first, first + timedelta(days=9), zone))
    assert open_mask(grid, windows, zone) == one_by_one


@pytest.mark.parametrize("night", NIGHTS, ids=lambda night: f"{night[0]}-{night[1]}")
@pytest.mark.parametrize("step", [5, 10, 15, 30, 60])
def test_aligned_starts_fall_on_local_wall_minutes(night: tuple[str, date], step: int) -> None:
    zone = ZoneInfo(night[0])
    grid = Grid.of_days(night[1], 3, zone)
    expected = [
        cell for cell in range(grid.size) if local_time(grid.start + cell * CELL, zone).minute % step == 0
    ]
    assert list(set_cells(aligned(grid, step, zone))) == expected


@pytest.mark.parametrize("step", [0, 7, 25])
def test_aligned_refuses_steps_that_do_not_divide_the_hour(step: int) -> None:
    with pytest.raises(ValueError, match="aligned to"):
        aligned(HOUR, step, BERLIN)


def test_aligned_follows_zones_off_the_full_hour() -> None:
    kathmandu = ZoneInfo("Asia/Kathmandu")
    assert list(set_cells(aligned(HOUR, 30, kathmandu))) == [3, 9]
