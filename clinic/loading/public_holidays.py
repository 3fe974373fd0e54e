"""Public holidays of a country and its subdivision, offline, as local days and as closures in instants. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from clinic.timekeeping import day_bounds


@dataclass(frozen=True, kw_only=True)
class HolidayClosure:
    """A closed local day: `[starts_at, ends_at)` runs from local midnight to local midnight, in UTC."""

    day: date
    label: str
    starts_at: datetime
    ends_at: datetime


@lru_cache(maxsize=1)
def _supported() -> dict[str, list[str]]:
    return {country: list(parts) for country, parts in holidays.list_supported_countries().items()}


def knows_country(country: str) -> bool:
    """Whether the holidays of a country are known."""
    return country in _supported()


def subdivisions(country: str) -> list[str]:
    """The codes of its states or regions."""
    return _supported().get(country, [])


def knows_subdivision(country: str, subdivision: str) -> bool:
    """Whether that is one of them."""
    return subdivision in subdivisions(country)


def public_holidays(country: str, subdivision: str, years: Iterable[int], language: str) -> dict[date, str]:
    """The days with their names, in the language where the names are known in it, else in the country's own."""
    spoken = holidays.list_localized_countries().get(country, [])
    match = next(
        (code for code in spoken if code.replace("_", "-").casefold().startswith(language[:2])), None
    )
    found = holidays.country_holidays(
        country, subdiv=subdivision or None, years=sorted(set(years)), language=match
    )
    return {day: found[day] for day in sorted(found)}


def holiday_closures(
    *,
    country: str,
    subdivision: str,
    language: str,
    zone: ZoneInfo,
    years: Iterable[int],
    open_on: Iterable[str] = (),
) -> list[HolidayClosure]:
    """The days on which a location stays closed, without those that it works (`open_on`, by name)."""
    worked = {name.casefold() for name in open_on}
    days = public_holidays(country, subdivision, years, language)
    return [
        HolidayClosure(day=day, label=name[:120], starts_at=bounds.start, ends_at=bounds.end)
        for day, name in days.items()
        if name.casefold() not in worked
        for bounds in (day_bounds(day, zone),)
    ]
