"""Quiet hours, retries and the breaker: in six zones and on both clock-change nights."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.messaging.timing import breaker_pause, leaves_at, retry_delay
from clinic.timekeeping import instant, is_quiet, local_time

QUIET = (time(21), time(8))
#: Zone, the night its clocks go forward, the night they go back (the evening's date), with Lord Howe's half hour.
NIGHTS = [
    ("Europe/Berlin", (2026, 3, 28), (2026, 10, 24)),
    ("America/New_York", (2026, 3, 7), (2026, 10, 31)),
    ("America/Santiago", (2026, 9, 5), (2026, 4, 4)),
    ("Africa/Cairo", (2026, 4, 23), (2026, 10, 29)),
    ("Australia/Lord_Howe", (2026, 10, 3), (2026, 4, 4)),
    ("Asia/Kathmandu", (2026, 3, 28), (2026, 10, 24)),
]


def leaving(at: datetime, zone: ZoneInfo, *, useful: timedelta = timedelta(days=1), **more: bool) -> datetime:
    return leaves_at(at, at + useful, quiet=QUIET, zone=zone, now=at - timedelta(days=2), **more)


@pytest.mark.parametrize("which", [1, 2])
@pytest.mark.parametrize("night", NIGHTS, ids=lambda night: night[0])
def test_every_minute_of_a_clock_change_night_waits_for_eight_in_the_morning(
    night: tuple[str, tuple[int, int, int], tuple[int, int, int]], which: int
) -> None:
    zone = ZoneInfo(night[0])
    evening = datetime(*night[which], tzinfo=UTC).date()  # type: ignore[misc]
    begins, ends = instant(evening, time(21), zone), instant(evening + timedelta(days=1), time(8), zone)
    minute = begins
    while minute < ends:
        assert leaving(minute, zone) == ends
        minute += timedelta(minutes=7)
    assert local_time(ends, zone) == time(8)
    assert leaving(begins - timedelta(minutes=1), zone) == begins - timedelta(minutes=1)


@pytest.mark.parametrize("name", [night[0] for night in NIGHTS])
def test_what_would_come_too_late_goes_the_evening_before(name: str) -> None:
    zone = ZoneInfo(name)
    at = instant(datetime(2026, 6, 10, tzinfo=UTC).date(), time(6, 30), zone)
    earlier = leaving(at, zone, useful=timedelta(hours=1))
    assert (local_time(earlier, zone), earlier < at) == (time(20, 30), True)
    assert not is_quiet(earlier, *QUIET, zone)
    assert leaving(at, zone, useful=timedelta(hours=1), never_earlier=True) > at + timedelta(hours=1)


def test_the_evening_before_is_not_in_the_past() -> None:
    zone = ZoneInfo("Europe/Berlin")
    at = instant(datetime(2026, 6, 10, tzinfo=UTC).date(), time(6, 30), zone)
    now = at - timedelta(hours=1)
    found = leaves_at(at, at + timedelta(hours=1), quiet=QUIET, zone=zone, now=now)
    assert local_time(found, zone) == time(8)


def test_no_quiet_hours_change_nothing() -> None:
    at = datetime(2026, 6, 10, 1, 30, tzinfo=UTC)
    found = leaves_at(at, at + timedelta(hours=1), quiet=(time(8), time(8)), zone=ZoneInfo("UTC"), now=at)
    assert found == at


def test_retries_come_later_and_later_with_jitter_and_end() -> None:
    plain = [retry_delay(attempts, spread=0) for attempts in range(1, 7)]
    assert plain == [*(timedelta(seconds=s) for s in (30, 120, 480, 1800, 7200)), None]
    assert retry_delay(1, spread=1) == timedelta(seconds=36)


def test_the_breaker_opens_at_five_and_pauses_no_longer_than_five_minutes() -> None:
    pauses = [breaker_pause(failures) for failures in (4, 5, 6, 7, 8, 9, 50)]
    assert pauses == [None, *(timedelta(seconds=s) for s in (30, 60, 120, 240, 300, 300))]
