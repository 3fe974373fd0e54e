"""Moving one appointment: the next times that fit, any other time with the reasons against it, and the difference."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.actions import appointments as actions
from bookings.actions.moving import assignment_of, visit_for
from bookings.models import Appointment
from bookings.problems import problems_for
from bookings.web.appointments import back_of, carry_out, found_for, version_of
from bookings.web.times import times_for
from clinic.access import require
from clinic.errors import Blocker, NeedsApproval, Problem
from clinic.models import Resource
from clinic.roles import Permission
from clinic.timekeeping import instant, local_day
from clinic.words import ResourceKind

#: So many times are shown.
MOST_TIMES = 10


@require(Permission.BOOK)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the times that fit from a day on; POST moves to one of them, or to the time that was typed."""
    row = found_for(request, pk, Permission.BOOK)
    if request.method == "POST" and (start := asked(request.POST, row)):
        chosen = wished_resources(request.POST) or None
        return carry_out(
            request,
            row,
            lambda: actions.move(
                appointment=row,
                starts_at=start,
                by=request.user,
                now=timezone.now(),
                chosen=chosen,
                version=version_of(request),
                is_told=request.POST.get("tell") == "yes",
            ),
            _("Moved."),
        )
    return render(
        request, "bookings/move.html", _context(request, row), status=422 if request.method == "POST" else 200
    )


@require_safe
@require(Permission.BOOK)
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Why a typed time is not offered: every reason, and from when it no longer holds."""
    row = found_for(request, pk, Permission.BOOK)
    start = asked(request.GET, row)
    problems = []
    if start is not None:
        problems = problems_for(
            visit_for(row),
            start=start,
            now=timezone.now(),
            chosen={**assignment_of(row), **wished_resources(request.GET)},
            by=request.user,
            without=[row.pk],
        )
    return render(
        request,
        "bookings/move.html#why",
        {"start": start, "problems": problems, "verdict": verdict_on(problems)},
    )


def verdict_on(problems: list[Problem]) -> str:
    """`yes`, `maybe` when the desk may set the reasons aside, `no` when something stops everybody."""
    if any(isinstance(problem, Blocker | NeedsApproval) for problem in problems):
        return "no"
    return "maybe" if problems else "yes"


def wished_resources(data: Any) -> dict[str, int]:
    """Role → resource, for the roles that were named."""
    named = {role: data.get(role, "") for role in ResourceKind.values}
    return {role: int(text) for role, text in named.items() if text.isdigit()}


def asked(data: Any, row: Appointment) -> datetime | None:
    """The start that was chosen (an instant) or typed (day and wall time of the location)."""
    try:
        start = datetime.fromisoformat(data.get("start", ""))
        return start if start.utcoffset() is not None else None
    except ValueError:
        pass
    try:
        day, wall = parse_date(data.get("day", "")), parse_time(data.get("time", ""))
    except ValueError:
        return None
    return instant(day, wall, row.location.tz) if day and wall else None


def _context(request: HttpRequest, row: Appointment) -> dict[str, Any]:
    now = timezone.now()
    try:
        typed = parse_date(request.GET.get("from", ""))
    except ValueError:
        typed = None
    from_day = typed or local_day(row.starts_at, row.location.tz)
    times = times_for(visit_for(row), now=now, from_day=from_day, count=MOST_TIMES + 1, without=[row.pk])
    return {
        "appointment": row,
        "times": [slot for slot in times if slot.start != row.starts_at][:MOST_TIMES],
        "from_day": from_day,
        "names": dict(Resource.objects.at(row.location).values_list("pk", "name")),
        "back": back_of(request),
        "typed": request.POST,
        "is_wrong": request.method == "POST",
    }
