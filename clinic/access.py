"""Who may do what, and the log of who looked at whom. Start from the user: no permission, no object (P7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

import structlog
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from clinic.models import AccessLog, Location, Patient
from clinic.prepared import prepared_rows
from clinic.roles import ROLES, Permission

Args = ParamSpec("Args")
View = Callable[Concatenate[HttpRequest, Args], HttpResponse]
_CURRENT = "location"
_MEMBERSHIPS = "SELECT location_id, role FROM clinic_membership WHERE user_id = %s ORDER BY id"


def permissions_of(user: Any) -> dict[int, frozenset[Permission]]:
    """For each location's id: all that the user may do there. Read once per user object."""
    cached: dict[int, frozenset[Permission]] | None = getattr(user, "granted_permissions", None)
    return grant(user, prepared_rows(_MEMBERSHIPS, [user.pk])) if cached is None else cached


def grant(user: Any, memberships: Iterable[tuple[int, str]]) -> dict[int, frozenset[Permission]]:
    """Notes on a user object what its memberships (location's id, role) allow, and gives it."""
    granted: dict[int, frozenset[Permission]] = {}
    for location_id, role in memberships:
        granted[location_id] = granted.get(location_id, frozenset()) | ROLES[role].permissions
    user.granted_permissions = granted
    return granted


def may(user: Any, permission: Permission, location: Location | int | None = None) -> bool:
    """Whether the user has the permission there; without a location, anywhere."""
    if not getattr(user, "is_active", False):
        return False
    if user.is_superuser:
        return True
    granted = permissions_of(user)
    if location is None:
        return any(permission in allowed for allowed in granted.values())
    key = location.pk if isinstance(location, Location) else location
    return permission in granted.get(key, frozenset())


def require(permission: Permission) -> Callable[[View[Args]], View[Args]]:
    """View decorator: signed in, and allowed at some location; the view then starts from `visible_to(user)`."""

    def decorate(view: View[Args]) -> View[Args]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
            if not may(request.user, permission):
                raise PermissionDenied(f"This needs the permission “{permission.replace('_', ' ')}”.")
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return cast(View[Args], login_required(guarded))

    return decorate


def current_location(request: HttpRequest) -> Location | None:
    """The location that the user works at right now: chosen, or the first of theirs. Read once per request."""
    if not hasattr(request, "current_location"):
        request.current_location = _find_location(request)  # type: ignore[attr-defined]
    found: Location | None = request.current_location  # type: ignore[attr-defined]
    return found


def locations_of(request: HttpRequest) -> list[Location]:
    """Where the user works, by name. Read once per request: the shell shows them, the page starts from one."""
    if not hasattr(request, "locations"):
        rows = Location.objects.visible_to(request.user).select_related("settings")
        request.locations = list(rows)  # type: ignore[attr-defined]
    found: list[Location] = request.locations  # type: ignore[attr-defined]
    return found


def _find_location(request: HttpRequest) -> Location | None:
    chosen = request.session.get(_CURRENT) if hasattr(request, "session") else None
    mine = {place.pk: place for place in locations_of(request)}
    first = next((pk for pk in permissions_of(request.user) if pk in mine), next(iter(mine), None))
    return (mine.get(chosen) if chosen is not None else None) or (mine[first] if first is not None else None)


def choose_location(request: HttpRequest, location: Location) -> None:
    """Remembers the location for this login."""
    request.session[_CURRENT] = location.pk
    request.current_location = location  # type: ignore[attr-defined]


def log_access(request: HttpRequest, patient: Patient, what: str, *, now: datetime) -> None:
    """Notes that this user looked at a patient's record (P9)."""
    AccessLog.objects.create(
        user=request.user if request.user.is_authenticated else None,
        patient=patient,
        what=what,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
        looked_at=now,
    )
