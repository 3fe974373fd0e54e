"""Plans: the list, one plan, and the part of a patient's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.access import log_access, may, require
from clinic.errors import DomainError
from clinic.models import Patient
from clinic.roles import Permission
from treatments.actions.plans import close_plan, release_plan
from treatments.models import TreatmentPlan
from treatments.queries.catalogue import concern_names, reaction_names
from treatments.queries.patient_consents import consent_states
from treatments.words import PlanStatus

PAGE = 40
#: Parts of the plan page that belong to the app above, by the name of their URL.
PANELS = ("bookings:plan-series",)
CLINICAL_PANELS = ("treatments:plan-care",)


@require_safe
@require(Permission.SEE_PATIENTS)
def plans(request: HttpRequest) -> HttpResponse:
    """Plans of the user's locations; `?status=` narrows to running, on hold, or ended ones."""
    wished = request.GET.get("status", "running")
    mine = (
        TreatmentPlan.objects.visible_to(request.user)
        .with_progress()
        .select_related("patient", "location", "clinician__resource")
    )
    found = mine.running() if wished == "running" else mine.on_hold() if wished == "on-hold" else mine.ended()
    page = Paginator(found.order_by("-id"), PAGE).get_page(request.GET.get("page"))
    return render(
        request, "treatments/plans.html", {"page": page, "status": wished, "concerns": concern_names()}
    )


@require_safe
@require(Permission.SEE_PATIENTS)
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: the series with its dates (from the app above), and for clinicians the care."""
    found = _found(request, pk)
    log_access(request, found.patient, "plan", now=timezone.now())
    is_clinical = may(request.user, Permission.SEE_CLINICAL, found.location_id)
    names = [*PANELS, *(CLINICAL_PANELS if is_clinical else ())]
    context = {
        "plan": found,
        "concerns": concern_names(),
        "panels": [reverse(name, args=[pk]) for name in names],
        "can_release": found.status == PlanStatus.ON_HOLD and is_clinical,
        "can_close": found.status in (PlanStatus.ACTIVE, PlanStatus.ON_HOLD),
        "history": [_told(change) for change in found.status_changes.select_related("changed_by")],
    }
    return render(request, "treatments/plan.html", context)


@require_POST
@require(Permission.SEE_CLINICAL)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """A clinician lets a frozen plan go on, with a reason."""
    reason = request.POST.get("reason", "")
    return _change(
        request,
        pk,
        lambda row: release_plan(row, reason=reason, by=request.user, now=timezone.now()),
        _("The plan goes on."),
    )


@require_POST
@require(Permission.BOOK)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a plan early or as complete."""
    is_complete, reason = request.POST.get("how") == "complete", request.POST.get("reason", "")[:300]
    return _change(
        request,
        pk,
        lambda row: close_plan(
            row, is_complete=is_complete, reason=reason, by=request.user, now=timezone.now()
        ),
        _("The plan is closed."),
    )


@require_safe
@require(Permission.SEE_PATIENTS)
def patient_plans(request: HttpRequest, pk: int) -> HttpResponse:
    """The plans of one patient, as a part of the patient's page; each ribbon comes from the app above."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
    rows = patient.plans.with_progress().select_related("location")
    shown = [(row, reverse("bookings:plan-ribbon", args=[row.pk])) for row in rows]
    return render(request, "treatments/panel_plans.html", {"patient": patient, "shown": shown})


@require_safe
@require(Permission.SEE_PATIENTS)
def patient_consents(request: HttpRequest, pk: int) -> HttpResponse:
    """What one patient has signed and must sign again, as a part of the patient's page; never what was answered."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
    states = consent_states(patient, now=timezone.now())
    return render(request, "treatments/panel_consents.html", {"patient": patient, "states": states})


def _told(change: Any) -> tuple[Any, str, str]:
    """A change of the plan's status in words: the change, the status, the reason."""
    return change, str(PlanStatus(change.to_status).label), reaction_names().get(change.reason, change.reason)


def _found(request: HttpRequest, pk: int) -> TreatmentPlan:
    mine = TreatmentPlan.objects.visible_to(request.user).with_progress()
    return get_object_or_404(mine.select_related("patient", "location", "clinician__resource"), pk=pk)


def _change(
    request: HttpRequest, pk: int, act: Callable[[TreatmentPlan], object], sentence: str
) -> HttpResponse:
    try:
        act(_found(request, pk))
        messages.success(request, sentence)
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    return redirect("treatments:plan", pk=pk)
