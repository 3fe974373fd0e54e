"""How bookings are said on pages."""

from collections.abc import Mapping

from django import template

register = template.Library()
#: People first, then rooms, then devices.
_ORDER = ("practitioner", "room", "device")


@register.filter
def resource_names(assignment: Mapping[str, int], names: Mapping[int, str]) -> str:
    """`{{ slot.assignment|resource_names:names }}`: Dr. Weiss, Room 2, Pen B."""
    return ", ".join(names.get(assignment[role], "–") for role in _ORDER if role in assignment)
