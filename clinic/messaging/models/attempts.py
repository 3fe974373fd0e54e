"""What left us, word for word, and what the provider said. Append-only."""

from __future__ import annotations

import pgtrigger
from django.db import models

from clinic.messaging.models.messages import Message
from clinic.messaging.words import Answer, Channel, Delivery, MessageStatus


class MessageAttempt(models.Model):
    """One attempt, written before the provider is called: the move pending → claimed → dispatching.

    `body` is word for word what left, except that the secret part of a patient link is replaced by dots: whoever may
    read messages must not be able to open a patient's page with them.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tries", db_index=False)
    number = models.PositiveSmallIntegerField()
    token = models.UUIDField()
    channel = models.CharField(max_length=10, choices=Channel)
    provider = models.CharField(max_length=40)
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=10)
    #: Which text: "shipped" or the number of the clinic's own version.
    template = models.CharField(max_length=40)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField()
    #: Names of the files that went with it.
    attachments = models.JSONField(default=list, blank=True)
    dispatched_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="message_attempt_numbered_once"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"attempt {self.number} of message {self.message_id}"


class AttemptOutcome(models.Model):
    """What the channel answered, and the move that followed; no move when another worker had taken over."""

    # The attempt vouches for the message: a second check, and an index that the attempts' own one makes needless,
    # would be paid with every message.
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="outcomes", db_index=False, db_constraint=False
    )
    attempt = models.OneToOneField(MessageAttempt, on_delete=models.CASCADE, related_name="outcome")
    answer = models.CharField(max_length=10, choices=Answer)
    #: Empty when this worker was fenced off: somebody else decides.
    to_status = models.CharField(max_length=12, choices=MessageStatus, blank=True)
    provider_reference = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.answer} for {self.attempt}"


class DeliveryReport(models.Model):
    """A provider's later word about a message; kept even when it comes before our own settle did."""

    provider = models.CharField(max_length=40)
    report_id = models.CharField(max_length=200)
    reference = models.CharField(max_length=200)
    #: Our own number, when the provider hands it back: finds the message whose reference we never learnt.
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    delivery = models.CharField(max_length=12, choices=Delivery)
    error = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "report_id"], name="delivery_report_counted_once"),
        ]
        indexes = [models.Index(fields=["provider", "reference"], name="delivery_report_by_reference")]

    def __str__(self) -> str:
        return f"{self.delivery} from {self.provider}"
