"""Claims: which resource is taken for which half-open period. The database refuses overlap (P1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q

from bookings.models.appointments import Appointment, During
from clinic.history import tracked


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Which claims."""

    def touching(self, start: datetime, end: datetime) -> ClaimQuerySet:
        """Claims that overlap a half-open period."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)

    def of_appointments(self, keys: list[int]) -> Any:
        """(appointment, resource, start, end) of some appointments, in order of time."""
        rows = self.filter(appointment__in=keys).order_by("starts_at")
        return rows.values_list("appointment_id", "resource_id", "starts_at", "ends_at")


@tracked(found_by=("appointment",), many_at_once=True)
class Claim(models.Model):
    """One resource for one span of an appointment's phases, or for a piece of a closure.

    Claims exist exactly while their appointment occupies; what was claimed before is in the history.
    """

    # Found by the index of the exclusion constraint.
    resource = models.ForeignKey(
        "clinic.Resource", db_index=False, on_delete=models.PROTECT, related_name="claims"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.CASCADE, related_name="claims"
    )
    closure = models.ForeignKey(
        "clinic.Closure",
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.CASCADE,
        related_name="claims",
    )

    #: The version of the appointment that wrote this claim: an undo finds the claims of the one before.
    appointment_version = models.PositiveIntegerField(default=0)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["closure"], condition=Q(closure__isnull=False), name="claim_of_closure"),
        ]
        constraints = [
            ExclusionConstraint(
                name="claim_resource_not_double_booked",
                expressions=[("resource", RangeOperators.EQUAL), (During(), RangeOperators.OVERLAPS)],
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="claim_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(appointment__isnull=False, closure__isnull=True)
                | Q(appointment__isnull=True, closure__isnull=False),
                name="claim_belongs_to_an_appointment_or_a_closure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%H:%M} UTC"
