"""Where a card may be dropped: asked once when somebody picks it up."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.room_to_move import room_to_move
from bookings.web.appointments import found_for
from bookings.web.board import day_of, kind_of, view_of
from clinic.access import require
from clinic.errors import DomainError
from clinic.roles import Permission
from clinic.timekeeping import local_day


@require_safe
@require(Permission.BOOK)
def where(request: HttpRequest, pk: int) -> JsonResponse:
    """The stretches of starts by resource, in seconds since 1970; `?day=`, `?by=`, `?view=week` as on the board."""
    row, now = found_for(request, pk, Permission.BOOK), timezone.now()
    day = day_of(request, local_day(now, row.location.tz))
    is_week = view_of(request) == "week"
    first = day - timedelta(days=day.weekday()) if is_week else day
    try:
        found = room_to_move(row, str(kind_of(request)), first=first, days=7 if is_week else 1, now=now)
    except DomainError as refusal:
        return JsonResponse({"starts": {}, "reasons": [str(refusal.sentence)]})
    starts = {
        pk: [[int(begin.timestamp()), int(last.timestamp())] for begin, last in stretches]
        for pk, stretches in found.stretches.items()
    }
    return JsonResponse({"starts": starts, "reasons": found.reasons})
