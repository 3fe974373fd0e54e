"""Consent: text versions, and what a patient signed."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.models import Patient
from clinic.roles import Permission
from treatments.models.plans import TreatmentPlan


@tracked()
class ConsentText(models.Model):
    """One version of the wording of a consent item. Never edited: a new wording is a new version."""

    code = models.CharField(max_length=20)
    language = models.CharField(max_length=10, default="en")
    version = models.PositiveSmallIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "language", "version"], name="consent_text_version_used_once"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.code} v{self.version} ({self.language})"


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Which consents."""

    def visible_to(self, user: Any, permission: Permission = Permission.SEE_CLINICAL) -> ConsentQuerySet:
        """Consents of patients whose clinical facts the user may see."""
        mine = self.filter(plan__patient__in=Patient.objects.visible_to(user, permission))
        return mine.select_related("plan__patient", "plan__location", "discussed_by")

    def standing(self) -> ConsentQuerySet:
        """Consents that were not withdrawn, the newest first."""
        return self.filter(withdrawn_at=None).order_by("-signed_at")


@tracked()
class Consent(models.Model):
    """What a patient allowed for a plan: items with text versions, the signature, the time, a withdrawal."""

    plan = models.ForeignKey(TreatmentPlan, on_delete=models.PROTECT, related_name="consents")
    texts = models.ManyToManyField(ConsentText, through="treatments.ConsentedText", related_name="consents")
    discussed_at = models.DateTimeField()
    discussed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    questions = models.TextField(_("questions and answers"), blank=True)
    signed_name = models.CharField(_("typed signature"), max_length=160)
    #: A drawn signature as an SVG path; empty when typed.
    signature_path = models.TextField(blank=True)
    signed_at = models.DateTimeField()
    #: What was agreed to: protocols, zones, components, clinician. A change asks for a new signature (catalogue 10.1).
    covers = models.JSONField(default=dict, blank=True)
    valid_until_on = models.DateField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(signed_name=""), name="consent_is_signed"),
        ]

    def __str__(self) -> str:
        return f"Consent for {self.plan}"


@tracked()
class ConsentedText(models.Model):
    """One tick: this wording was agreed to, or declined where it is optional."""

    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="ticks")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="ticks")
    is_agreed = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consent", "text"], name="consent_text_ticked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.text}: {'agreed' if self.is_agreed else 'declined'}"
