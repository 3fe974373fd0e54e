"""When an appointment is spoken of: the location's reminders, the protocol's texts before a visit. Pure.

Reminders are wall-clock in the location's zone. What was due before the time was agreed is not sent late: reminders
fall away, texts that prepare the visit are merged into one message (catalogue 9.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from clinic.timekeeping import ONE_DAY, days_before, instant, local_day, local_time

#: A reminder that would follow the confirmation within this time is left out.
LEAST_GAP = timedelta(hours=2)
#: A reminder is of no use in the last minutes.
LAST_CALL = timedelta(minutes=30)


class Reminder(NamedTuple):
    """One reminder of a location's cadence, at an instant."""

    code: str
    at: datetime
    channel: str
    is_hours_before: bool


def reminders(
    rules: Iterable[Mapping[str, Any]], *, starts_at: datetime, agreed_at: datetime, zone: ZoneInfo
) -> list[Reminder]:
    """The reminders of a cadence that still make sense for a time agreed then."""
    found = [_reminder(rule, starts_at, zone) for rule in rules]
    return [one for one in found if one.at >= agreed_at + LEAST_GAP and one.at <= starts_at - LAST_CALL]


def _reminder(rule: Mapping[str, Any], starts_at: datetime, zone: ZoneInfo) -> Reminder:
    is_hours = "hours_before" in rule
    at = (
        starts_at - timedelta(hours=float(rule["hours_before"]))
        if is_hours
        else days_before(starts_at, int(rule["days_before"]), time.fromisoformat(rule["at"]), zone)
    )
    return Reminder(str(rule["code"]), at, str(rule.get("channel", "preferred")), is_hours)


def before_start(starts_at: datetime, zone: ZoneInfo) -> Callable[[int, int], datetime]:
    """Gives instants by (days, minutes): calendar days before, at the visit's wall time, then real minutes before.

    What is the same for all texts of a visit is found once.
    """
    on, wall = local_day(starts_at, zone), local_time(starts_at, zone)

    def before(days: int, minutes: int) -> datetime:
        day = instant(on - days * ONE_DAY, wall, zone) if days else starts_at
        return day - timedelta(minutes=minutes)

    return before
