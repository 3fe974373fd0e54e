"""Wall time ↔ instant: the only place where a zone's rules are applied.

Rules (hours, reminders, quiet time) are wall-clock in the zone of the location; what is stored is in UTC.
On the night the clocks go forward, a wall time that never happens is shifted forward by the length of the gap
(02:30 becomes 03:30); on the night they go back, a wall time that happens twice means the first one.
Durations are never added to a local datetime: convert first, then add.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from clinic.intervals import Interval, in_utc, merge

ONE_DAY = timedelta(days=1)
MIDNIGHT = time(0)


class WeeklyRule(Protocol):
    """A window that opens every week on one weekday (Monday is 0), in wall time, on the days it is valid."""

    @property
    def weekday(self) -> int: ...
    @property
    def opens(self) -> time: ...
    @property
    def closes(self) -> time: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_until(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """A weekly rule as a plain value; closing at or before opening means the next day; both dates count."""

    weekday: int
    opens: time
    closes: time
    valid_from: date | None = None
    valid_until: date | None = None


def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """When a wall clock in the zone shows that time on that day, in UTC; ValueError for an aware `wall`."""
    if wall.tzinfo is not None:
        raise ValueError(f"a wall time carries no zone of its own: {wall!r}")
    return datetime.combine(day, wall.replace(fold=0), zone).astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day on a wall in the zone at that instant."""
    return in_utc(moment).astimezone(zone).date()


def local_time(moment: datetime, zone: ZoneInfo) -> time:
    """The wall time in the zone at that instant."""
    return in_utc(moment).astimezone(zone).time()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC; 01:00 where midnight is skipped (Cairo, Santiago)."""
    return instant(day, MIDNIGHT, zone)


def day_bounds(day: date, zone: ZoneInfo) -> Interval:
    """The instants of a local day: 23, 24 or 25 hours, half an hour off in Lord Howe.

    ValueError for a day that the zone left out altogether (Samoa, 30 December 2011).
    """
    return Interval(day_start(day, zone), day_start(day + ONE_DAY, zone))


def days_before(moment: datetime, days: int, wall: time, zone: ZoneInfo) -> datetime:
    """That many local days before an instant, at a wall time: "the day before at 10:00", in UTC."""
    return instant(local_day(moment, zone) - days * ONE_DAY, wall, zone)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last, both included."""
    return (first + days * ONE_DAY for days in range((last - first).days + 1))


def weekly_windows(
    rules: Iterable[WeeklyRule], first_day: date, last_day: date, zone: ZoneInfo
) -> list[Interval]:
    """The open stretches of the local days first to last (both included), merged and in order of time.

    A window past midnight belongs to the weekday on which it opens; one that opened the evening before the
    first day counts from the first midnight, and one that runs past the last day is cut there.
    A window in a skipped hour opens and closes later by that hour, or not at all when nothing is left.
    """
    if last_day < first_day:
        return []
    bounds = Interval(day_start(first_day, zone), day_start(last_day + ONE_DAY, zone))
    opened = list(_windows_opening(rules, first_day - ONE_DAY, last_day, zone))
    return merge(part for window in opened if (part := window.intersection(bounds)))


def _windows_opening(
    rules: Iterable[WeeklyRule], first_day: date, last_day: date, zone: ZoneInfo
) -> Iterator[Interval]:
    for rule in rules:
        for day in days_in_force(rule, first_day, last_day):
            opens, closes = window_on(day, rule.opens, rule.closes, zone)
            if opens < closes:
                yield Interval(opens, closes)


def days_in_force(rule: WeeklyRule, first_day: date, last_day: date) -> Iterator[date]:
    """The days from first to last (both included) on which a weekly rule opens its window."""
    first = max(first_day, rule.valid_from) if rule.valid_from else first_day
    last = min(last_day, rule.valid_until) if rule.valid_until else last_day
    first += ((rule.weekday - first.weekday()) % 7) * ONE_DAY
    while first <= last:
        yield first
        first += 7 * ONE_DAY


def window_on(day: date, opens: time, closes: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a window that begins on that day opens and closes; empty or reversed when a gap swallows it."""
    closing_day = day if opens < closes else day + ONE_DAY
    return instant(day, opens, zone), instant(closing_day, closes, zone)


def is_quiet(moment: datetime, quiet_from: time, quiet_to: time, zone: ZoneInfo) -> bool:
    """Whether a wall clock in the zone stands inside the quiet hours; equal times mean there are none."""
    return _is_within(local_time(moment, zone), quiet_from, quiet_to)


def _is_within(wall: time, first: time, end: time) -> bool:
    if first <= end:
        return first <= wall < end
    return wall >= first or wall < end


def next_allowed(moment: datetime, quiet_from: time, quiet_to: time, zone: ZoneInfo) -> datetime:
    """The instant, or the end of the quiet hours it lies in (21:00 to 08:00 runs over midnight), in UTC."""
    moment = in_utc(moment)
    while _is_within(moment.astimezone(zone).time(), quiet_from, quiet_to):
        moment = _next_showing(moment, quiet_to, zone)
    return moment


def _next_showing(moment: datetime, wall: time, zone: ZoneInfo) -> datetime:
    """The first instant after `moment` at which the wall clock shows that time, second showings included."""
    day = local_day(moment, zone)
    showings = (
        datetime.combine(day + days * ONE_DAY, wall.replace(fold=fold), zone).astimezone(UTC)
        for days in (0, 1)
        for fold in (0, 1)
    )
    return next(showing for showing in showings if showing > moment)


@lru_cache(maxsize=64)
def offset_changes(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[tuple[datetime, timedelta], ...]:
    """The zone's offset from `start`, and each later one before `end`, with the instant it begins."""
    changes = [(start, _offset(start, zone))]
    for day in range(1, (end - start).days + 2):
        after = min(start + day * ONE_DAY, end)
        if _offset(after, zone) != changes[-1][1] and (change := _change_between(after, zone)) < end:
            changes.append((change, _offset(change, zone)))
    return tuple(changes)


def _change_between(after: datetime, zone: ZoneInfo) -> datetime:
    """The minute in the day up to `after` at which the offset became what it is then, by halving."""
    new, unchanged, changed = _offset(after, zone), 24 * 60, 0
    while unchanged - changed > 1:
        middle = (unchanged + changed) // 2
        if _offset(after - timedelta(minutes=middle), zone) == new:
            changed = middle
        else:
            unchanged = middle
    return after - timedelta(minutes=changed)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    return offset if offset is not None else timedelta(0)
