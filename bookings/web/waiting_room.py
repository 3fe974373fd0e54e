"""The waiting room: who is in the house, who comes next, who is late."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.models import Appointment
from bookings.sidebar import in_waiting_room
from bookings.web.marks import Mark, mark_of
from clinic.access import current_location, require
from clinic.models import Location
from clinic.roles import Permission
from clinic.timekeeping import ONE_DAY, day_start, local_day

#: Who is expected within this time is shown.
SOON = timedelta(hours=2)


@require_safe
@require(Permission.SEE_BOARD)
def waiting_room(request: HttpRequest) -> HttpResponse:
    """Three lists for the desk: here and waiting, expected soon, late. Refreshes itself."""
    location, now = current_location(request), timezone.now()
    if location is None:
        return redirect("home")
    here = Appointment.objects.at(location)
    in_house = in_waiting_room(here.in_the_house(now))
    waiting = [(row, since, int((now - since) / timedelta(minutes=1))) for row, since in in_house]
    late = list(here.late(now).for_board())
    context = {
        "waiting": waiting,
        "late": _marked(late, now),
        "soon": _marked(_soon(location, now), now),
        "now": now,
    }
    is_part = request.headers.get("HX-Target") == "waiting-room"
    name = "bookings/waiting_room.html"
    return render(request, f"{name}#lists" if is_part else name, context)


def _soon(location: Location, now: datetime) -> list[Appointment]:
    end = min(now + SOON, day_start(local_day(now, location.tz) + ONE_DAY, location.tz))
    rows = Appointment.objects.at(location).upcoming(now).touching(now, end)
    return list(rows.for_board())


def _marked(rows: list[Appointment], now: datetime) -> list[tuple[Appointment, Mark]]:
    return [(row, mark_of(row, now=now)) for row in rows]
