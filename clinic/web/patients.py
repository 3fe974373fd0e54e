"""Patients: find, create, see, change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.access import current_location, log_access, require
from clinic.actions.patients import register_patient, update_patient
from clinic.errors import DomainError
from clinic.models import Patient
from clinic.roles import Permission
from clinic.web.forms import PatientForm

PAGE = 40
T = TypeVar("T")


@require_safe
@require(Permission.SEE_PATIENTS)
def patients(request: HttpRequest) -> HttpResponse:
    """All patients of the user's locations, or those that match the search."""
    words = request.GET.get("q", "").strip()
    found = (
        Patient.objects.visible_to(request.user).matching(words).prefetch_related("registrations__location")
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "clinic/patients.html", {"page": page, "words": words})


@require_safe
@require(Permission.EDIT_PATIENTS)
def namesakes(request: HttpRequest) -> HttpResponse:
    """Patients who look like the one being typed, so that nobody is created twice."""
    words = " ".join(request.GET.get(name, "") for name in ("given_name", "family_name")).strip()
    found = Patient.objects.visible_to(request.user).matching(words)[:5] if len(words) > 2 else []
    return render(request, "clinic/patients.html#namesakes", {"found": found})


@require(Permission.EDIT_PATIENTS)
def new(request: HttpRequest) -> HttpResponse:
    """A new patient of the current location."""
    location = current_location(request)
    if location is None:
        return redirect("home")
    form = PatientForm(request.POST or None, location=location)
    if request.method == "POST" and form.is_valid():
        patient = _accepted(
            form,
            lambda details: register_patient(
                location=location, by=request.user, now=timezone.now(), **details
            ),
        )
        if patient is not None:
            words = {"name": patient, "place": location}
            messages.success(request, _("%(name)s is registered at %(place)s.") % words)
            return redirect("clinic:patient", pk=patient.pk)
    return render(
        request,
        "clinic/patient_form.html",
        {"form": form, "title": _("New patient")},
        status=422 if form.errors else 200,
    )


@require(Permission.EDIT_PATIENTS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes who it is and how to reach them."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
    location = current_location(request)
    if location is None:
        return redirect("home")
    form = PatientForm(request.POST or None, instance=patient, location=location)
    if request.method == "POST" and form.is_valid():
        saved = _accepted(
            form,
            lambda details: update_patient(patient=patient, by=request.user, now=timezone.now(), **details),
        )
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("clinic:patient", pk=patient.pk)
    context = {"form": form, "patient": patient, "title": str(patient)}
    return render(request, "clinic/patient_form.html", context, status=422 if form.errors else 200)


def _accepted(form: PatientForm, act: Callable[[dict[str, Any]], T]) -> T | None:
    """What the action gave; None when it refused, with its sentence on the form."""
    try:
        return act(form.details())
    except DomainError as refusal:
        form.add_error(None, refusal.sentence)
        return None


@require_safe
@require(Permission.SEE_PATIENTS)
def patient(request: HttpRequest, pk: int) -> HttpResponse:
    """One patient: identity and contacts; plans, appointments and messages come from the apps above by URL."""
    found = get_object_or_404(
        Patient.objects.visible_to(request.user).prefetch_related("registrations__location"), pk=pk
    )
    log_access(request, found, "patient page", now=timezone.now())
    context = {
        "patient": found,
        "today": timezone.localdate(),
        "age": found.age_on(timezone.localdate()),
        "panels": [reverse(name, args=[pk]) for name in PANELS],
        "tasks": found.tasks.visible_to(request.user).waiting().worst_first(),
    }
    return render(request, "clinic/patient.html", context)


#: Parts of the patient page that belong to apps above, by the name of their URL.
PANELS = (
    "treatments:patient-plans",
    "bookings:patient-appointments",
    "treatments:patient-consents",
    "messaging:timeline",
)
