"""What every page's shell shows: the user's locations and the navigation they may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language_info

from clinic.access import current_location, locations_of, may
from clinic.models import Location
from clinic.web.navigation import GROUPS, Item


def shell(request: HttpRequest) -> dict[str, Any]:
    """`nav`, `locations`, `location`, and which environment this is."""
    always = {"environment": settings.ENVIRONMENT, "is_demo": settings.IS_DEMO}
    user = getattr(request, "user", None)
    if (link := getattr(request, "link", None)) is not None:
        return {
            **always,
            **of_the_clinic(link.location),
            "missing_language": missing_language(link.patient.language),
        }
    if user is None or not user.is_authenticated or request.path.startswith("/p/"):
        return always
    location = current_location(request)
    return {
        **always,
        "location": location,
        "locations": locations_of(request),
        "nav": [
            group for group in (_group(request, name, items) for name, items in GROUPS) if group["items"]
        ],
    }


def missing_language(code: str) -> str:
    """The patient's language, when the pages do not speak it: they say so. Empty when they do."""
    if code in dict(settings.LANGUAGES):
        return ""
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code


def of_the_clinic(location: Location) -> dict[str, Any]:
    """What the head of a patient page shows: the clinic's neutral name and its phone."""
    phone = location.phone
    return {
        "clinic_name": location.message_name,
        "clinic_phone": phone.as_e164 if phone else "",
        "clinic_phone_shown": phone.as_international if phone else "",
    }


def _group(request: HttpRequest, name: Any, items: list[Item]) -> dict[str, Any]:
    shown = [_item(request, item) for item in items if may(request.user, item.permission)]
    return {"label": name, "items": [item for item in shown if item is not None]}


def _item(request: HttpRequest, item: Item) -> dict[str, Any] | None:
    try:
        url = reverse(item.url_name)
    except NoReverseMatch:
        return None
    return {
        "label": item.label,
        "url": url,
        "code": item.url_name,
        "is_current": request.path.startswith(url),
    }
