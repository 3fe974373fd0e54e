"""Opening a plan: concern → protocol → zones and number of sessions. The dates are the next page, in bookings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.access import current_location, require
from clinic.errors import DomainError
from clinic.models import Location, Patient
from clinic.roles import Permission
from treatments.actions.plans import open_plan
from treatments.combinations import combinations_for, combined_cost, combined_sessions
from treatments.models import ProtocolVersion, TreatmentPlan
from treatments.queries.catalogue import definition_by
from treatments.suggestions import concern_of, concerns, protocols_for, time_costs
from treatments.web.plan_forms import PlanForm
from treatments.web.zone_maps import map_of

STEPS = [_("Concern"), _("Protocol"), _("Zones and number"), _("Dates"), _("Book")]


@require(Permission.BOOK)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """One page that asks one thing after another; what was chosen is in the address, so that going back works."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
    location = _location(request, patient)
    if location is None:
        return redirect("home")
    if patient.born_on is None:
        messages.warning(request, _("Add the date of birth first: the age decides what is possible."))
        return redirect("clinic:patient-edit", pk=pk)
    context = {"patient": patient, "steps": STEPS, "concern": concern_of(request.GET.get("concern", ""))}
    if context["concern"] is None:
        return render(request, "treatments/plan_concern.html", {**context, "concerns": concerns()})
    chosen = _chosen(request, location)
    if chosen is None:
        return _ask_protocol(request, context, location)
    return _ask_details(request, context, location, chosen)


def _location(request: HttpRequest, patient: Patient) -> Location | None:
    """Where one works right now, when the patient is known there; else the patient's own place."""
    here = current_location(request)
    known = list(patient.locations.visible_to(request.user, Permission.BOOK))
    return here if here in known else next(iter(known), None)


def _ask_protocol(request: HttpRequest, context: dict[str, Any], location: Location) -> HttpResponse:
    code = context["concern"].code
    offered = protocols_for(code, country=location.country)
    known = {one.code for one in offered if not one.off_because}
    combined = [one for one in combinations_for(code) if set(one.protocols) <= known]
    return render(
        request, "treatments/plan_protocol.html", {**context, "offered": offered, "combined": combined}
    )


def _chosen(request: HttpRequest, location: Location) -> list[ProtocolVersion] | None:
    """The active versions of the chosen protocol, or of each session of the chosen combination."""
    versions = {row.protocol.code: row for row in ProtocolVersion.objects.offered()}
    wanted = request.GET.get("protocol", "")
    if wanted in versions:
        return [versions[wanted]]
    for one in combinations_for(request.GET.get("concern", "")):
        if one.code == request.GET.get("combination") and set(one.protocols) <= set(versions):
            return [versions[code] for code in one.protocols]
    return None


def _ask_details(
    request: HttpRequest, context: dict[str, Any], location: Location, chosen: list[ProtocolVersion]
) -> HttpResponse:
    definitions = {row.pk: definition_by(row.pk, row.checksum) for row in chosen}
    form = PlanForm(
        request.POST or None, definitions=list(definitions.values()), location=location, fixed=len(chosen) > 1
    )
    if request.method == "POST" and form.is_valid():
        try:
            plan = _open(request, context, location, chosen, form)
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect(_next_page(plan))
    each = [definitions[row.pk] for row in chosen]
    zones = list({zone.code: zone for one in each for zone in one.zones}.values())
    ticked = form["zones"].value() or []
    combined = combined_sessions(request.GET.get("combination", ""), each) if len(chosen) > 1 else []
    context |= {
        "form": form,
        "zone_map": map_of(zones, ticked, by_side=False),
        "zones": [(zone, zone.code in ticked) for zone in zones],
        "costs": [combined_cost(combined, each)] if combined else time_costs(each[0]),
        "combined": combined,
        "title": _title(request, context, each[0].label) if combined else each[0].label,
        "protocol": chosen[0].protocol,
        "versions": chosen,
        "definition": definitions[chosen[0].pk],
    }
    return render(request, "treatments/plan_details.html", context, status=422 if form.errors else 200)


def _title(request: HttpRequest, context: dict[str, Any], otherwise: str) -> str:
    """What the combination is called."""
    named = {one.code: one.label for one in combinations_for(context["concern"].code)}
    return named.get(request.GET.get("combination", ""), otherwise)


def _open(
    request: HttpRequest,
    context: dict[str, Any],
    location: Location,
    chosen: list[ProtocolVersion],
    form: PlanForm,
) -> TreatmentPlan:
    told = form.cleaned_data
    count = told.get("sessions")
    return open_plan(
        patient=context["patient"],
        location=location,
        concern=context["concern"].label,
        protocols=chosen if count is None else chosen * count,
        combination=request.GET.get("combination", ""),
        zones=told["zones"],
        clinician=told["clinician"],
        numbing_planned=told["numbing_planned"],
        package_ends_on=told["package_ends_on"],
        approval_reason=told["approval_reason"],
        by=request.user,
        now=timezone.now(),
    )


def _next_page(plan: TreatmentPlan) -> str:
    """The dates: a page of the app above, found by its name."""
    return reverse("bookings:series", args=[plan.pk])
