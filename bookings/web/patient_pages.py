"""The patient's appointment on the phone: see, confirm, change, cancel. Without a login; every change is a POST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.actions import appointments as actions
from bookings.ics import calendar_file
from bookings.models import Appointment
from bookings.web.patient_times import other_times
from bookings.words import CancelReason
from clinic.errors import DomainError
from clinic.links import ended, patient_page
from clinic.words import LinkPurpose

#: What a patient may give as a reason; the others are the clinic's.
PATIENT_REASONS = (
    CancelReason.ILL,
    CancelReason.TIME,
    CancelReason.RECOVERY,
    CancelReason.COST,
    CancelReason.OTHER,
)
opened = patient_page(LinkPurpose.APPOINTMENT)


def linked(request: HttpRequest) -> Appointment | None:
    """The appointment that the link is about."""
    link = request.link  # type: ignore[attr-defined]
    return Appointment.objects.for_change().filter(pk=link.subject_id, patient=link.patient).first()


@require_safe
@opened
def appointment(request: HttpRequest) -> HttpResponse:
    """When, where, with whom; what can be done next."""
    found = linked(request)
    if found is None:
        return ended(request)
    return render(request, "bookings/patient/appointment.html", _context(found))


@require_POST
@opened
def confirm(request: HttpRequest) -> HttpResponse:
    """The patient says yes."""
    return _act(request, lambda row: actions.confirm(appointment=row, by=None, now=timezone.now()))


@opened
def change(request: HttpRequest) -> HttpResponse:
    """GET offers other times inside the due window, POST takes one of them."""
    found = linked(request)
    if found is None:
        return ended(request)
    if request.method == "POST":
        return _move(request, found)
    context = {**_context(found), "times": other_times(found, now=timezone.now())}
    return render(request, "bookings/patient/change.html", context)


@opened
def cancel(request: HttpRequest) -> HttpResponse:
    """GET asks why, POST cancels."""
    found = linked(request)
    if found is None:
        return ended(request)
    reason = request.POST.get("reason", "")
    if request.method == "POST" and reason in PATIENT_REASONS:
        note = request.POST.get("note", "").strip()[:300]
        return _act(
            request,
            lambda row: actions.cancel(
                appointment=row, reason=reason, by=None, now=timezone.now(), by_patient=True, note=note
            ),
            done=_("Your appointment is cancelled. Thank you for telling us."),
        )
    wrong = request.method == "POST"
    context = {**_context(found), "reasons": [(r.value, r.label) for r in PATIENT_REASONS], "wrong": wrong}
    return render(request, "bookings/patient/cancel.html", context, status=422 if wrong else 200)


@require_safe
@opened
def calendar(request: HttpRequest) -> HttpResponse:
    """The appointment as a calendar entry; a later one replaces it by the same UID and a higher SEQUENCE."""
    found = linked(request)
    if found is None:
        return ended(request)
    answer = HttpResponse(
        calendar_file([found], now=timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return answer


def _context(row: Appointment) -> dict[str, Any]:
    now = timezone.now()
    return {
        "appointment": row,
        "location": row.location,
        "is_to_come": row.status == "booked" and row.starts_at > now,
        "is_over": row.ends_at <= now,
    }


def _act(request: HttpRequest, act: Callable[[Appointment], object], *, done: str = "") -> HttpResponse:
    found = linked(request)
    if found is None:
        return ended(request)
    try:
        act(found)
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    else:
        if done:
            messages.success(request, done)
    return redirect("bookings_p:appointment")


def _move(request: HttpRequest, row: Appointment) -> HttpResponse:
    starts_at = _instant(request.POST.get("start", ""))
    if starts_at is None:
        messages.error(request, _("Choose one of the times."))
        return redirect("bookings_p:change")
    try:
        actions.move(appointment=row, starts_at=starts_at, by=None, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
        return redirect("bookings_p:change")
    messages.success(request, _("Your appointment is moved."))
    return redirect("bookings_p:appointment")


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (
        instant
        if instant.utcoffset() is not None and abs(instant - timezone.now()) < timedelta(days=800)
        else None
    )
