"""The first step of a treatment: from the visit's page into the treatment, whether or not there is an appointment."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bookings.actions import appointments as actions
from bookings.care import anchors_of
from bookings.models import Appointment
from bookings.web.refusing import sentences_of
from clinic.access import require
from clinic.errors import DomainError
from clinic.roles import Permission
from treatments.actions.sessions import start_session
from treatments.models import TreatmentSession


@require_POST
@require(Permission.TREAT)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins a session: through its appointment when the patient has arrived for one. Back to the visit."""
    mine = TreatmentSession.objects.visible_to(request.user, Permission.TREAT)
    session = get_object_or_404(mine.select_related("plan__location", "plan__patient"), pk=pk)
    try:
        begin(session, by=request.user, now=timezone.now())
    except DomainError as refusal:
        for sentence in sentences_of(refusal):
            messages.error(request, sentence)
    else:
        messages.success(request, _("The treatment has begun."))
    return redirect("treatments:visit", pk=session.pk)


def begin(session: TreatmentSession, *, by: object, now: datetime) -> None:
    """Begins through the appointment that has arrived, else the session alone; raises every reason against it."""
    arrived = Appointment.objects.for_change().of_session(session).arrived().first()
    if arrived is not None:
        actions.start(appointment=arrived, by=by, now=now)
    else:
        start_session(session, by=by, now=now, anchors=anchors_of(session.plan, now=now))
