"""Aftercare on the phone: what to do now, what to leave until when, and a way to report a problem at any time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.errors import DomainError
from clinic.links import ended, go_on_to, patient_page
from clinic.words import URGENCY_ORDER, LinkPurpose, Urgency
from treatments.actions.recovery import report_problem, report_questions
from treatments.aftercare import Restriction, restrictions, steps
from treatments.booked import booked_days
from treatments.definitions import Answer, Question
from treatments.models import RecoveryCheck, TreatmentSession
from treatments.queries.catalogue import definition_of
from treatments.queries.patient_scores import scores_wanted_now
from treatments.queries.recovery import rules_for
from treatments.reminders import LINK_OUTLIVES, quiet_hours
from treatments.web.patient_check import done_context, keep_photo, worst_urgency
from treatments.words import CheckStatus

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
    """What to do now, what still has to wait and until when, and the steps before and after."""
    found = linked(request)
    if found is None or found.performed_at is None:
        return ended(request)
    now, location = timezone.now(), found.plan.location
    definition = definition_of(found)
    timeline = steps(definition, ended_at=found.performed_at, quiet=quiet_hours(location), zone=location.tz)
    past = [step for step in timeline if step.at <= now]
    context = {
        "asks_scores": bool(scores_wanted_now(found.plan, now=now)),
        "session": found,
        "location": location,
        "now_step": past[-1] if past else next(iter(timeline), None),
        "earlier": past[:-1],
        "later": [step for step in timeline if step.at > now][0 if past else 1 :],
        "day": (timezone.localdate() - timezone.localdate(found.performed_at)).days,
        "limits": limits(found, now),
        "next_visit": min(booked_days(found.plan, now=now).values(), default=None),
        "open_check": open_check(found),
    }
    return render(request, "treatments/patient/aftercare.html", context)


def limits(found: TreatmentSession, now: datetime) -> dict[str, list[tuple[datetime, list[Restriction]]]]:
    """What is still to be left, used or waited for, by meaning; what ends at the same time stands together."""
    grouped: dict[str, dict[datetime, list[Restriction]]] = {}
    for line in restrictions(definition_of(found), ended_at=found.performed_at or now):
        if line.until > now:
            grouped.setdefault(line.meaning, {}).setdefault(line.until, []).append(line)
    return {meaning: list(by_time.items()) for meaning, by_time in grouped.items()}


def open_check(found: TreatmentSession) -> RecoveryCheck | None:
    """The check of this session that was asked and waits for its answers."""
    return found.recovery_checks.filter(status=CheckStatus.ASKED).exclude(code__startswith="R").first()


@require_POST
@opened
def to_check(request: HttpRequest) -> HttpResponse:
    """From the aftercare page to the open check: the same patient, who has said their birth date already."""
    found = linked(request)
    check = open_check(found) if found else None
    if check is None:
        return redirect("treatments_p:aftercare")
    until = check.answer_until + LINK_OUTLIVES
    return go_on_to(
        request, LinkPurpose.RECOVERY_CHECK, subject_type="recovery_check", subject_id=check.pk, until=until
    )


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
    """The warning signs, the most urgent first: all that are answered with yes or no."""
    known = rules_for(found).questions
    asked = [known[code] for code in report_questions(found) if known[code].answer == Answer.YES_NO]
    return sorted(asked, key=lambda one: URGENCY_ORDER.index(worst_urgency(one)))


def _report_context(found: TreatmentSession, questions: list[Question], **more: Any) -> dict[str, Any]:
    shown = [(one, worst_urgency(one) == Urgency.EMERGENCY) for one in questions]
    return {"session": found, "location": found.plan.location, "questions": shown, **more}


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
    context = done_context(check, found.plan.location, "treatments_p:report-photo")
    return render(request, "treatments/patient/check_done.html", context)


@require_POST
@opened
def report_photo(request: HttpRequest) -> HttpResponse:
    """Takes in a photo of what was reported."""
    found = linked(request)
    if found is None:
        return ended(request)
    keep_photo(request, found)
    return redirect("treatments_p:aftercare")
