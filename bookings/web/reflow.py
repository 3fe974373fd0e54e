"""Fitting a series again after life happened to it: the difference, and one press that changes all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bookings.actions.reflowing import ReflowProposal, accept_reflow, propose_reflow
from bookings.web.moving import undo_address
from bookings.web.newtimes import times_in, value_of_change
from bookings.web.refusing import sentences_of
from bookings.web.series import bookable_plan
from clinic.access import require
from clinic.errors import DomainError, Problem, Warning
from clinic.models import Resource
from clinic.roles import Permission
from treatments.models import TreatmentPlan


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.BOOK)
def reflow(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the difference with the fewest moves; POST accepts what was shown, whole or not at all.

    Sessions that have no time (missed, cancelled, never booked) are placed too, unless `missing=no`.
    """
    plan = bookable_plan(request, pk)
    return _accept(request, plan) if request.method == "POST" else _page(request, plan)


def _page(
    request: HttpRequest, plan: TreatmentPlan, *, refusals: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    places_missing = request.GET.get("missing") != "no"
    found = propose_reflow(plan, now=timezone.now(), places_missing=places_missing)
    problems = _problems(found)
    context: dict[str, Any] = {
        "plan": plan,
        "found": found,
        "changes": [(one, value_of_change(one)) for one in found.changes],
        "problems": [one for one in problems if not isinstance(one, Warning)],
        "remarks": [one for one in problems if isinstance(one, Warning)],
        "added": sum(one.appointment is None for one in found.changes),
        "places_missing": places_missing,
        "names": dict(Resource.objects.at(plan.location).values_list("pk", "name")),
        "refusals": refusals,
    }
    return render(request, "bookings/reflow.html", context, status=status)


def _problems(found: ReflowProposal) -> list[Problem]:
    """Every reason once: those against the whole, then those against one of the new days."""
    every = [*found.problems, *(problem for one in found.changes for problem in one.problems)]
    return list({str(problem.sentence): problem for problem in every}.values())


def _accept(request: HttpRequest, plan: TreatmentPlan) -> HttpResponse:
    times = times_in(request.POST.getlist("session"))
    try:
        rows = accept_reflow(
            plan=plan,
            times=times,
            by=request.user,
            now=timezone.now(),
            is_told=request.POST.get("tell") == "yes",
        )
    except DomainError as refusal:
        return _page(request, plan, refusals=sentences_of(refusal), status=refusal.status)
    said = ngettext(
        "%(count)d session has its new time.", "%(count)d sessions have their new times.", len(rows)
    )
    messages.success(request, said % {"count": len(rows)}, extra_tags=undo_address(rows))
    return redirect("treatments:plan", pk=plan.pk)
