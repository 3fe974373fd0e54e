"""Outcomes of a plan: scores entered by moment, each scale over the series as a drawing with its table."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import log_access, require
from clinic.errors import DomainError
from clinic.roles import Permission
from clinic.timekeeping import local_day
from treatments.actions.outcomes import scale_of, score_outcome
from treatments.charts import chart_of
from treatments.field_reading import decimal_of
from treatments.models import TreatmentPlan
from treatments.outcomes import PATIENT
from treatments.queries.catalogue import shared
from treatments.queries.outcomes import DueOutcome, ScaleSeries, outcome_series, outcomes_due, pain_of
from treatments.queries.patient_scores import AFTER_MOMENT, BEFORE_VISIT, PAIN_ASKED
from treatments.web.found import plan_for
from treatments.web.outcome_words import MOMENTS, said_rule


@require(Permission.SEE_CLINICAL)
def outcomes(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the moments, the form of one of them (`?moment=`) and the charts; POST keeps the scores typed."""
    plan = plan_for(request, pk, Permission.SEE_CLINICAL)
    log_access(request, plan.patient, "outcomes", now=timezone.now())
    typed: dict[str, str] = {}
    if request.method == "POST":
        problems = _keep(request, plan)
        if not problems:
            return redirect(f"{request.path}?moment={request.POST.get('moment', '')}")
        typed = {key: str(value) for key, value in request.POST.items()}
        for sentence in problems:
            messages.error(request, sentence)
    return render(
        request, "treatments/outcomes.html", _context(request, plan, typed), status=422 if typed else 200
    )


def _keep(request: HttpRequest, plan: TreatmentPlan) -> list[str]:
    """Every score that was typed, or the sentences why not: then nothing is kept, and nothing typed is lost."""
    problems: list[str] = []
    kept = 0
    with transaction.atomic():
        for key, text in request.POST.items():
            scale, _dot, who = key.removeprefix("s.").partition(".")
            if not key.startswith("s.") or not str(text).strip():
                continue
            try:
                _score(request, plan, scale, who, decimal_of(text))
                kept += 1
            except DomainError as refusal:
                problems.append(str(refusal.sentence))
            except (ValueError, InvalidOperation):
                problems.append(_("“%(typed)s” is not a number.") % {"typed": str(text)[:40]})
        if problems:
            transaction.set_rollback(True)
    if not kept and not problems:
        problems.append(_("Write down at least one score."))
    return problems


def _score(request: HttpRequest, plan: TreatmentPlan, scale: str, who: str, value: Decimal) -> None:
    number = request.POST.get("session", "")
    score_outcome(
        plan,
        scale=scale,
        moment=request.POST.get("moment", "")[:16],
        score=value,
        by=request.user,
        now=timezone.now(),
        session=plan.sessions.filter(number=int(number)).first() if number.isdigit() else None,
        by_patient=who == PATIENT,
        site=request.POST.get(f"site.{scale}", "").strip()[:40],
        scale_version=request.POST.get(f"version.{scale}", "").strip()[:40],
    )


def _context(request: HttpRequest, plan: TreatmentPlan, typed: dict[str, str]) -> dict[str, Any]:
    due = outcomes_due(plan)
    today = local_day(timezone.now(), plan.location.tz)
    wished = typed.get("moment") or request.GET.get("moment", "")
    one = _wished(due, wished, today)
    days = [
        local_day(at, plan.location.tz)
        for at in plan.sessions.performed().order_by("performed_at").values_list("performed_at", flat=True)
        if at is not None
    ]
    return {
        "plan": plan,
        "due": due,
        "moments": MOMENTS,
        "responders": {row.scale: said_rule(row) for row in shared().responders},
        "one": one,
        "note": _named_scales(one.moment.note) if one else "",
        "today": today,
        "fields": _fields(one, typed) if one else [],
        "charts": [(series, _drawn(series, plan, days)) for series in outcome_series(plan)],
        "pain": pain_of(plan),
        "before_days": BEFORE_VISIT.days,
        "after_days": AFTER_MOMENT.days,
        "pain_days": PAIN_ASKED.days,
    }


def _named_scales(note: str) -> str:
    """A note of the catalogue with the names of scales in place of their codes."""
    for scale in shared().scales:
        note = re.sub(rf"\b{scale.code}\b", scale.name, note)
    return note


def _wished(due: list[DueOutcome], code: str, today: Any) -> DueOutcome | None:
    named = [one for one in due if one.moment.code == code]
    waiting = [one for one in due if not one.is_scored and (one.on is None or one.on <= today)]
    return next(iter(named or waiting or due), None)


def _fields(one: DueOutcome, typed: dict[str, str]) -> list[tuple[Any, str, str, str]]:
    """Scale, who scores, the input's name, what was typed: a scale that both score appears twice."""
    return [
        (scale, who, name, typed.get(name, ""))
        for scale in one.scales
        for who in scale_of(scale.code).scored_by
        for name in (f"s.{scale.code}.{who}",)
    ]


def _drawn(series: ScaleSeries, plan: TreatmentPlan, days: list[Any]) -> Any:
    def of(*, by_patient: bool) -> list[tuple[date, Decimal]]:
        tz = plan.location.tz
        return [(local_day(one.at, tz), one.value) for one in series.scores if one.by_patient == by_patient]

    return chart_of(
        of(by_patient=False),
        by_patient=of(by_patient=True),
        lowest=series.scale.lowest,
        highest=series.scale.highest,
        sessions=days,
    )
