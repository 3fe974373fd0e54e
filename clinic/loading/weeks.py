"""Weekly hours as people write them: `mon-fri = "08:00-12:00, 13:00-18:00"`. Pure."""

from __future__ import annotations

import re
from datetime import time
from itertools import pairwise

from clinic.loading.findings import Finding
from clinic.loading.tables import Table
from clinic.timekeeping import WeeklyWindow

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WINDOW = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_MIDNIGHT = time(0)


def read_week(table: Table) -> tuple[WeeklyWindow, ...]:
    """The windows of a table of hours, by weekday and opening; wrong ones are left out with a finding."""
    windows: list[WeeklyWindow] = []
    for key in table.data:
        hours = table.text(str(key), required=True)
        if days := _days(table, str(key)):
            windows += [
                WeeklyWindow(day, opens, closes)
                for opens, closes in _windows(table, key, hours)
                for day in days
            ]
    found = sorted(windows, key=lambda window: (window.weekday, window.opens))
    _note_overlaps(table, found)
    return tuple(found)


def read_span(table: Table, key: str, default: tuple[time, time]) -> tuple[time, time]:
    """One stretch such as `quiet_hours = "21:00-08:00"`, over midnight where it must be."""
    words = table.text(key)
    if not words:
        return default
    match = _WINDOW.fullmatch(words)
    if match and (opens := _time(match[1], match[2])) and (closes := _time(match[3], match[4])):
        return opens, closes
    table.wrong(key, f"{words!r} is not a stretch of time; write it like 21:00-08:00.")
    return default


def outside(windows: tuple[WeeklyWindow, ...], opening: tuple[WeeklyWindow, ...]) -> list[WeeklyWindow]:
    """The windows that are not wholly inside one of the opening windows."""
    return [window for window in windows if not any(_covers(frame, window) for frame in opening)]


def in_words(window: WeeklyWindow) -> str:
    """`Monday 08:00–12:00`."""
    return f"{DAY_NAMES[window.weekday]} {window.opens:%H:%M}–{window.closes:%H:%M}"


def _covers(frame: WeeklyWindow, window: WeeklyWindow) -> bool:
    return (
        frame.weekday == window.weekday
        and frame.opens <= window.opens
        and _closing(window) <= _closing(frame)
    )


def _closing(window: WeeklyWindow) -> int:
    """Minutes after midnight; 00:00 is the end of the day."""
    return (window.closes.hour * 60 + window.closes.minute) or 24 * 60


def _days(table: Table, key: str) -> list[int]:
    """`mon`, `mon-fri`, `mon,wed`: weekdays as numbers, Monday is 0."""
    days: list[int] = []
    for part in key.casefold().replace(" ", "").split(","):
        first, _dash, last = part.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            table.wrong(key, f"{part!r} is not a weekday; write {', '.join(DAYS)}, or a span like mon-fri.")
            return []
        start, end = DAYS.index(first), DAYS.index(last or first)
        days += [day % 7 for day in range(start, (end if end >= start else end + 7) + 1)]
    return days


def _windows(table: Table, key: str, hours: str) -> list[tuple[time, time]]:
    found = []
    for part in (part.strip() for part in hours.split(",")) if hours else ():
        match = _WINDOW.fullmatch(part)
        opens, closes = (
            (_time(match[1], match[2]), _time(match[3], match[4], end=True)) if match else (None, None)
        )
        if opens is None or closes is None:
            table.wrong(key, f"{part!r} is not a stretch of time; write it like 08:00-12:00.")
        elif closes != _MIDNIGHT and closes <= opens:
            table.wrong(key, f"{part!r} ends before it begins.")
        else:
            found.append((opens, closes))
    return found


def _time(hour: str, minute: str, *, end: bool = False) -> time | None:
    """A wall time; 24:00 as an end is midnight."""
    if end and (hour, minute) == ("24", "00"):
        return _MIDNIGHT
    return time(int(hour), int(minute)) if int(hour) < 24 and int(minute) < 60 else None


def _note_overlaps(table: Table, windows: list[WeeklyWindow]) -> None:
    for earlier, later in pairwise(windows):
        if earlier.weekday == later.weekday and later.opens.hour * 60 + later.opens.minute < _closing(
            earlier
        ):
            table.findings.append(Finding(table.path, f"{in_words(earlier)} and {in_words(later)} overlap."))
