"""Who may use the API: members of staff. What they may see is decided by `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clinic.access import permissions_of

if TYPE_CHECKING:
    from rest_framework.views import APIView


class IsStaffMember(BasePermission):
    """An active login that works somewhere, or an operator."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the user works at any location."""
        user = request.user
        if not (user.is_authenticated and user.is_active):
            return False
        return user.is_superuser or bool(permissions_of(user))
