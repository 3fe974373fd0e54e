"""The waiting room: who is in the house, who comes next, who is late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.models import Appointment
from bookings.readiness import readiness_of
from bookings.sidebar import waiting_of
from bookings.web.appointments import verbs_for
from bookings.web.marks import mark_of
from bookings.words import AppointmentStatus
from clinic.access import current_location, may, require
from clinic.roles import Permission
from clinic.timekeeping import ONE_DAY, day_start, local_day
from treatments.words import SessionStatus

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
    rows = list(
        Appointment.objects.at(location)
        .asking_for_a_look(now, end)
        .select_related("treatment_session__plan__location__settings", "treatment_session__plan__patient")
        .prefetch_related("claims__resource")
    )
    booked = [(row, mark_of(row, now=now)) for row in rows if row.status == AppointmentStatus.BOOKED]
    context = {
        "waiting": [_waiting(request, row, since, now) for row, since in waiting_of(rows)],
        "treated": [row for row in rows if _is_treated(row)],
        "late": [(row, mark) for row, mark in booked if row.starts_at < now < row.ends_at],
        "soon": [(row, mark) for row, mark in booked if row.starts_at >= now],
        "may_book": may(request.user, Permission.BOOK, location),
    }
    is_part = request.headers.get("HX-Target") == "waiting-room"
    name = "bookings/waiting_room.html"
    return render(request, f"{name}#lists" if is_part else name, context)


def _is_treated(row: Appointment) -> bool:
    session = row.treatment_session
    return (
        row.status == AppointmentStatus.ARRIVED
        and session is not None
        and session.status == SessionStatus.IN_PROGRESS
    )


def _waiting(request: HttpRequest, row: Appointment, since: datetime, now: datetime) -> dict[str, Any]:
    """Who waits, for how long, where and for whom, and whether it can begin."""
    return {
        "row": row,
        "since": since,
        "minutes": max(int((now - since) / timedelta(minutes=1)), 0),
        "where": ", ".join(dict.fromkeys(claim.resource.name for claim in row.claims.all())),
        "ready": readiness_of(row, now=now),
        "verbs": [verb for verb in verbs_for(request.user, row, now) if verb["code"] != "confirm"],
    }
