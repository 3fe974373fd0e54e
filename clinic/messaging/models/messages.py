"""The outbox: one row per thing to be said on one channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from clinic.messaging.words import (
    ACCEPTED,
    LEASED,
    NOT_SENT,
    TROUBLED,
    UNSENT,
    Channel,
    MessageKind,
    MessageStatus,
    Policy,
    Purpose,
    Reason,
    Stage,
)
from clinic.models.visibility import seen_by
from clinic.roles import Permission
from clinic.statuses import StatusChange
from clinic.words import LinkPurpose


class MessageQuerySet(models.QuerySet["Message"]):
    """Which messages."""

    def visible_to(self, user: Any, permission: Permission = Permission.SEE_MESSAGES) -> MessageQuerySet:
        """Messages of a location where the user works in a role with the permission."""
        return seen_by(user, self, permission)

    def about(self, subject_type: str, subject_id: int) -> MessageQuerySet:
        """Messages about one appointment, session, check, …"""
        return self.filter(subject_type=subject_type, subject_id=subject_id)

    def for_patient(self, patient: Any) -> MessageQuerySet:
        """Messages to one patient."""
        return self.filter(patient=patient)

    def at(self, location: Any) -> MessageQuerySet:
        """Messages of one location."""
        return self.filter(location=location)

    def planned(self) -> MessageQuerySet:
        """Still to be sent."""
        return self.filter(stage=Stage.OPEN)

    def unsent(self) -> MessageQuerySet:
        """Can still be called back."""
        return self.filter(stage=Stage.OPEN, status__in=UNSENT)

    def accepted(self) -> MessageQuerySet:
        """Taken by the provider."""
        return self.filter(status__in=ACCEPTED)

    def delivered(self) -> MessageQuerySet:
        """On the patient's phone or in the mailbox, as the provider says."""
        return self.filter(status=MessageStatus.DELIVERED)

    def not_sent(self) -> MessageQuerySet:
        """Decided against, with a reason."""
        return self.filter(status__in=NOT_SENT)

    def troubled(self) -> MessageQuerySet:
        """Dead, unknown or undelivered, the other channel did not take over, and nobody has dealt with it."""
        return self.filter(stage=Stage.TROUBLED, handled_at__isnull=True, fallback__isnull=True)

    def due(self, now: datetime) -> MessageQuerySet:
        """Pending, and their time has come."""
        return self.filter(stage=Stage.OPEN, status=MessageStatus.PENDING, next_attempt_at__lte=now)

    def lapsed(self, now: datetime) -> MessageQuerySet:
        """Held by a worker that did not come back in time."""
        return self.filter(stage=Stage.OPEN, status__in=LEASED, lease_until__lte=now)

    def with_people(self) -> MessageQuerySet:
        """With what a list shows."""
        return self.select_related("patient", "location")


class Message(models.Model):
    """One thing to be said to one patient on one channel. Its text is made when it leaves, from the facts of then.

    Written by `actions.outbox` (planning) and `engine` (sending) only. Its moves are rows: `MessageStatusChange`,
    `MessageAttempt` and `AttemptOutcome`; see docs/adr/0101.
    """

    kind = models.CharField(_("kind"), max_length=40, choices=MessageKind)
    rule = models.CharField(max_length=60)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.CARE)
    policy = models.CharField(max_length=16, choices=Policy, default=Policy.AT_LEAST_ONCE)
    # A message is written three times on its way, and every write enters every index: no index that another covers.
    patient = models.ForeignKey(
        "clinic.Patient", on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    location = models.ForeignKey(
        "clinic.Location", on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    #: What it is about, by name and number: apps above are not named here.
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_version = models.PositiveIntegerField(default=1)
    #: Rule, subject, version and channel: the same thing is never planned twice.
    dedupe_key = models.CharField(max_length=200)
    #: What the rule adds for the text: codes, never a patient's data.
    extra = models.JSONField(default=dict, blank=True)
    link_purpose = models.CharField(max_length=20, choices=LinkPurpose, blank=True)
    #: Reconciling keeps it only while a rule wants it; False for what a person or an answer caused directly.
    is_from_rule = models.BooleanField(default=True)
    ignores_quiet_hours = models.BooleanField(default=False)
    never_earlier = models.BooleanField(default=False)

    status = models.CharField(
        _("status"), max_length=12, choices=MessageStatus, default=MessageStatus.PENDING
    )
    #: Follows from the status, and stays the same while a message is taken, handed over and given back: the indexes
    #: look at this word, so that only the last of the three writes on a message's way enters them.
    stage = models.GeneratedField(
        expression=Case(
            When(status__in=[*UNSENT, MessageStatus.DISPATCHING], then=Value(Stage.OPEN)),
            When(status__in=list(TROUBLED), then=Value(Stage.TROUBLED)),
            default=Value(Stage.DONE),
        ),
        output_field=models.CharField(max_length=12),
        db_persist=True,
    )
    #: What the rule asked for.
    scheduled_for = models.DateTimeField(_("planned for"))
    #: What the engine will do: after quiet hours, retries, the breaker.
    next_attempt_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("useful until"))
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    provider = models.CharField(max_length=40, blank=True)
    provider_reference = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    #: Called back while it was being sent: if this attempt fails, there is no next one.
    withdrawn_reason = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    fallback_of = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="fallback"
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["scheduled_for", "id"]
        constraints = [
            models.UniqueConstraint(fields=["dedupe_key"], name="message_planned_once"),
            models.CheckConstraint(
                condition=Q(
                    status__in=["claimed", "dispatching"],
                    lease_token__isnull=False,
                    lease_until__isnull=False,
                )
                | (
                    ~Q(status__in=["claimed", "dispatching"])
                    & Q(lease_token__isnull=True, lease_until__isnull=True)
                ),
                name="message_leased_exactly_while_a_worker_has_it",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["sent", "delivered", "undelivered"], sent_at__isnull=False)
                | (~Q(status__in=["sent", "delivered", "undelivered"]) & Q(sent_at__isnull=True)),
                name="message_sent_exactly_when_it_has_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(status__in=["cancelled", "expired"]) & ~Q(reason=""))
                | (~Q(status__in=["cancelled", "expired"]) & Q(reason="")),
                name="message_not_sent_exactly_when_it_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, handled_by__isnull=True) | Q(handled_at__isnull=False),
                name="message_handled_by_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("scheduled_for")), name="message_useful_after_it_is_planned"
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_attempt_at", "id"],
                condition=Q(stage="open"),
                name="message_open_by_channel",
            ),
            models.Index(
                fields=["location", "id"],
                condition=Q(stage="troubled", handled_at__isnull=True),
                name="message_in_trouble",
            ),
            models.Index(fields=["subject_type", "subject_id"], name="message_by_subject"),
            models.Index(fields=["patient", "scheduled_for"], name="message_by_patient"),
            models.Index(fields=["location", "scheduled_for"], name="message_by_location"),
            models.Index(
                fields=["provider_reference"],
                condition=~Q(provider_reference=""),
                name="message_by_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to patient {self.patient_id} by {self.get_channel_display()}"

    def reason_sentence(self) -> str:
        """Why it was not sent, in words; a code of an app above becomes its words."""
        return str(dict(Reason.choices).get(self.reason, self.reason.replace("-", " ")))


class MessageStatusChange(StatusChange):
    """Called back, expired, delivered, retried by a person: who and when."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="status_changes")
