"""Treatment plans: one patient, one indication, a numbered series."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.models import Patient
from clinic.roles import Permission
from clinic.statuses import StatusChange
from treatments.words import OPEN_SESSIONS, PERFORMED_SESSIONS, RUNNING_PLANS, PlanStatus


class TreatmentPlanQuerySet(models.QuerySet["TreatmentPlan"]):
    """Which plans."""

    def visible_to(
        self, user: Any, permission: Permission = Permission.SEE_PATIENTS
    ) -> TreatmentPlanQuerySet:
        """Plans of patients that the user may see."""
        return self.filter(patient__in=Patient.objects.visible_to(user, permission))

    def running(self) -> TreatmentPlanQuerySet:
        """Plans in which sessions may still be booked."""
        return self.filter(status__in=RUNNING_PLANS)

    def on_hold(self) -> TreatmentPlanQuerySet:
        """Plans that were frozen."""
        return self.filter(status=PlanStatus.ON_HOLD)

    def ended(self) -> TreatmentPlanQuerySet:
        """Completed or stopped plans."""
        return self.filter(status__in=(PlanStatus.COMPLETED, PlanStatus.REVOKED))

    def completed(self) -> TreatmentPlanQuerySet:
        """Plans whose series was delivered to its end."""
        return self.filter(status=PlanStatus.COMPLETED)

    def treated_since(self, since: Any) -> TreatmentPlanQuerySet:
        """Plans with a session performed at or after an instant."""
        treated = Q(sessions__status__in=PERFORMED_SESSIONS, sessions__performed_at__gte=since)
        return self.filter(treated).select_related("patient", "location").distinct()

    def with_progress(self) -> TreatmentPlanQuerySet:
        """Adds `sessions_total`, `sessions_done`, `sessions_left`, counted from the sessions themselves (P4)."""
        done = Q(sessions__status__in=PERFORMED_SESSIONS)
        left = Q(sessions__status__in=OPEN_SESSIONS)
        return self.annotate(
            sessions_total=models.Count("sessions", filter=done | left, distinct=True),
            sessions_done=models.Count("sessions", filter=done, distinct=True),
            sessions_left=models.Count("sessions", filter=left, distinct=True),
        )


@tracked()
class TreatmentPlan(models.Model):
    """A series agreed for one patient. It does not know its appointments."""

    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="plans")
    location = models.ForeignKey("clinic.Location", on_delete=models.PROTECT, related_name="plans")
    concern = models.CharField(_("concern"), max_length=60)
    title = models.CharField(_("title"), max_length=160)
    #: Code of a combination template, empty for a plan of one protocol.
    combination = models.CharField(max_length=40, blank=True)
    zones = models.JSONField(_("zones"), default=list, blank=True)
    clinician = models.ForeignKey(
        "clinic.Practitioner", null=True, blank=True, on_delete=models.PROTECT, related_name="plans"
    )
    status = models.CharField(max_length=20, choices=PlanStatus, default=PlanStatus.DRAFT)
    #: Mixture classes (catalogue 2.8) that may be injected: they bring their own questions and tests.
    components = models.JSONField(_("mixture components"), default=list, blank=True)
    numbing_planned = models.BooleanField(_("numbing planned"), default=True)
    #: The patient applies the cream at home before coming (catalogue 9.1, P_2H).
    numbs_at_home = models.BooleanField(_("applies the cream at home"), default=False)
    #: A package may end; sessions after that day are not part of it.
    package_ends_on = models.DateField(_("package ends on"), null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = TreatmentPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["location", "status"], name="plan_by_location_and_status")]

    def __str__(self) -> str:
        return self.title


class TreatmentPlanStatusChange(StatusChange):
    """Who started, paused, stopped or finished a plan."""

    plan = models.ForeignKey(TreatmentPlan, on_delete=models.CASCADE, related_name="status_changes")
