"""Which rows a user may see: those of a location where they work in a role with the permission (P7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from clinic.roles import Permission, roles_with

Rows = TypeVar("Rows", bound=QuerySet[Any])


def workplaces(user: Any, permission: Permission) -> Any:
    """The locations where the user works in a role with the permission, as a subquery."""
    return user.memberships.filter(role__in=roles_with(permission)).values("location")


def _there(places: Any) -> Q:
    return Q(location__in=places)


def seen_by(user: Any, rows: Rows, permission: Permission, there: Callable[[Any], Q] = _there) -> Rows:
    """Those of the rows that the user may see: all for a superuser, none for who may not sign in.

    `there` says which rows belong to some locations; by itself those with one of them as their `location`.
    """
    if not getattr(user, "is_active", False):
        return rows.none()
    return rows if user.is_superuser else rows.filter(there(workplaces(user, permission)))
