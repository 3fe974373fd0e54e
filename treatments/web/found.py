"""Objects for a person, or 404: every view of treatments starts here."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from clinic.roles import Permission
from treatments.models import TreatmentPlan, TreatmentSession


def session_for(request: HttpRequest, pk: int, permission: Permission) -> TreatmentSession:
    """A session whose patient this person may see with the permission."""
    mine = TreatmentSession.objects.visible_to(request.user, permission)
    return get_object_or_404(
        mine.select_related("plan__patient", "plan__location__settings", "protocol_version__protocol"), pk=pk
    )


def plan_for(request: HttpRequest, pk: int, permission: Permission) -> TreatmentPlan:
    """A plan whose patient this person may see with the permission."""
    mine = TreatmentPlan.objects.visible_to(request.user, permission)
    return get_object_or_404(
        mine.select_related("patient", "location__settings", "clinician__resource"), pk=pk
    )
