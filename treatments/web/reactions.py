"""Adverse reactions from the plan: noted with onset and severity; slow healing proposes a gentler next session."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.access import require
from clinic.errors import DomainError
from clinic.roles import Permission
from clinic.timekeeping import local_day
from treatments.actions.gentler import accept_gentler, withdraw_gentler
from treatments.actions.reactions import open_reaction
from treatments.models import GentlerStep, TreatmentPlan
from treatments.web.found import plan_for, session_for
from treatments.web.saying import carry_out
from treatments.words import ReactionSeverity


@require_POST
@require(Permission.TREAT)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes a reaction of a session; while it is open the next session needs a signature."""
    plan = plan_for(request, pk, Permission.TREAT)
    number, now = request.POST.get("session", ""), timezone.now()

    def act() -> None:
        today = local_day(now, plan.location.tz)
        severity = request.POST.get("severity", "")
        if not request.POST.get("code") or severity not in ReactionSeverity.values:
            raise DomainError("reaction", _("Choose what it was and how bad it is."))
        open_reaction(
            plan,
            code=request.POST["code"][:30],
            severity=ReactionSeverity(severity),
            onset_on=_onset(request.POST.get("onset_on", ""), today),
            by=request.user,
            now=now,
            session=plan.sessions.performed().filter(pk=int(number)).first() if number.isdigit() else None,
            note=request.POST.get("note", "").strip()[:2000],
            action_taken=request.POST.get("action_taken", "").strip()[:2000],
        )

    return carry_out(request, act, _("The reaction is noted."), to="treatments:plan", pk=pk)


@require_POST
@require(Permission.TREAT)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accepts, as it was shown, what slow healing after this session proposes for the next one."""
    session = session_for(request, pk, Permission.TREAT)
    depth = request.POST.get("depth_mm", "")

    def act() -> None:
        accept_gentler(
            session,
            days=_days(request.POST.get("days", "")),
            depth_mm=Decimal(depth) if depth.replace(".", "", 1).isdigit() else None,
            by=request.user,
            now=timezone.now(),
        )

    done = _("Agreed: the next session waits longer. Booked dates that are too soon now wait for the desk.")
    return carry_out(request, act, done, to="treatments:plan", pk=session.plan_id)


def _days(text: str) -> int:
    return int(text) if text.isdigit() else 0


@require_POST
@require(Permission.SEE_CLINICAL)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A clinician takes an agreement back, with a reason."""
    mine = TreatmentPlan.objects.visible_to(request.user, Permission.SEE_CLINICAL)
    step = get_object_or_404(
        GentlerStep.objects.select_related("after__plan__location"), after__plan__in=mine, pk=pk
    )
    return carry_out(
        request,
        lambda: withdraw_gentler(
            step, reason=request.POST.get("reason", ""), by=request.user, now=timezone.now()
        ),
        _("Taken back: the protocol's own days and depths hold again."),
        to="treatments:plan",
        pk=step.after.plan_id,
    )


def _onset(text: str, today: date) -> date:
    """The day it was first noticed: today without one; not in the future."""
    try:
        day = parse_date(text) if text else today
    except ValueError:
        day = None
    if day is None or day > today:
        raise DomainError(
            "onset", _("Write the day on which it was first noticed; it cannot be in the future.")
        )
    return day
