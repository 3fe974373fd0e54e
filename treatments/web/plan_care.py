"""The clinical part of a plan's page: sessions with their records, recovery, outcomes, reactions, consent."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import may, require
from clinic.roles import Permission
from treatments.entitled import is_entitled
from treatments.models import RecoveryCheck
from treatments.queries.catalogue import definition_of, reaction_names
from treatments.queries.healing import agreements_of, gentler_after
from treatments.web.found import plan_for
from treatments.words import ReactionSeverity


@require_safe
@require(Permission.SEE_CLINICAL)
def plan_care(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done and how it went, for those who may see it."""
    plan = plan_for(request, pk, Permission.SEE_CLINICAL)
    last = plan.sessions.performed().select_related("plan", "protocol_version").order_by("number").last()
    reactions = list(plan.reactions.annotate(photo_count=Count("photos")))
    context = {
        "flags": definition_of(last).red_flags if last else (),
        "severities": ReactionSeverity.choices,
        "gentler": gentler_after(last) if last else None,
        "gentler_session": last,
        "agreements": agreements_of(plan),
        "can_treat": may(request.user, Permission.TREAT, plan.location),
        "may_sign": is_entitled(request.user, plan.location),
        "plan": plan,
        "reaction_names": reaction_names(),
        "sessions": plan.sessions.with_care(),
        "checks": RecoveryCheck.objects.of_plan(plan).order_by("-due_at")[:12],
        "reactions": reactions,
        "consent": plan.consents.standing().first(),
    }
    return render(request, "treatments/panel_care.html", context)
