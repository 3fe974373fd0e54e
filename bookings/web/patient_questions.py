"""The health questions before a visit: the link is about an appointment, the questions about its session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from bookings.models import Appointment
from clinic.links import ended, patient_page
from clinic.timekeeping import local_day
from clinic.words import LinkPurpose
from treatments.web.patient_screening import ask_patient


@patient_page(LinkPurpose.SCREENING, clinical=True)
def questions(request: HttpRequest) -> HttpResponse:
    """GET asks, POST keeps; judged on the day of the visit."""
    link = request.link  # type: ignore[attr-defined]
    row = Appointment.objects.for_change().of_patient(link.patient).filter(pk=link.subject_id).first()
    if row is None or row.treatment_session is None:
        return ended(request)
    return ask_patient(request, row.treatment_session, on=local_day(row.starts_at, row.location.tz))
