"""The clinical part of a plan's page: sessions with their records, recovery, outcomes, reactions, consent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import require
from clinic.roles import Permission
from treatments.actions.reactions import gentler_next
from treatments.models import RecoveryCheck, TreatmentSession
from treatments.queries.catalogue import definition_of
from treatments.web.found import plan_for
from treatments.words import ReactionSeverity, ReactionStatus


@require_safe
@require(Permission.SEE_CLINICAL)
def plan_care(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done and how it went, for those who may see it."""
    plan = plan_for(request, pk, Permission.SEE_CLINICAL)
    last = plan.sessions.performed().select_related("plan", "protocol_version").order_by("number").last()
    reactions = list(plan.reactions.all())
    slow = [one.code for one in reactions if one.status == ReactionStatus.OPEN]
    context = {
        "flags": definition_of(last).red_flags if last else (),
        "severities": ReactionSeverity.choices,
        "gentler": gentler_next(last, findings=_labels(last, slow)) if last and slow else None,
        "plan": plan,
        "sessions": plan.sessions.with_care(),
        "checks": RecoveryCheck.objects.of_plan(plan).order_by("-due_at")[:12],
        "reactions": reactions,
        "consent": plan.consents.standing().first(),
    }
    return render(request, "treatments/panel_care.html", context)


def _labels(session: TreatmentSession, codes: list[str]) -> list[str]:
    """Reactions in the catalogue's words."""
    labels = {flag.code: flag.label for flag in definition_of(session).red_flags}
    return [labels.get(code, code) for code in dict.fromkeys(codes)]
