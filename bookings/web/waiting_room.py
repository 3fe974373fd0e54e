"""The waiting room: who is in the house, who comes next, who is late."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.models import Appointment
from bookings.sidebar import waiting_of
from bookings.web.marks import mark_of
from bookings.words import AppointmentStatus
from clinic.access import current_location, require
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
    end = min(now + SOON, day_start(local_day(now, location.tz) + ONE_DAY, location.tz))
    rows = list(Appointment.objects.at(location).asking_for_a_look(now, end))
    booked = [(row, mark_of(row, now=now)) for row in rows if row.status == AppointmentStatus.BOOKED]
    context = {
        "waiting": [
            (row, since, max(int((now - since) / timedelta(minutes=1)), 0)) for row, since in waiting_of(rows)
        ],
        "late": [(row, mark) for row, mark in booked if row.starts_at < now < row.ends_at],
        "soon": [(row, mark) for row, mark in booked if row.starts_at >= now],
    }
    is_part = request.headers.get("HX-Target") == "waiting-room"
    name = "bookings/waiting_room.html"
    return render(request, f"{name}#lists" if is_part else name, context)
