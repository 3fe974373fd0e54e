"""Appointments: a patient, a place, a time, a status."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from bookings.models.appointment_sets import AppointmentQuerySet
from bookings.words import (
    LIVE,
    OCCUPYING,
    Agreement,
    AppointmentKind,
    AppointmentStatus,
    CancelReason,
)
from clinic.history import tracked
from clinic.statuses import StatusChange


class During(Func):
    """`tstzrange(starts_at, ends_at, '[)')`: the half-open period of a row."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()

    def __init__(self, start: str = "starts_at", end: str = "ends_at") -> None:
        super().__init__(F(start), F(end), Value("[)"))

    def deconstruct(self) -> Any:
        """Migrations write the class without arguments."""
        return ("bookings.models.appointments.During", (), {})


@tracked()
class Appointment(models.Model):
    """An agreed time. Its claims say which resource is taken for which part of it."""

    # Both are found by the indexes below, which also know the time.
    patient = models.ForeignKey(
        "clinic.Patient", db_index=False, on_delete=models.PROTECT, related_name="appointments"
    )
    location = models.ForeignKey(
        "clinic.Location", db_index=False, on_delete=models.PROTECT, related_name="appointments"
    )
    #: What it is based on; empty for a consultation.
    treatment_session = models.ForeignKey(
        "treatments.TreatmentSession",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appointments",
    )
    kind = models.CharField(
        _("kind"), max_length=20, choices=AppointmentKind, default=AppointmentKind.TREATMENT
    )
    status = models.CharField(max_length=20, choices=AppointmentStatus, default=AppointmentStatus.BOOKED)
    #: The patient's time in the building, half-open. Turnover belongs to the room's claim only.
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    held_until = models.DateTimeField(null=True, blank=True)
    #: The desk's login that keeps this as one of several choices while it is on the phone; empty for any other time.
    choice_of = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    #: Rises with every change; the ETag, and the SEQUENCE of the calendar entry.
    version = models.PositiveIntegerField(default=1)
    #: What was last agreed about the time, in which version, when, and whether the patient is told. Messages count
    #: from here: an arrival raises the version, but it repeats no message.
    agreement = models.CharField(max_length=10, choices=Agreement, default=Agreement.BOOKED)
    agreed_version = models.PositiveIntegerField(default=1)
    agreed_at = models.DateTimeField()
    is_told = models.BooleanField(_("tell the patient"), default=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=12, choices=CancelReason, blank=True)
    cancelled_by_patient = models.BooleanField(default=False)
    note = models.CharField(_("note for the desk"), max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = AppointmentQuerySet.as_manager()
    #: What was claimed for it (`SpanClaim`), on the row that an action has only just made: it need not be read again.
    just_claimed: Any = None

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            ExclusionConstraint(
                name="appointment_patient_not_double_booked",
                expressions=[("patient", RangeOperators.EQUAL), (During(), RangeOperators.OVERLAPS)],
                condition=Q(status__in=[str(status) for status in OCCUPYING]),
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.UniqueConstraint(
                fields=["treatment_session"],
                condition=Q(status__in=[str(status) for status in OCCUPYING]),
                name="treatment_session_has_one_occupying_appointment",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(status="held", held_until__isnull=False)
                | (~Q(status="held") & Q(held_until__isnull=True)),
                name="appointment_held_exactly_when_it_has_an_expiry",
            ),
            models.CheckConstraint(
                condition=(Q(status="cancelled") & ~Q(cancel_reason=""))
                | (~Q(status="cancelled") & Q(cancel_reason="")),
                name="appointment_cancelled_exactly_when_it_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["location", "starts_at"], name="appointment_by_location"),
            models.Index(fields=["patient", "starts_at"], name="appointment_by_patient"),
            models.Index(fields=["held_until"], condition=Q(status="held"), name="appointment_holds"),
            models.Index(
                fields=["choice_of"],
                condition=Q(status="held") & ~Q(choice_of=""),
                name="appointment_choices",
            ),
            models.Index(
                fields=["location", "agreed_at"],
                condition=Q(status="cancelled", cancelled_by_patient=True),
                name="appointment_off_by_patient",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient} at {self.starts_at:%Y-%m-%d %H:%M} UTC"

    @property
    def is_live(self) -> bool:
        """Held, booked or arrived."""
        return self.status in LIVE


class AppointmentStatusChange(StatusChange):
    """Who booked, moved on, cancelled; and when."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="status_changes")
