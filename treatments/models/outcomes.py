"""Outcomes and adverse reactions."""

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
from treatments.models.plans import TreatmentPlan
from treatments.models.sessions import TreatmentSession
from treatments.words import ReactionSeverity, ReactionStatus


@tracked()
class Outcome(models.Model):
    """One score on one scale at one moment of a plan (catalogue 8)."""

    plan = models.ForeignKey(TreatmentPlan, on_delete=models.CASCADE, related_name="outcomes")
    session = models.ForeignKey(
        TreatmentSession, null=True, blank=True, on_delete=models.CASCADE, related_name="outcomes"
    )
    scale = models.CharField(max_length=20)
    moment = models.CharField(max_length=16)
    score = models.DecimalField(max_digits=8, decimal_places=3)
    #: For scales scored at each site (catalogue 8.1): which one.
    site = models.CharField(_("site"), max_length=40, blank=True)
    #: Some scales exist in opposite directions (GAIS): which one was used.
    scale_version = models.CharField(_("version of the scale"), max_length=40, blank=True)
    by_patient = models.BooleanField(default=False)
    scored_at = models.DateTimeField()
    scored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["scored_at"]

    def __str__(self) -> str:
        return f"{self.scale} {self.score}"


class GentlerStepQuerySet(models.QuerySet["GentlerStep"]):
    """Which agreements."""

    def standing(self) -> GentlerStepQuerySet:
        """Those that nobody took back."""
        return self.filter(withdrawn_at__isnull=True)


@tracked()
class GentlerStep(models.Model):
    """What a practitioner accepted after slow healing or a reaction: the next session of the protocol waits longer, and
    goes less deep. The gate, the due windows and the record read it; taking it back keeps the row.
    """

    #: The session that healed slowly; the agreement is about the next one of the same protocol.
    after = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="gentler_steps")
    min_days = models.PositiveSmallIntegerField(_("not before, days"))
    #: What the protocol would have asked for, as it was shown.
    usual_days = models.PositiveSmallIntegerField(_("usually, days"))
    depth_mm = models.DecimalField(_("at most, mm"), max_digits=4, decimal_places=2, null=True, blank=True)
    reason = models.TextField(_("reason"))
    accepted_at = models.DateTimeField()
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_reason = models.CharField(_("why it was taken back"), max_length=500, blank=True)

    objects = GentlerStepQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["after"],
                condition=Q(withdrawn_at__isnull=True),
                name="gentler_step_stands_once_per_session",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")),
                name="gentler_step_is_taken_back_by_somebody_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.min_days} days after {self.after}"


class AdverseReactionQuerySet(models.QuerySet["AdverseReaction"]):
    """Which reactions."""

    def visible_to(
        self, user: Any, permission: Permission = Permission.SEE_CLINICAL
    ) -> AdverseReactionQuerySet:
        """Reactions of patients whose clinical facts the user may see."""
        return self.filter(plan__patient__in=Patient.objects.visible_to(user, permission))

    def open(self) -> AdverseReactionQuerySet:
        """Reactions that no clinician has closed."""
        return self.filter(status=ReactionStatus.OPEN)


@tracked()
class AdverseReaction(models.Model):
    """An unwanted effect: code, onset, severity, action. Open ones hold the next session."""

    plan = models.ForeignKey(TreatmentPlan, on_delete=models.PROTECT, related_name="reactions")
    session = models.ForeignKey(
        TreatmentSession, null=True, blank=True, on_delete=models.PROTECT, related_name="reactions"
    )
    code = models.CharField(max_length=30)
    severity = models.CharField(max_length=10, choices=ReactionSeverity)
    onset_on = models.DateField(_("first noticed on"))
    note = models.TextField(_("what was seen"), blank=True)
    action_taken = models.TextField(_("what was done"), blank=True)
    status = models.CharField(max_length=10, choices=ReactionStatus, default=ReactionStatus.OPEN)
    created_at = models.DateTimeField()
    #: None when a patient's answer opened it.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_to_authority = models.BooleanField(_("reported to the authority"), default=False)

    objects = AdverseReactionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["plan"], condition=Q(status="open"), name="reaction_open_by_plan")]

    def __str__(self) -> str:
        return f"{self.code} of {self.plan}"


class AdverseReactionStatusChange(StatusChange):
    """Who closed or reopened a reaction."""

    reaction = models.ForeignKey(AdverseReaction, on_delete=models.CASCADE, related_name="status_changes")
