"""An earlier time that became free, on the patient's phone: take it or leave it. Every answer is a POST."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.actions import waiting
from bookings.models import Appointment, WaitlistOffer
from clinic.errors import DomainError
from clinic.links import ended, patient_page
from clinic.words import LinkPurpose

opened = patient_page(LinkPurpose.OFFER)


def linked(request: HttpRequest) -> WaitlistOffer | None:
    """The offer that the link is about."""
    link = request.link  # type: ignore[attr-defined]
    return WaitlistOffer.objects.with_hold().to_patient(link.patient).of(link.subject_id).first()


@require_safe
@opened
def offer(request: HttpRequest) -> HttpResponse:
    """The free time, until when it is kept, and what is booked now; afterwards what came of it."""
    found = linked(request)
    if found is None:
        return ended(request)
    booked = Appointment.objects.live().by_session([found.entry.treatment_session_id])
    standing = booked.get(found.entry.treatment_session_id or 0)
    context = {
        "offer": found,
        "hold": found.hold,
        "is_open": found.is_open(timezone.now()),
        "booked": standing if standing and standing.pk != found.hold_id else None,
        "taken": standing if found.status == "accepted" else None,
        "location": found.hold.location,
    }
    return render(request, "bookings/patient/offer.html", context)


@require_POST
@opened
def accept(request: HttpRequest) -> HttpResponse:
    """The patient takes the time."""
    return _answer(request, is_yes=True)


@require_POST
@opened
def decline(request: HttpRequest) -> HttpResponse:
    """The patient leaves it to the next."""
    return _answer(request, is_yes=False)


def _answer(request: HttpRequest, *, is_yes: bool) -> HttpResponse:
    found = linked(request)
    if found is None:
        return ended(request)
    try:
        if is_yes:
            waiting.accept(offer=found, by=None, now=timezone.now())
        else:
            waiting.decline(offer=found, by=None, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("It is yours.") if is_yes else _("Thank you for telling us."))
    return redirect("bookings_p:offer")
