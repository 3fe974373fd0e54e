"""Yes or no to messages, per patient, channel and purpose."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.messaging.words import Channel, Purpose


@tracked()
class ContactChoice(models.Model):
    """What a patient said about one channel and purpose. No row: care and follow-up yes, feedback no."""

    patient = models.ForeignKey("clinic.Patient", on_delete=models.CASCADE, related_name="contact_choices")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    purpose = models.CharField(_("for"), max_length=12, choices=Purpose)
    is_wanted = models.BooleanField(_("wanted"))
    #: "STOP by SMS", "link in the e-mail", "told the desk": proof of the choice.
    source = models.CharField(_("how we know"), max_length=80)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "channel", "purpose"], name="contact_choice_made_once_per_purpose"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} for {self.purpose}: {'yes' if self.is_wanted else 'no'}"
