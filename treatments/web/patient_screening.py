"""The questionnaire on the phone. The link belongs to an appointment, so the page is routed by the app above."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic.errors import DomainError
from treatments.actions.screening import answer_screening
from treatments.models import Screening, TreatmentSession
from treatments.web.screening import form_for


def ask_patient(request: HttpRequest, session: TreatmentSession, *, on: date) -> HttpResponse:
    """GET shows the questions, POST keeps the answers; `on` is the local day of the visit."""
    form = form_for(session, request.POST or None, is_staff=False)
    context = {"session": session, "location": session.plan.location, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            found = answer_screening(
                session.plan, session=session, answers=form.answers(), by=None, now=timezone.now(), on=on
            )
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        else:
            return _thanks(request, session, found)
    if not form.asked:
        return _thanks(request, session, None)
    return render(request, "treatments/patient/screening.html", context, status=422 if form.errors else 200)


def _thanks(request: HttpRequest, session: TreatmentSession, found: Screening | None) -> HttpResponse:
    advice = [answer for answer in found.answers.all() if answer.finding] if found else []
    context = {"screening": found, "advice": advice, "location": session.plan.location}
    return render(request, "treatments/patient/screening_done.html", context)
