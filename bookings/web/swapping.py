"""Two appointments exchange their times: with whom it could be done, the difference, and one press that does both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.actions import appointments as actions
from bookings.actions.moving import assignment_of, visit_for
from bookings.models import Appointment
from bookings.problems import problems_for
from bookings.web.appointments import carry_out, found_for, version_of
from bookings.web.marks import mark_of
from bookings.web.moving import undo_address, verdict_on
from clinic.access import require
from clinic.errors import Problem
from clinic.models import Resource
from clinic.roles import Permission

#: So many appointments are offered for an exchange, the soonest first.
MOST = 20


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.BOOK)
def swap(request: HttpRequest, pk: int) -> HttpResponse:
    """GET lists the appointments to exchange with, or with `?with=` the difference; POST exchanges both or neither."""
    row, now = found_for(request, pk, Permission.BOOK), timezone.now()
    told = request.POST if request.method == "POST" else request.GET
    text = told.get("with", "")
    other = found_for(request, int(text), Permission.BOOK) if text.isdigit() else None
    if request.method == "POST" and other is not None:
        return _exchange(request, row, other, now)
    context = {
        "appointment": row,
        "other": other,
        "found": [] if other else _candidates(request, row, now),
        **(_difference(request, row, other, now) if other else {}),
    }
    return render(request, "bookings/swap.html", context, status=422 if request.method == "POST" else 200)


def _candidates(request: HttpRequest, row: Appointment, now: datetime) -> list[Any]:
    mine = Appointment.objects.visible_to(request.user, Permission.BOOK)
    rows = mine.exchangeable_with(row, now).for_board()[:MOST]
    return [(one, mark_of(one, now=now)) for one in rows]


def _difference(request: HttpRequest, row: Appointment, other: Appointment, now: datetime) -> dict[str, Any]:
    """What each would get, and what stands against it with both out of the way."""
    pairs = [(row, other.starts_at), (other, row.starts_at)]
    against = [_against(request, one, start, [row.pk, other.pk], now) for one, start in pairs]
    problems = [problem for found in against for problem in found]
    return {
        "pairs": [(one, start, assignment_of(one)) for one, start in pairs],
        "problems": list({str(problem.sentence): problem for problem in problems}.values()),
        "verdict": verdict_on(problems),
        "names": dict(Resource.objects.at(row.location).values_list("pk", "name")),
    }


def _against(
    request: HttpRequest, row: Appointment, start: datetime, without: list[int], now: datetime
) -> list[Problem]:
    chosen = assignment_of(row)
    return problems_for(visit_for(row), start=start, now=now, chosen=chosen, by=request.user, without=without)


def _exchange(request: HttpRequest, row: Appointment, other: Appointment, now: datetime) -> HttpResponse:
    seen = request.POST.get("other_version", "")
    return carry_out(
        request,
        row,
        lambda: actions.swap(
            first=row,
            second=other,
            first_version=version_of(request),
            second_version=int(seen) if seen.isdigit() else None,
            is_told=request.POST.get("tell") == "yes",
            by=request.user,
            now=now,
        ),
        _("Exchanged."),
        undo_of=undo_address,
    )
