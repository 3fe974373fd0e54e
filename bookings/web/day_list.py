"""The day on paper: A4, per practitioner, room or device, and nothing clinical on it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.board import day_board
from bookings.web.board import KINDS, day_of, kind_of
from bookings.web.marks import mark_of
from clinic.access import current_location, require
from clinic.roles import Permission
from clinic.timekeeping import local_day


@require_safe
@require(Permission.SEE_BOARD)
def day_list(request: HttpRequest) -> HttpResponse:
    """One list per column of the board; `?day=`, `?by=`, `?who=` for a single one."""
    location, now = current_location(request), timezone.now()
    if location is None:
        return redirect("home")
    day, kind = day_of(request, local_day(now, location.tz)), kind_of(request)
    found = day_board(location, day, kind, now=now)
    who = request.GET.get("who", "")
    sheets = [
        (column, [(card, mark_of(card.appointment, now=now)) for card in column.cards])
        for column in found.columns
        if (str(column.resource.pk) == who if who else column.cards)
    ]
    context = {"sheets": sheets, "day": day, "location": location, "kind": KINDS[kind], "now": now}
    return render(request, "bookings/day_list.html", context)
