"""Aftercare on the phone: what to do now, what to leave until when, and a way to report a problem at any time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.errors import DomainError
from clinic.links import ended, patient_page
from clinic.words import LinkPurpose
from treatments.actions.recovery import report_problem, report_questions
from treatments.aftercare import restrictions, steps
from treatments.definitions import Answer, Question
from treatments.models import TreatmentSession
from treatments.queries.catalogue import definition_of
from treatments.queries.recovery import rules_for
from treatments.reminders import quiet_hours

opened = patient_page(LinkPurpose.AFTERCARE, clinical=True)


def linked(request: HttpRequest) -> TreatmentSession | None:
    """The performed session that the link is about."""
    link = request.link  # type: ignore[attr-defined]
    rows = TreatmentSession.objects.performed().select_related(
        "plan__patient", "plan__location", "protocol_version"
    )
    return rows.filter(pk=link.subject_id, plan__patient=link.patient).first()


@require_safe
@opened
def aftercare(request: HttpRequest) -> HttpResponse:
    """The timeline with today's step, and what still has to wait."""
    found = linked(request)
    if found is None or found.performed_at is None:
        return ended(request)
    now, location = timezone.now(), found.plan.location
    definition = definition_of(found)
    timeline = steps(definition, ended_at=found.performed_at, quiet=quiet_hours(location), zone=location.tz)
    past = [step for step in timeline if step.at <= now]
    context = {
        "session": found,
        "location": location,
        "steps": [(step, _place(step.at, past[-1].at if past else None, now)) for step in timeline],
        "today": past[-1] if past else next(iter(timeline), None),
        "day": (timezone.localdate() - timezone.localdate(found.performed_at)).days,
        "waiting": [
            line
            for line in restrictions(definition_of(found), ended_at=found.performed_at)
            if line.until > now
        ],
    }
    return render(request, "treatments/patient/aftercare.html", context)


def _place(at: datetime, current: datetime | None, now: datetime) -> str:
    if at == current:
        return "now"
    return "past" if at <= now else ""


@opened
def report(request: HttpRequest) -> HttpResponse:
    """GET asks every yes/no question about warning signs; POST grades the answers like a recovery check."""
    found = linked(request)
    if found is None:
        return ended(request)
    questions = reportable(found)
    if request.method == "POST":
        return _send(request, found, questions)
    return render(request, "treatments/patient/report.html", _report_context(found, questions))


def reportable(found: TreatmentSession) -> list[Question]:
    """The warning signs that make sense for this session: all that are answered with yes or no."""
    known = rules_for(found).questions
    return [known[code] for code in report_questions(found) if known[code].answer == Answer.YES_NO]


def _report_context(found: TreatmentSession, questions: list[Question], **more: Any) -> dict[str, Any]:
    return {"session": found, "location": found.plan.location, "questions": questions, **more}


def _send(request: HttpRequest, found: TreatmentSession, questions: list[Question]) -> HttpResponse:
    told = set(request.POST.getlist("yes"))
    answers = {one.code: "yes" if one.code in told else "no" for one in questions}
    free = request.POST.get("free", "").strip()[:500]
    if not told and not free:
        messages.error(request, _("Tick what is wrong, or write it down."))
        return render(
            request, "treatments/patient/report.html", _report_context(found, questions), status=422
        )
    try:
        check = report_problem(
            found, answers={**answers, **({"Q_FREE": free} if free else {})}, now=timezone.now()
        )
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
        return redirect("treatments_p:report")
    texts = [one.get("patient_text") for one in check.findings if one.get("patient_text")]
    context = {"check": check, "location": found.plan.location, "texts": list(dict.fromkeys(texts))}
    return render(request, "treatments/patient/check_done.html", context)
