"""The clinical part of a plan's page: sessions with their records, recovery, outcomes, reactions, consent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import require
from clinic.roles import Permission
from treatments.models import RecoveryCheck
from treatments.web.found import plan_for


@require_safe
@require(Permission.SEE_CLINICAL)
def plan_care(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done and how it went, for those who may see it."""
    plan = plan_for(request, pk, Permission.SEE_CLINICAL)
    context = {
        "plan": plan,
        "sessions": plan.sessions.with_care(),
        "checks": RecoveryCheck.objects.of_plan(plan).order_by("-due_at")[:12],
        "reactions": plan.reactions.all(),
        "consent": plan.consents.standing().first(),
    }
    return render(request, "treatments/panel_care.html", context)
