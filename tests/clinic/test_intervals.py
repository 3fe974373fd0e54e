"""Half-open intervals: what overlaps, what touches, what is left over."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.intervals import Interval, gaps, in_utc, intersect, merge, subtract

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


def span(start: int, end: int) -> Interval:
    return Interval(at(start), at(end))


spans = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: span(pair[0], pair[0] + pair[1]))
groups = st.lists(spans, max_size=6)


def minutes_of(*intervals: Interval) -> set[int]:
    """The oracle: every minute that some interval covers."""
    return {minute for minute in range(-5, 100) if any(one.contains(at(minute)) for one in intervals)}


def test_interval_refuses_naive_datetimes() -> None:
    with pytest.raises(ValueError, match="naive"):
        Interval(datetime(2026, 3, 2, 9), at(5))  # noqa: DTZ001
    with pytest.raises(ValueError, match="naive"):
        span(0, 5).contains(datetime(2026, 3, 2, 9))  # noqa: DTZ001


@pytest.mark.parametrize("end", [0, -5])
def test_interval_refuses_to_be_empty_or_reversed(end: int) -> None:
    with pytest.raises(ValueError, match="end after it starts"):
        span(0, end)


def test_interval_keeps_its_instants_in_utc() -> None:
    plus_two = timezone(timedelta(hours=2))
    interval = Interval(datetime(2026, 3, 2, 11, tzinfo=plus_two), datetime(2026, 3, 2, 12, tzinfo=plus_two))
    assert interval == span(0, 60)
    assert interval.start.tzinfo is UTC
    assert interval.duration == timedelta(hours=1)
    assert str(interval) == "[2026-03-02T09:00:00+00:00, 2026-03-02T10:00:00+00:00)"


def test_intervals_that_touch_do_not_overlap() -> None:
    assert not span(0, 30).overlaps(span(30, 60))
    assert span(0, 30).touches(span(30, 60))
    assert span(0, 31).overlaps(span(30, 60))


def test_interval_holds_its_start_and_not_its_end() -> None:
    assert span(0, 30).contains(at(0))
    assert not span(0, 30).contains(at(30))
    assert span(0, 30).contains(span(10, 30))
    assert not span(0, 30).contains(span(10, 31))


def test_union_of_separate_intervals_is_refused() -> None:
    assert span(0, 30).union(span(30, 60)) == span(0, 60)
    with pytest.raises(ValueError, match="a gap lies between"):
        span(0, 30).union(span(31, 60))


def test_gaps_are_what_no_busy_interval_covers() -> None:
    assert gaps(span(0, 60), [span(10, 20), span(15, 30), span(50, 90)]) == [span(0, 10), span(30, 50)]
    assert gaps(span(0, 60), []) == [span(0, 60)]
    assert span(0, 60).subtract(span(-10, 70)) == []


def test_in_utc_refuses_a_naive_datetime() -> None:
    with pytest.raises(ValueError, match="naive"):
        in_utc(datetime(2026, 3, 2))  # noqa: DTZ001


@settings(max_examples=60, deadline=None)
@given(ours=groups, theirs=groups)
def test_algebra_agrees_with_sets_of_minutes(ours: list[Interval], theirs: list[Interval]) -> None:
    assert minutes_of(*merge(ours)) == minutes_of(*ours)
    assert minutes_of(*subtract(ours, theirs)) == minutes_of(*ours) - minutes_of(*theirs)
    assert minutes_of(*intersect(ours, theirs)) == minutes_of(*ours) & minutes_of(*theirs)
    for result in (merge(ours), subtract(ours, theirs), intersect(ours, theirs)):
        assert all(before.end < after.start for before, after in pairwise(result))


@settings(max_examples=60, deadline=None)
@given(one=spans, other=spans)
def test_intersection_agrees_with_overlaps(one: Interval, other: Interval) -> None:
    shared = one.intersection(other)
    assert (shared is not None) == one.overlaps(other) == other.overlaps(one)
    assert minutes_of(*([shared] if shared else [])) == minutes_of(one) & minutes_of(other)
