"""Scores on the phone: one question a page, kept one by one, each may be left out."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.errors import DomainError
from clinic.links import ended, patient_page
from clinic.words import LinkPurpose
from treatments.actions.outcomes import score_by_patient
from treatments.models import TreatmentPlan
from treatments.outcome_questions import QUESTIONS
from treatments.queries.patient_scores import Asked, scores_wanted_now
from treatments.web.patient_aftercare import linked as linked_session

#: Questions left out during this visit of the page come back with the next link, not at once.
LEFT_OUT = "left"


@patient_page(LinkPurpose.OUTCOMES, clinical=True)
def scores(request: HttpRequest) -> HttpResponse:
    """The scores that are due in a plan, behind the link of its own message."""
    link = request.link  # type: ignore[attr-defined]
    rows = TreatmentPlan.objects.select_related("location", "patient")
    plan = rows.filter(pk=link.subject_id, patient=link.patient).first()
    return ask_scores(request, plan) if plan is not None else ended(request)


@patient_page(LinkPurpose.AFTERCARE, clinical=True)
def after_visit(request: HttpRequest) -> HttpResponse:
    """The same behind the link of the aftercare: how the visit was."""
    session = linked_session(request)
    return ask_scores(request, session.plan) if session is not None else ended(request)


def ask_scores(request: HttpRequest, plan: TreatmentPlan) -> HttpResponse:
    """GET shows the first question that is open; POST keeps its answer, or leaves it out, and goes on."""
    wanted = scores_wanted_now(plan, now=timezone.now())
    left = set(request.GET.getlist(LEFT_OUT))
    if request.method == "POST":
        return _keep(request, plan, wanted, left)
    open_ones = [one for one in wanted if one.code not in left]
    if not open_ones:
        return render(request, "treatments/patient/scores_done.html", {"location": plan.location})
    return _page(request, plan, open_ones, left)


def _page(
    request: HttpRequest, plan: TreatmentPlan, asked: list[Asked], left: set[str], status: int = 200
) -> HttpResponse:
    one = asked[0]
    context = {
        "location": plan.location,
        "one": one,
        "question": QUESTIONS[one.scale],
        "count": len(asked),
        "left": sorted(left),
    }
    return render(request, "treatments/patient/scores.html", context, status=status)


def _keep(request: HttpRequest, plan: TreatmentPlan, wanted: list[Asked], left: set[str]) -> HttpResponse:
    code, value = request.POST.get("q", ""), request.POST.get("value", "")
    one = next((each for each in wanted if each.code == code), None)
    if one is not None and "skip" in request.POST:
        left.add(one.code)
    elif one is not None and not value:
        messages.error(request, _("Choose an answer, or skip the question."))
        return _page(request, plan, [one, *(each for each in wanted if each != one)], left, status=422)
    elif one is not None:
        _score(request, plan, one, value)
    more = "&".join(f"{LEFT_OUT}={each}" for each in sorted(left))
    return redirect(f"{request.path}?{more}" if more else request.path)


def _score(request: HttpRequest, plan: TreatmentPlan, one: Asked, value: str) -> None:
    try:
        score_by_patient(plan, asked=one, score=Decimal(int(value)), now=timezone.now())
    except (DomainError, ValueError):
        messages.error(request, _("Please choose one of the answers."))
