"""How bookings are said on pages."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django import template
from django.utils import timezone

from clinic.templatetags.clinictime import day, day_clock, until

register = template.Library()
#: People first, then rooms, then devices.
_ORDER = ("practitioner", "room", "device")


@register.filter
def resource_names(assignment: Mapping[str, int], names: Mapping[int, str]) -> str:
    """`{{ slot.assignment|resource_names:names }}`: Dr. Weiss, Room 2, Pen B."""
    return ", ".join(names.get(assignment[role], "–") for role in _ORDER if role in assignment)


@register.filter
def period(start: datetime, end: datetime) -> str:
    """`{{ closure.starts_at|period:closure.ends_at }}`: whole days as days, else with times."""
    first, last = timezone.localtime(start), timezone.localtime(end)
    if first.time() == last.time() == time(0):
        final = last - timedelta(days=1)
        return day(first) if first.date() >= final.date() else f"{day(first)} – {day(final)}"
    if first.date() == last.date():
        return f"{day(first)}, {until(start, end)}"
    return f"{day_clock(first)} – {day_clock(last)}"
