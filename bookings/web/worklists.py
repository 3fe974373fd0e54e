"""The desk's lists: due and not booked, calls to make, what patients cancelled, who has not said yes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bookings.actions import calling
from bookings.calls import call_list, calls_of
from bookings.due import Dueness, due_sessions
from bookings.models import Appointment
from bookings.outside import outside_now
from bookings.web.marks import mark_of
from bookings.web.refusing import sentences_of
from clinic.access import current_location, require
from clinic.errors import DomainError
from clinic.models import Task
from clinic.roles import Permission
from clinic.timekeeping import ONE_DAY, day_start, local_day
from treatments.models import TreatmentSession

PAGE = 40
#: What patients cancelled is a list for so long.
CANCELLED_FOR = timedelta(days=14)
#: What may have come of a call that reached the patient.
OUTCOMES = {
    "well": gettext_lazy("reached: all is well"),
    "later": gettext_lazy("reached: will book later"),
    "told": gettext_lazy("reached: told"),
}
SHOWN = [
    ("", gettext_lazy("All")),
    (Dueness.OVERDUE, gettext_lazy("Overdue")),
    (Dueness.DUE, gettext_lazy("Due now")),
    (Dueness.NEW, gettext_lazy("Not begun")),
]


@require_safe
@require(Permission.BOOK)
def due(request: HttpRequest) -> HttpResponse:
    """The next session of every plan here that is due or overdue and has no appointment, most overdue first."""
    location = current_location(request)
    if location is None:
        return redirect("home")
    found = due_sessions(location, now=timezone.now())
    counts = Counter(one.dueness for one in found)
    which = request.GET.get("show", "")
    wanted = [one for one in found if not which or one.dueness == which]
    context = {
        "page": Paginator(wanted, PAGE).get_page(request.GET.get("page")),
        "which": which,
        "tabs": [(code, word, counts[Dueness(code)] if code else len(found)) for code, word in SHOWN],
        "overdue": counts[Dueness.OVERDUE],
    }
    return render(request, "bookings/due.html", context)


@require_safe
@require(Permission.BOOK)
def calls(request: HttpRequest) -> HttpResponse:
    """Whom to call, why, and what may have come of it."""
    location = current_location(request)
    if location is None:
        return redirect("home")
    now = timezone.now()
    context = {
        "calls": call_list(request.user, location, now=now),
        "now": now,
        "outcomes": OUTCOMES.items(),
    }
    return render(request, "bookings/calls.html", context)


@require_safe
@require(Permission.BOOK)
def cancelled(request: HttpRequest) -> HttpResponse:
    """What patients cancelled in the last two weeks, the newest first, and whether they have a new time."""
    location, now = current_location(request), timezone.now()
    if location is None:
        return redirect("home")
    rows = Appointment.objects.at(location).cancelled_by_patients(now - CANCELLED_FOR).for_board()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    sessions = [row.treatment_session_id for row in page.object_list if row.treatment_session_id]
    again = Appointment.objects.live().by_session(sessions)
    shown = [(row, again.get(row.treatment_session_id or 0)) for row in page.object_list]
    return render(request, "bookings/cancelled.html", {"page": page, "shown": shown})


@require_safe
@require(Permission.BOOK)
def unconfirmed(request: HttpRequest) -> HttpResponse:
    """Who comes tomorrow and has not said yes; `?days=` looks further."""
    location, now = current_location(request), timezone.now()
    if location is None:
        return redirect("home")
    wished = request.GET.get("days", "")
    days = min(int(wished), 14) if wished.isdigit() and int(wished) else 1
    tomorrow = local_day(now, location.tz) + ONE_DAY
    start, end = day_start(tomorrow, location.tz), day_start(tomorrow + days * ONE_DAY, location.tz)
    rows = Appointment.objects.at(location).unconfirmed(start, end).for_board()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [(row, mark_of(row, now=now)) for row in page.object_list]
    context = {"page": page, "shown": shown, "days": days, "choices": (1, 2, 7)}
    return render(request, "bookings/unconfirmed.html", context)


@require_safe
@require(Permission.BOOK)
def outside_hours(request: HttpRequest) -> HttpResponse:
    """What is booked while somebody does not work or the house is closed, soonest first: to move or to cancel."""
    location, now = current_location(request), timezone.now()
    if location is None:
        return redirect("home")
    found = outside_now(location, now=now)
    rows = Appointment.objects.of(found).for_board().order_by("starts_at", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [(row, found[row.pk], mark_of(row, now=now)) for row in page.object_list]
    return render(request, "bookings/outside.html", {"page": page, "shown": shown})


@require_POST
@require(Permission.BOOK)
def call_reached(request: HttpRequest, pk: int) -> HttpResponse:
    """The patient was reached; `outcome` says what came of it."""
    outcome = OUTCOMES.get(request.POST.get("outcome", ""), OUTCOMES["told"])
    note = request.POST.get("note", "").strip()[:300]
    text = f"{outcome}. {note}" if note else str(outcome)
    return _settle(
        request,
        lambda: calling.reached(task=_task(request, pk), by=request.user, now=timezone.now(), outcome=text),
        _("Noted."),
    )


@require_POST
@require(Permission.BOOK)
def call_no_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody picked up: again tomorrow."""
    return _settle(
        request,
        lambda: calling.no_answer(task=_task(request, pk), by=request.user, now=timezone.now()),
        _("Noted. The call comes back tomorrow at noon."),
    )


@require_POST
@require(Permission.BOOK)
def overdue_no_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody picked up about an overdue session: again tomorrow."""
    mine = TreatmentSession.objects.visible_to(request.user).select_related("plan__location", "plan__patient")
    session = get_object_or_404(mine, pk=pk)
    return _settle(
        request,
        lambda: calling.overdue_not_reached(session=session, by=request.user, now=timezone.now()),
        _("Noted. The call comes back tomorrow at noon."),
    )


def _task(request: HttpRequest, pk: int) -> Task:
    location = current_location(request)
    task: Task = get_object_or_404(
        calls_of(request.user, location).select_related("patient", "location"), pk=pk
    )
    return task


def _settle(request: HttpRequest, act: Callable[[], object], sentence: str) -> HttpResponse:
    try:
        act()
        messages.success(request, sentence)
    except DomainError as refusal:
        for line in sentences_of(refusal):
            messages.error(request, line)
    return redirect("bookings:calls")
