"""Dates of birth as people and programs write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import Enum

_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}")
_TIME = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|\+00:00)?$")
#: Countries that write the month before the day.
MONTH_FIRST_COUNTRIES = frozenset({"US", "FM", "MH", "PW"})


class Order(Enum):
    """What the first number of `03/04/1980` is."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


class NotADate(ValueError):
    """The text is not a date of birth; the sentence says what to write."""


def order_of(cells: Iterable[str], country: str) -> Order:
    """How this column writes its slashed dates.

    A file is written by one program: when a single order fits every date of the column, that is the order; when both
    fit, or none does, the country's habit decides.
    """
    habit = Order.MONTH_FIRST if country in MONTH_FIRST_COUNTRIES else Order.DAY_FIRST
    pairs = [(int(match[1]), int(match[3])) for cell in cells if (match := _ambiguous(cell))]
    fits = {
        Order.DAY_FIRST: all(month <= 12 for _day, month in pairs),
        Order.MONTH_FIRST: all(month <= 12 for month, _day in pairs),
    }
    other = next(order for order in Order if order is not habit)
    return other if fits[other] and not fits[habit] else habit


def read_date(text: str, order: Order, today: date) -> date | None:
    """The day; None for an empty cell; `NotADate` with the cure for anything else."""
    words = _TIME.sub("", text.strip())
    if not words:
        return None
    found = _parts(words, order)
    if found is None:
        raise NotADate(_cure(words))
    try:
        day = date(*found)
    except ValueError:
        raise NotADate(f"{words!r} is not a day of the calendar.") from None
    if not date(1900, 1, 1) <= day <= today:
        when = "in the future" if day > today else "before 1900"
        raise NotADate(f"{words!r} cannot be a date of birth: it is {when}.")
    return day


def _ambiguous(cell: str) -> re.Match[str] | None:
    """A date with slashes or hyphens and the year last; with points the day is always first."""
    match = _YEAR_LAST.fullmatch(_TIME.sub("", cell.strip()))
    return match if match and match[2] != "." else None


def _parts(words: str, order: Order) -> tuple[int, int, int] | None:
    if match := _YEAR_FIRST.fullmatch(words) or _COMPACT.fullmatch(words):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _YEAR_LAST.fullmatch(words):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if match[2] != "." and order is Order.MONTH_FIRST:
            return year, first, second
        return year, second, first
    return None


def _cure(words: str) -> str:
    if _SHORT_YEAR.fullmatch(words):
        return f"{words!r} has a year of two digits; write all four."
    if re.fullmatch(r"\d{4,5}(\.\d+)?", words):
        return f"{words!r} is a spreadsheet's number for a day; format the column as a date and export again."
    return f"{words!r} is not a date; write it like 31.12.1980 or 1980-12-31."
