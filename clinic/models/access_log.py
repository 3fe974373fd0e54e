"""Who looked at which patient. Append-only, kept by a trigger."""

import pgtrigger
from django.conf import settings
from django.db import models


class AccessLog(models.Model):
    """One look at a patient record (P9)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="access_log")
    what = models.CharField(max_length=80)
    request_id = models.CharField(max_length=64, blank=True)
    looked_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["patient", "-looked_at"], name="access_log_by_patient")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.user} looked at {self.what} of patient {self.patient_id}"
