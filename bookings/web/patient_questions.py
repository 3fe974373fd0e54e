"""The health questions before a visit: the link is about an appointment, the questions about its session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from bookings.models import Appointment
from clinic.links import ended, patient_page
from clinic.timekeeping import local_day
from clinic.words import LinkPurpose
from treatments.models import TreatmentSession
from treatments.web.patient_scores import ask_scores
from treatments.web.patient_screening import ask_patient


@patient_page(LinkPurpose.SCREENING, clinical=True)
def questions(request: HttpRequest) -> HttpResponse:
    """GET asks, POST keeps; judged on the day of the visit."""
    row, session = _linked(request)
    if row is None or session is None:
        return ended(request)
    return ask_patient(request, session, on=local_day(row.starts_at, row.location.tz))


@patient_page(LinkPurpose.SCREENING, clinical=True)
def scores(request: HttpRequest) -> HttpResponse:
    """What is scored before this visit, on a page a question."""
    _row, session = _linked(request)
    return ask_scores(request, session.plan) if session is not None else ended(request)


def _linked(request: HttpRequest) -> tuple[Appointment | None, TreatmentSession | None]:
    link = request.link  # type: ignore[attr-defined]
    row = Appointment.objects.for_change().of_patient(link.patient).filter(pk=link.subject_id).first()
    return row, row.treatment_session if row is not None else None
