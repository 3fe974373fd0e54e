"""What patients wrote back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.messaging.words import Channel, InboundWord
from clinic.models.visibility import seen_by
from clinic.roles import Permission


class InboundMessageQuerySet(models.QuerySet["InboundMessage"]):
    """Which replies."""

    def visible_to(
        self, user: Any, permission: Permission = Permission.SEE_MESSAGES
    ) -> InboundMessageQuerySet:
        """Replies for a location where the user works in a role with the permission; unplaced ones for operators."""
        return seen_by(user, self, permission)

    def unread(self) -> InboundMessageQuerySet:
        """Free words that nobody has dealt with."""
        return self.filter(handled_at__isnull=True)

    def at(self, location: Any) -> InboundMessageQuerySet:
        """Replies for one location."""
        return self.filter(location=location)

    def newest_first(self) -> InboundMessageQuerySet:
        """With who wrote, latest first."""
        return self.select_related("patient", "location", "handled_by").order_by("-received_at", "-id")


@tracked()
class InboundMessage(models.Model):
    """One reply. A number that several patients share, or nobody has, leaves `patient` empty."""

    provider = models.CharField(max_length=40)
    report_id = models.CharField(max_length=200)
    channel = models.CharField(max_length=10, choices=Channel)
    sender = models.CharField(max_length=254)
    patient = models.ForeignKey(
        "clinic.Patient", null=True, blank=True, on_delete=models.PROTECT, related_name="inbound_messages"
    )
    location = models.ForeignKey(
        "clinic.Location", null=True, blank=True, on_delete=models.PROTECT, related_name="inbound_messages"
    )
    text = models.TextField(_("text"))
    word = models.CharField(max_length=10, choices=InboundWord)
    #: What followed, in words for the desk.
    effect = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = InboundMessageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "report_id"], name="inbound_message_counted_once"),
        ]
        indexes = [
            models.Index(
                fields=["location", "received_at"],
                condition=models.Q(handled_at__isnull=True),
                name="inbound_message_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word} from {self.sender}"
