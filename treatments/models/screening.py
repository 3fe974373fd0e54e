"""Screening: what the patient answered, what was done elsewhere, patch tests, and clinicians' sign-offs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from treatments.models.plans import TreatmentPlan
from treatments.models.sessions import TreatmentSession
from treatments.words import ScreeningOutcome, Severity


@tracked()
class ClinicalProfile(models.Model):
    """Clinical facts about a patient that outlive a plan. Not for the front desk."""

    patient = models.OneToOneField(
        "clinic.Patient", primary_key=True, on_delete=models.CASCADE, related_name="clinical_profile"
    )
    #: Fitzpatrick skin type 1..6 (catalogue 3.4).
    skin_type = models.PositiveSmallIntegerField(_("Fitzpatrick skin type"), null=True, blank=True)
    weight_kg = models.DecimalField(_("weight in kg"), max_digits=5, decimal_places=1, null=True, blank=True)
    #: A prescriber decided on tablets against cold sores before a session (catalogue 3.2 HSV_HISTORY, 9.1 P_2_HSV).
    hsv_prescribed = models.BooleanField(_("cold-sore tablets prescribed"), default=False)
    #: Somebody who shaves the area is told when to (catalogue 9.1, P_1_SHAVE).
    shaves_area = models.BooleanField(_("shaves the area"), default=False)
    note = models.TextField(_("clinical note"), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(skin_type__isnull=True) | Q(skin_type__gte=1, skin_type__lte=6),
                name="skin_type_is_one_to_six",
            ),
        ]

    def __str__(self) -> str:
        return f"Profile of patient {self.patient_id}"


@tracked()
class Screening(models.Model):
    """One answered questionnaire: before the plan (session empty) or before one session."""

    plan = models.ForeignKey(TreatmentPlan, on_delete=models.CASCADE, related_name="screenings")
    session = models.ForeignKey(
        TreatmentSession, null=True, blank=True, on_delete=models.CASCADE, related_name="screenings"
    )
    answered_at = models.DateTimeField()
    #: None when the patient answered through the link.
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=20, choices=ScreeningOutcome)

    class Meta:
        ordering = ["-answered_at"]
        indexes = [models.Index(fields=["session", "-answered_at"], name="screening_by_session")]

    def __str__(self) -> str:
        return f"Screening of {self.session or self.plan}"


@tracked()
class ScreeningAnswer(models.Model):
    """One item with its answer; the finding is what the rules made of it on the session's date."""

    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="answers")
    item = models.CharField(max_length=40)
    is_yes = models.BooleanField()
    #: The code of the choice, where yes or no is not enough.
    choice = models.CharField(max_length=30, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    #: "When was the last …?" for items with a window.
    since_on = models.DateField(null=True, blank=True)
    zones = models.JSONField(default=list, blank=True)
    finding = models.CharField(max_length=10, choices=Severity, blank=True)
    possible_from_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["screening", "item"], name="screening_item_answered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.answer}"

    @property
    def answer(self) -> str:
        """The choice, or "yes" or "no"."""
        return self.choice or ("yes" if self.is_yes else "no")


@tracked()
class ScreeningDraft(models.Model):
    """A questionnaire that a patient has begun on the phone and not sent: it can be gone on with on another day.

    `answers`: by item `answer`, `since` (ISO day), `zones`, `detail`, `told_at` (ISO instant), and `more` once when and
    where were asked. Nothing reads them as answers before they are sent.
    """

    session = models.OneToOneField(
        TreatmentSession, primary_key=True, on_delete=models.CASCADE, related_name="screening_draft"
    )
    answers = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Questionnaire begun for {self.session}"


@tracked()
class EarlierTreatment(models.Model):
    """Something done elsewhere, or outside our plans, that a wash-out counts from (catalogue 4)."""

    patient = models.ForeignKey("clinic.Patient", on_delete=models.CASCADE, related_name="earlier_treatments")
    code = models.CharField(_("treatment"), max_length=40)
    performed_on = models.DateField(_("done on"))
    zones = models.JSONField(_("zones"), default=list, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-performed_on"]

    def __str__(self) -> str:
        return f"{self.code} on {self.performed_on}"


class PatchTestQuerySet(models.QuerySet["PatchTest"]):
    """Which patch tests."""

    def of_patient(self, patient: Any) -> PatchTestQuerySet:
        """All tests of a patient, the newest first."""
        return self.filter(patient=patient).order_by("-applied_at")


@tracked()
class PatchTest(models.Model):
    """A patch test with what was read and how long it stays valid (catalogue 3.5)."""

    patient = models.ForeignKey("clinic.Patient", on_delete=models.CASCADE, related_name="patch_tests")
    rule = models.CharField(max_length=20)
    components = models.JSONField(default=list, blank=True)
    applied_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_positive = models.BooleanField(null=True)
    valid_until_on = models.DateField(null=True, blank=True)

    objects = PatchTestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_positive__isnull=True) | Q(read_at__isnull=False),
                name="patch_test_result_was_read",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} of patient {self.patient_id}"


@tracked()
class SignOff(models.Model):
    """An entitled clinician takes responsibility for one named problem of one session, with a reason (P2)."""

    session = models.ForeignKey(TreatmentSession, on_delete=models.CASCADE, related_name="sign_offs")
    problem = models.CharField(max_length=80)
    reason = models.CharField(max_length=500)
    #: For a problem that time cures: signed for this day or later, never for an earlier one.
    from_on = models.DateField(null=True, blank=True)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "problem", "from_on"],
                nulls_distinct=False,
                name="problem_signed_off_once_per_session",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="sign_off_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.problem} of {self.session}"
