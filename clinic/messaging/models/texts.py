"""The clinic's own wording: versions that stand in front of the shipped texts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.messaging.words import Channel, MessageKind


@tracked()
class TextVersion(models.Model):
    """One wording of a kind, channel and language. Never edited; the highest version counts.

    An empty body means: back to the shipped text.
    """

    kind = models.CharField(_("kind"), max_length=40, choices=MessageKind)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    version = models.PositiveIntegerField(_("version"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["kind", "channel", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "channel", "language", "version"], name="text_version_numbered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel} ({self.language}), version {self.version}"
