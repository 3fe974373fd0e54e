"""Reads `[[locations]]` with their rooms, hours and settings."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from datetime import time
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from clinic.loading.document import LocationEntry, RoomEntry
from clinic.loading.public_holidays import knows_country, knows_subdivision, subdivisions
from clinic.loading.tables import Table, nearest
from clinic.loading.weeks import read_span, read_week
from clinic.models.settings import default_reminders
from clinic.words import RoomKind

_QUIET = (time(21), time(8))
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NUMBERS = {  # key: (default, least, most); the same limits as the model's constraints
    "hold_minutes": (10, 1, 60),
    "notice_minutes": (0, 0, 60 * 24 * 30),
    "horizon_days": (365, 1, 730),
    "undo_seconds": (10, 0, 60),
    "idle_minutes": (None, 1, 720),
}


def read_location(table: Table) -> LocationEntry:
    """One location."""
    slug = read_slug(table)
    columns = _columns(table)
    keeps, open_on = _holidays(table, columns["country"], columns["subdivision"])
    entry = LocationEntry(
        slug=slug,
        columns=columns,
        settings=_settings(table.table("settings")),
        hours=read_week(table.table("hours", required=True)),
        keeps_holidays=keeps,
        open_on=open_on,
        rooms=tuple(_room(room) for room in table.tables("rooms")),
    )
    table.done()
    return entry


def read_slug(table: Table) -> str:
    """The short name in addresses and commands."""
    slug = table.text("slug", required=True, longest=40)
    if slug and not _SLUG.fullmatch(slug):
        table.wrong("slug", f"{slug!r} must be lower-case letters, digits and hyphens, like riverside-2.")
    return slug


def read_email(table: Table, key: str, *, required: bool = False) -> str:
    """An e-mail address in lower case, or nothing."""
    found = table.text(key, required=required).lower()
    try:
        if found:
            validate_email(found)
    except ValidationError:
        table.wrong(key, f"{found!r} is not an e-mail address.")
    return found


def read_phone(table: Table, key: str, country: str) -> str:
    """A number in E.164; national forms are read with the location's country."""
    found = table.text(key, required=True)
    try:
        number = phonenumbers.parse(found, country or None)
        if found and phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        pass
    if found:
        table.wrong(key, f"{found!r} is not a telephone number of {country or 'any country'}.")
    return ""


def _columns(table: Table) -> dict[str, Any]:
    name = table.text("name", required=True, longest=80)
    country = _country(table)
    return {
        "name": name,
        "message_name": table.text("message_name", default=name[:40], longest=40),
        "zone": _zone(table),
        "country": country,
        "subdivision": _subdivision(table, country),
        "language": table.choice(
            "language", [code for code, _name in settings.LANGUAGES], default="en", noun="a language of ours"
        ),
        "phone": read_phone(table, "phone", country),
        "email": read_email(table, "email"),
        "address": table.text("address", longest=200),
        "emergency_number": table.text("emergency_number", default="112", longest=10),
    }


def _zone(table: Table) -> str:
    found = table.text("zone", required=True)
    known = zoneinfo.available_timezones()
    if found and found not in known:
        like = nearest(found, known) or "Europe/Berlin"
        table.wrong("zone", f"{found!r} is not a time zone; write it like {like}.")
        return "UTC"
    return found or "UTC"


def _country(table: Table) -> str:
    found = table.text("country", required=True).upper()
    if found and found not in phonenumbers.SUPPORTED_REGIONS:
        table.wrong("country", f"{found!r} is not a country; write its two letters, like DE or US.")
        return ""
    return found


def _subdivision(table: Table, country: str) -> str:
    found = table.text("subdivision").upper()
    if found and country and knows_country(country) and not knows_subdivision(country, found):
        choices = ", ".join(subdivisions(country)) or "none"
        table.wrong("subdivision", f"{found!r} is not known in {country}; choose from {choices}.")
        return ""
    return found


def _holidays(table: Table, country: str, subdivision: str) -> tuple[bool, tuple[str, ...]]:
    keeps = bool(table.value("holidays", bool, default=True))
    if keeps and country and not knows_country(country):
        table.wrong(
            "holidays", f"are not known for {country}; write holidays = false and close days by hand."
        )
        return False, ()
    return keeps, tuple(table.texts("open_on"))


def _settings(table: Table) -> Mapping[str, Any]:
    quiet_from, quiet_until = read_span(table, "quiet_hours", _QUIET)
    found: dict[str, Any] = {"quiet_from": quiet_from, "quiet_until": quiet_until}
    minutes = table.number("slot_minutes", default=15, least=5, most=60)
    if minutes not in (5, 10, 15, 20, 30, 60):
        table.wrong("slot_minutes", f"{minutes} does not fit; choose from 5, 10, 15, 20, 30, 60.")
    found["slot_minutes"] = minutes
    for key, (default, least, most) in _NUMBERS.items():
        found[key] = table.number(key, default=default, least=least, most=most)
    found["muted_rules"] = table.texts("muted_rules")
    found["opened_rules"] = table.texts("opened_rules")
    found["reminders"] = _reminders(table)
    table.done()
    return found


def _reminders(table: Table) -> list[dict[str, Any]]:
    """`[[locations.settings.reminders]]`: `days_before` with `at`, or `hours_before`; ours when there are none."""
    return [_reminder(one) for one in table.tables("reminders")] or default_reminders()


def _reminder(table: Table) -> dict[str, Any]:
    rule: dict[str, Any] = {"code": table.text("code", required=True, longest=20)}
    days = table.number("days_before", default=None, least=1, most=60)
    hours = table.number("hours_before", default=None, least=1, most=48)
    at = table.text("at")
    if (days is None) == (hours is None):
        table.wrong("days_before", "write either days_before (with at) or hours_before.")
    if days is not None:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", at):
            table.wrong("at", f"{at!r} is not a time; write it like 10:00.")
        rule |= {"days_before": days, "at": at}
    if hours is not None:
        rule["hours_before"] = hours
    rule["channel"] = table.choice(
        "channel", ["preferred", "sms", "email"], default="preferred", noun="a channel"
    )
    table.done()
    return rule


def _room(table: Table) -> RoomEntry:
    entry = RoomEntry(
        name=table.text("name", required=True, longest=80),
        kind=table.choice("kind", RoomKind.values, default=RoomKind.TREATMENT, noun="a kind of room"),
        daily_quota=table.number("daily_quota", default=None, least=1, most=500),
        hours=read_week(table.table("hours")),
    )
    table.done()
    return entry
