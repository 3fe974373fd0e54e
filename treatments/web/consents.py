"""Consent: the discussion, the ticks, the signature; and the sheet of what was signed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.access import log_access, may, require
from clinic.errors import DomainError
from clinic.roles import Permission
from treatments.actions.consents import sign_consent, texts_for, withdraw_consent
from treatments.models import Consent, TreatmentPlan
from treatments.web.found import plan_for
from treatments.web.saying import carry_out, say_refusal

_LINE = re.compile(r"(?:[ML]\d{1,3}(?:\.\d)? \d{1,3}(?:\.\d)?)*")


@require(Permission.SCREEN)
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the texts in the patient's language; POST signs them."""
    plan = plan_for(request, pk, Permission.SCREEN)
    log_access(request, plan.patient, "consent", now=timezone.now())
    if request.method == "POST":
        try:
            signed = _sign(request, plan)
        except DomainError as refusal:
            say_refusal(request, refusal)
            return _page(request, plan, status=422)
        return redirect("treatments:consent-sheet", pk=signed.pk)
    return _page(request, plan)


def _page(request: HttpRequest, plan: TreatmentPlan, *, status: int = 200) -> HttpResponse:
    texts = texts_for(plan, now=timezone.now())
    ticked = set(request.POST.getlist("tick"))
    context: dict[str, Any] = {
        "plan": plan,
        "rows": [(one, one.item.code in ticked) for one in texts],
        "typed": request.POST,
    }
    return render(request, "treatments/consent.html", context, status=status)


def _sign(request: HttpRequest, plan: TreatmentPlan) -> Consent:
    now = timezone.now()
    ticked = set(request.POST.getlist("tick"))
    minutes = request.POST.get("discussed_minutes", "")
    return sign_consent(
        plan,
        ticks={one.item.code: one.item.code in ticked for one in texts_for(plan, now=now)},
        discussed_at=now - timedelta(minutes=int(minutes) if minutes.isdigit() else 0),
        discussed_by=request.user,
        questions=request.POST.get("questions", "").strip(),
        signed_name=request.POST.get("signed_name", ""),
        signature_path=drawn_only(request.POST.get("signature_path", "")),
        now=now,
    )


def drawn_only(path: str) -> str:
    """A drawn line as an SVG path: moves and lines to numbers, nothing else; empty for anything that is not one."""
    return path if len(path) <= 20000 and _LINE.fullmatch(path) else ""


@require_safe
@require(Permission.SEE_CLINICAL)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """What was signed, as it is printed."""
    found = Consent.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    log_access(request, found.plan.patient, "consent sheet", now=timezone.now())
    ticks = found.ticks.select_related("text")
    return render(
        request,
        "treatments/consent_sheet.html",
        {
            "consent": found,
            "plan": found.plan,
            "ticks": ticks,
            "can_withdraw": may(request.user, Permission.SCREEN, found.plan.location_id),
        },
    )


@require_POST
@require(Permission.SCREEN)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The patient withdraws: nothing more may happen on this consent."""
    found = Consent.objects.visible_to(request.user, Permission.SCREEN).filter(pk=pk).first()
    if found is None:
        raise Http404
    return carry_out(
        request,
        lambda: withdraw_consent(found, now=timezone.now()),
        _("The consent is withdrawn."),
        to="treatments:plan",
        pk=found.plan_id,
    )
