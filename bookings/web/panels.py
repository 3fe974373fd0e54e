"""Parts of pages below: fetched by URL, so that nothing below knows about appointments."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.models import Appointment
from bookings.web.marks import mark_of
from clinic.access import require
from clinic.models import Patient
from clinic.roles import Permission

#: So many appointments are shown on a patient's page.
MOST = 30


@require_safe
@require(Permission.SEE_PATIENTS)
def patient_appointments(request: HttpRequest, pk: int) -> HttpResponse:
    """A patient's appointments, the next first, then the past; cancelled ones too."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
    now = timezone.now()
    rows = list(Appointment.objects.visible_to(request.user).of_patient(patient).agreed().for_board()[:MOST])
    coming = sorted((row for row in rows if row.ends_at > now), key=lambda row: row.starts_at)
    past = [row for row in rows if row.ends_at <= now]
    shown = [(row, mark_of(row, now=now)) for row in [*coming, *past]]
    return render(request, "bookings/panel_appointments.html", {"patient": patient, "shown": shown})
