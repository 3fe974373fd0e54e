"""Where cards stand: rows, lanes, what is free inside a card."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.boardgrid import MOST_LANES, Place, Scale, lanes, placed, uncovered

EIGHT = datetime(2026, 3, 30, 8, tzinfo=UTC)
SCALE = Scale(EIGHT, EIGHT + timedelta(hours=10))


def at(hour: int, minute: int = 0) -> int:
    """Seconds of a time on that day."""
    return int((EIGHT + timedelta(hours=hour - 8, minutes=minute)).timestamp())


@pytest.mark.parametrize(
    ("start", "end", "place"),
    [
        (at(8), at(8, 5), Place(1, 1)),
        (at(9), at(9, 40), Place(13, 8)),
        (at(9, 2), at(9, 3), Place(13, 1)),
        (at(7), at(8, 30), Place(1, 6)),
        (at(17, 30), at(19), Place(115, 6)),
        (at(7), at(8), None),
        (at(18), at(19), None),
    ],
)
def test_a_period_stands_in_its_rows_and_is_cut_at_the_edges(
    start: int, end: int, place: Place | None
) -> None:
    assert SCALE.place((start, end)) == place


def test_minutes_off_the_grid_take_every_row_they_touch() -> None:
    assert placed((at(9, 3), at(9, 12)), SCALE.seconds) == Place(13, 3)


def test_what_overlaps_stands_side_by_side_and_what_follows_has_the_whole_column() -> None:
    periods = [(at(9), at(10)), (at(9, 30), at(11)), (at(10), at(10, 30)), (at(11), at(12))]
    assert lanes(periods) == [(1, 2), (2, 2), (1, 2), (1, 1)]


def test_lanes_keep_the_order_in_which_they_were_asked() -> None:
    assert lanes([(at(9, 30), at(11)), (at(9), at(10))]) == [(2, 2), (1, 2)]


def test_more_than_fit_share_the_last_lane() -> None:
    found = lanes([(at(9), at(10) + n) for n in range(MOST_LANES + 2)])
    assert found[-2:] == [(MOST_LANES, MOST_LANES)] * 2


def test_uncovered_is_what_nothing_takes() -> None:
    taken = [(at(9, 10), at(9, 20)), (at(9, 30), at(10))]
    assert uncovered((at(9), at(10)), taken) == [(at(9), at(9, 10)), (at(9, 20), at(9, 30))]
    assert uncovered((at(9), at(10)), [(at(9), at(10))]) == []
