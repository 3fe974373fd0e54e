"""Treatment sessions: the numbered deliveries of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.models import Patient
from clinic.roles import Permission
from clinic.statuses import StatusChange
from treatments.models.plans import TreatmentPlan
from treatments.models.protocols import ProtocolVersion
from treatments.words import OPEN_SESSIONS, PERFORMED_SESSIONS, SessionStatus


class TreatmentSessionQuerySet(models.QuerySet["TreatmentSession"]):
    """Which sessions."""

    def visible_to(
        self, user: Any, permission: Permission = Permission.SEE_PATIENTS
    ) -> TreatmentSessionQuerySet:
        """Sessions of patients that the user may see."""
        return self.filter(plan__patient__in=Patient.objects.visible_to(user, permission))

    def of_plan(self, plan: TreatmentPlan) -> TreatmentSessionQuerySet:
        """The sessions of one plan in order."""
        return self.filter(plan=plan).order_by("number")

    def of_plans(self, plans: Any) -> Any:
        """(pk, plan, number, status, performed_at) of the counted sessions of some plans, in order."""
        rows = self.filter(plan__in=list(plans)).exclude(status=SessionStatus.ENTERED_IN_ERROR)
        return rows.order_by("plan", "number").values_list(
            "pk", "plan_id", "number", "status", "performed_at"
        )

    def with_care(self) -> TreatmentSessionQuerySet:
        """In order, with who treated and the record."""
        return self.select_related("record", "performed_by__resource").order_by("number")

    def of_many(self, plans: Any) -> TreatmentSessionQuerySet:
        """The sessions of several plans, plan by plan in order."""
        return self.filter(plan__in=list(plans)).order_by("plan", "number")

    def performed(self) -> TreatmentSessionQuerySet:
        """Sessions in which the skin was treated."""
        return self.filter(status__in=PERFORMED_SESSIONS)

    def performed_since(self, since: Any) -> TreatmentSessionQuerySet:
        """Sessions performed at or after an instant, with what messages about them need."""
        found = self.performed().filter(performed_at__gte=since)
        return found.select_related("plan__patient", "plan__location", "protocol_version")

    def of(self, keys: Iterable[int]) -> TreatmentSessionQuerySet:
        """The ones with these keys."""
        return self.filter(pk__in=list(keys))

    def for_booking(self) -> TreatmentSessionQuerySet:
        """With all that finding a time reads; the protocol's definition is kept by the process."""
        return self.select_related(
            "plan__patient__clinical_profile", "plan__location__settings", "protocol_version__protocol"
        ).defer("protocol_version__definition")

    def to_come(self) -> TreatmentSessionQuerySet:
        """Sessions still to be delivered."""
        return self.filter(status__in=OPEN_SESSIONS)


@tracked()
class TreatmentSession(models.Model):
    """One numbered delivery. `performed_at` is the fact that the next due window is anchored on."""

    plan = models.ForeignKey(TreatmentPlan, on_delete=models.CASCADE, related_name="sessions")
    number = models.PositiveSmallIntegerField(_("number"))
    protocol_version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="sessions")
    status = models.CharField(max_length=20, choices=SessionStatus, default=SessionStatus.PREPARATION)
    #: After a complete series, in the protocol's maintenance rhythm (catalogue 1.1).
    is_maintenance = models.BooleanField(_("maintenance"), default=False)
    #: When the treatment ended: aftercare and recovery checks count from here.
    performed_at = models.DateTimeField(null=True, blank=True)
    performed_by = models.ForeignKey(
        "clinic.Practitioner", null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )

    objects = TreatmentSessionQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="session_number_used_once_in_plan"),
            models.CheckConstraint(
                condition=Q(status__in=["completed", "stopped"], performed_at__isnull=False)
                | (~Q(status__in=["completed", "stopped"]) & Q(performed_at__isnull=True))
                | Q(status="entered-in-error"),
                name="session_performed_exactly_when_it_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["plan", "status"], name="session_by_plan_and_status")]

    def __str__(self) -> str:
        return f"session {self.number} of {self.plan}"

    @property
    def is_performed(self) -> bool:
        """Whether the skin was treated."""
        return self.status in PERFORMED_SESSIONS


class TreatmentSessionStatusChange(StatusChange):
    """Who started, completed or stopped a session."""

    session = models.ForeignKey(TreatmentSession, on_delete=models.CASCADE, related_name="status_changes")
