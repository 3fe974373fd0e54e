"""Adverse reactions from the plan: noted with onset and severity; slow healing proposes a gentler next session."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.access import require
from clinic.errors import DomainError
from clinic.roles import Permission
from clinic.timekeeping import local_day
from treatments.actions.reactions import open_reaction
from treatments.web.found import plan_for
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
