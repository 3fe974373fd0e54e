"""Patient links and API tokens: only their hashes are stored."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.words import LinkPurpose


class PatientLinkQuerySet(models.QuerySet["PatientLink"]):
    """Which links."""

    def usable(self, now: datetime) -> PatientLinkQuerySet:
        """Links that still open something."""
        return self.filter(expires_at__gt=now, revoked_at__isnull=True)


@tracked()
class PatientLink(models.Model):
    """A secret address for one patient and one purpose; see `clinic.links`."""

    token_hash = models.CharField(max_length=64, unique=True)
    patient = models.ForeignKey("clinic.Patient", on_delete=models.CASCADE, related_name="links")
    location = models.ForeignKey("clinic.Location", on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=20, choices=LinkPurpose)
    #: What it opens, by name and number: apps above are not named here.
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PatientLinkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="patient_link_by_subject")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wrong_tries__lte=5), name="patient_link_locks_after_five_wrong_tries"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} of patient {self.patient_id}"


@tracked()
class ApiToken(models.Model):
    """A bearer token of a user for the API."""

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    label = models.CharField(_("label"), max_length=80, blank=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.label or 'token'} of {self.user}"


class IdempotencyKey(models.Model):
    """A creating request that was carried out: its key, what was asked, what it made. Kept for 24 hours."""

    # Found by the constraint's index.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, db_index=False, on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    #: Name and number of what was made, so that a replay shows it as it is now.
    result_type = models.CharField(max_length=40)
    result_ids = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_used_once_per_user"),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_by_age")]

    def __str__(self) -> str:
        return self.key
