"""What the staff shell needs and pages do not."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.utils.safestring import SafeString

from clinic.icons import icon_svg
from clinic.words import DEMO_LOGINS

register = template.Library()

#: Icons of the navigation by the last part of the page's name; an item may also bring its own `icon`.
_ICONS = {
    "board": "day",
    "my-day": "person",
    "patients": "people",
    "plans": "series",
    "waitlist": "wait",
    "recovery": "curve",
    "outbox": "message",
    "tasks": "flag",
    "due": "calendar",
    "unfinished": "circle-half",
    "calls": "phone",
    "catalogue": "list",
    "lots": "box",
    "reports": "chart",
    "settings": "settings",
}


@register.simple_tag
def nav_icon(item: Mapping[str, Any]) -> SafeString:
    """The icon of a line of the navigation; a dot when nobody chose one."""
    name = item.get("icon") or _ICONS.get(str(item.get("code", "")).rpartition(":")[2], "circle")
    return icon_svg(name)


@register.simple_tag
def demo_logins() -> list[tuple[str, str, str]]:
    """Role, address and password of the demo's logins; nothing anywhere else."""
    return list(DEMO_LOGINS) if settings.IS_DEMO else []


@register.filter
def message_tone(level: str) -> str:
    """The tone of a one-time message by its level."""
    return {"error": "red", "warning": "amber"}.get(level, "")


@register.filter
def message_icon(level: str) -> str:
    """The icon of a one-time message by its level."""
    return {"error": "stop", "warning": "alert", "info": "info"}.get(level, "check-circle")
