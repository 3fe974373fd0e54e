"""The messages of the past: decided by the same rules, written as sent at their hour, and never carried anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings

from bookings.demo.dice import dice
from bookings.units import unit
from clinic.messaging import registry
from clinic.messaging.composing import facts_in, key_of, masked, values_for, wording_for
from clinic.messaging.consent import Reach
from clinic.messaging.filling import MissingVariable, fill, variables_in
from clinic.messaging.models import AttemptOutcome, Message, MessageAttempt, MessageStatusChange
from clinic.messaging.registry import Wanted
from clinic.messaging.segments import economical
from clinic.messaging.timing import leaves_at
from clinic.messaging.wordings import Wordings
from clinic.messaging.words import PURPOSE_OF, Answer, Channel, MessageStatus, Purpose, Reason

PROVIDERS = {Channel.SMS: "demo-sms", Channel.EMAIL: "demo-mail"}
#: Some numbers are no longer in service, as in every clinic.
OUT_OF_SERVICE = ("+491713920007", "+491713920042", "+19175550123")
_DELIVERED = 0.86


@dataclass
class Post:
    """Collects what was said, with its text, and writes it in few statements."""

    wordings: Wordings = field(default_factory=Wordings)
    attempts: list[MessageAttempt] = field(default_factory=list)
    outcomes: list[AttemptOutcome] = field(default_factory=list)
    changes: list[MessageStatusChange] = field(default_factory=list)
    sent: int = 0

    def say(self, subject_name: str, obj: Any, *, at: datetime, until: datetime) -> None:
        """Plans and sends what a thing wants to be said between its instant and `until`."""
        subject = registry.subject(subject_name)
        rows = [
            row
            for wanted in subject.wanted(obj, at)
            if (row := _row(subject, obj, wanted, at)).next_attempt_at <= until
        ]
        Message.objects.bulk_create(rows)
        self.settle(rows, {(subject_name, obj.pk): obj})

    def settle_due(self, until: datetime, **about: Any) -> None:
        """Sends every planned message that is due by an instant."""
        due = Message.objects.due(until).filter(**about).select_related("patient", "location__settings")
        rows = list(due.order_by("subject_type", "subject_id", "next_attempt_at"))
        self.settle(rows, {})

    @unit
    def settle(self, rows: Iterable[Message], known: dict[tuple[str, int], Any]) -> None:
        """Each leaves at its hour, or is not sent for the reason that the engine would find.

        One unit of work: what the texts need to know about a plan is read once for all its messages.
        """
        found = list(rows)
        for row in found:
            about = (row.subject_type, row.subject_id)
            if about not in known:
                known[about] = registry.subject(row.subject_type).load(row.subject_id)
            self._send(row, known[about])
        columns = [
            "status",
            "reason",
            "attempts",
            "provider",
            "provider_reference",
            "sent_at",
            "delivered_at",
            "last_error",
        ]
        Message.objects.bulk_update(found, columns, batch_size=500)

    def _send(self, row: Message, obj: Any) -> None:
        reach = Reach(row.patient, {})
        if row.next_attempt_at >= row.expires_at:
            row.status, row.reason = MessageStatus.EXPIRED, Reason.QUIET_HOURS
            self._note(row, MessageStatus.PENDING, row.status, row.expires_at, row.reason)
            return
        if refusal := reach.refusal(row.channel, row.purpose):
            row.status, row.reason = MessageStatus.CANCELLED, refusal
            self._note(row, MessageStatus.PENDING, row.status, row.next_attempt_at, refusal)
            return
        self._attempt(row, obj, reach.address(row.channel))

    def _attempt(self, row: Message, obj: Any, address: str) -> None:
        at = row.next_attempt_at + timedelta(seconds=_dice("seconds", row).randint(1, 9))
        try:
            language, version, subject, text = self._text(row, obj, at)
        except MissingVariable:  # what it spoke of has been done meanwhile, such as a patch test
            row.status, row.reason = MessageStatus.CANCELLED, Reason.NOT_WANTED
            self._note(row, MessageStatus.PENDING, row.status, at, row.reason)
            return
        row.attempts, row.provider = 1, PROVIDERS[Channel(row.channel)]
        attempt = MessageAttempt(
            message=row,
            number=1,
            token=uuid5(NAMESPACE_URL, key_of(row)),
            channel=row.channel,
            provider=row.provider,
            address=address,
            language=language,
            template=version,
            subject=subject[:300],
            body=text,
            dispatched_at=at,
        )
        self.attempts.append(attempt)
        self._answer(row, attempt, address, at)

    def _answer(self, row: Message, attempt: MessageAttempt, address: str, at: datetime) -> None:
        if address in OUT_OF_SERVICE:
            answer, row.status = Answer.PERMANENT, MessageStatus.DEAD
            row.last_error = "this number is not in service"
        else:
            answer, row.status = Answer.ACCEPTED, MessageStatus.SENT
            row.provider_reference, row.sent_at = key_of(row), at
            self.sent += 1
        self.outcomes.append(
            AttemptOutcome(
                message=row,
                attempt=attempt,
                answer=answer,
                to_status=row.status,
                provider_reference=row.provider_reference,
                error=row.last_error,
                settled_at=at,
            )
        )
        if (
            row.status == MessageStatus.SENT
            and row.channel == Channel.SMS
            and _dice("delivered", row).random() < _DELIVERED
        ):
            row.status, row.delivered_at = MessageStatus.DELIVERED, at + timedelta(seconds=4)
            self._note(row, MessageStatus.SENT, row.status, row.delivered_at)

    def _text(self, row: Message, obj: Any, at: datetime) -> tuple[str, str, str, str]:
        """Language, version, subject and body as they are kept: without a link that opens anything."""
        wording = wording_for(row, self.wordings)
        context = facts_in(wording.language, row, obj, at)
        purpose, row.link_purpose = row.link_purpose, ""  # no link is made: the past opens nothing
        values = values_for(row, wording, context, at)
        row.link_purpose = purpose
        if purpose and "link" in variables_in(wording.body):
            values["link"] = f"{settings.PUBLIC_URL}/p/…"
        text = fill(wording.body, values)
        if row.channel == Channel.SMS:
            text = economical(" ".join(text.split()))
        subject = " ".join(fill(wording.subject, values).split()) if wording.subject else ""
        return wording.language, wording.version, subject, masked(text)

    def _note(self, row: Message, before: str, to: str, at: datetime, reason: str = "") -> None:
        self.changes.append(
            MessageStatusChange(message=row, from_status=before, to_status=to, changed_at=at, reason=reason)
        )

    def write(self) -> None:
        """Writes what was collected."""
        MessageAttempt.objects.bulk_create(self.attempts, batch_size=500)
        AttemptOutcome.objects.bulk_create(self.outcomes, batch_size=500)
        MessageStatusChange.objects.bulk_create(self.changes, batch_size=500)
        self.attempts, self.outcomes, self.changes = [], [], []


def _dice(name: str, row: Message) -> Random:
    """Dice of one message, whatever number its row was given."""
    return dice(name, row.patient_id, row.rule, row.channel, row.scheduled_for)


def _row(subject: Any, obj: Any, wanted: Wanted, at: datetime) -> Message:
    """The row that the outbox would plan."""
    patient, location = subject.patient(obj), subject.location(obj)
    purpose = wanted.purpose or PURPOSE_OF.get(wanted.kind, Purpose.CARE)
    channel = Reach(patient, {}).channel_for(wanted.channel, purpose)
    version = subject.version(obj)
    quiet = location.settings
    leaves = leaves_at(
        wanted.scheduled_for,
        wanted.expires_at,
        quiet=(quiet.quiet_from, quiet.quiet_until),
        zone=location.tz,
        never_earlier=wanted.never_earlier,
        now=at,
    )
    return Message(
        kind=wanted.kind,
        rule=wanted.rule,
        channel=channel,
        purpose=purpose,
        policy=wanted.policy,
        patient=patient,
        location=location,
        subject_type=subject.name,
        subject_id=obj.pk,
        subject_version=version,
        dedupe_key=f"{wanted.rule}:{subject.name}:{obj.pk}:{0 if wanted.once else version}:{channel}",
        extra=dict(wanted.extra),
        link_purpose=wanted.link or "",
        ignores_quiet_hours=wanted.ignores_quiet_hours,
        never_earlier=wanted.never_earlier,
        scheduled_for=wanted.scheduled_for,
        next_attempt_at=leaves,
        expires_at=wanted.expires_at,
        created_at=at,
    )
