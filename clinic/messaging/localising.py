"""Instants and days as words, in a language and a zone. Times always carry the weekday. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import dateformat, translation

from clinic.messaging.variables import FROM_INSTANTS

#: (day, day with year) per language, in Django's date format.
_DAYS = {
    "en": ("l j F", "l j F Y"),
    "de": ("l, j. F", "l, j. F Y"),
    "es": (r"l j \d\e F", r"l j \d\e F \d\e Y"),
    "fr": ("l j F", "l j F Y"),
    "tr": ("j F l", "j F Y l"),
    "zh-hans": ("n月j日l", "Y年n月j日l"),
}


def in_words(values: Mapping[str, Any], *, language: str, zone: ZoneInfo) -> dict[str, str]:
    """The texts' variables from a context: instants and days become words, the rest stays as it is."""
    words = {
        name: value.strip()
        for name, value in values.items()
        if isinstance(value, str) and name not in FROM_INSTANTS
    }
    instants = FROM_INSTANTS.keys() & values.keys()
    if instants:
        with translation.override(language):
            for name in instants:
                words |= _instant_words(name, values[name], language, zone)
    return words


def _instant_words(name: str, value: date | datetime | None, language: str, zone: ZoneInfo) -> dict[str, str]:
    if value is None:
        return {}
    spelled = _spelled(value, language, zone)
    return {target: spelled[part] for part, target in FROM_INSTANTS[name].items()}


def _spelled(value: date | datetime, language: str, zone: ZoneInfo) -> dict[str, str]:
    day_format, full_format = _DAYS.get(language, _DAYS["en"])
    local = value.astimezone(zone) if isinstance(value, datetime) else value
    day, full = dateformat.format(local, day_format), dateformat.format(local, full_format)
    if not isinstance(local, datetime):
        return {"day": day}
    time = f"{local:%H:%M}"
    return {
        "day": day,
        "time": time,
        "when_short": f"{day}, {time}",
        "when": f"{full}, {time} ({_zone_name(local)})",
    }


def _zone_name(local: datetime) -> str:
    """CET, or UTC-3 where the zone has no letters."""
    name = local.tzname() or ""
    if name.isalpha():
        return name
    offset = local.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
