"""What providers say later: at least once in, counted once, never backwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from clinic.messaging.actions.fallback import fall_back
from clinic.messaging.channels.base import Report
from clinic.messaging.models import DeliveryReport, Message
from clinic.messaging.words import ACCEPTED, MESSAGE_TRANSITIONS, Delivery, MessageStatus
from clinic.statuses import move

S = MessageStatus
#: What a report may make of a message.
_TO = {Delivery.SENT: S.SENT, Delivery.DELIVERED: S.DELIVERED, Delivery.UNDELIVERED: S.UNDELIVERED}
#: A report that finds no message for so long never will.
_WAITING_FOR = timedelta(days=3)


@transaction.atomic
def take_report(provider: str, report: Report, *, now: datetime) -> bool:
    """Keeps a report and moves its message; False when it was counted before.

    A report may come before our own settle knows the provider's reference: it is kept, and `apply_waiting_reports`
    finds its message at the next tick.
    """
    message = _message_of(provider, report.message_id, report.reference)
    row, is_new = DeliveryReport.objects.get_or_create(
        provider=provider,
        report_id=report.report_id,
        defaults={
            "reference": report.reference,
            "message": message,
            "delivery": report.delivery,
            "error": report.error[:300],
            "received_at": now,
        },
    )
    if is_new and message is not None:
        _apply(row, message, now=now)
    return is_new


@transaction.atomic
def apply_waiting_reports(*, now: datetime) -> int:
    """Applies reports that came before their message's reference was known, or while it was being settled."""
    waiting = DeliveryReport.objects.filter(message__isnull=True, received_at__gt=now - _WAITING_FOR)
    applied = 0
    for row in waiting.select_for_update(skip_locked=True).order_by("id")[:500]:
        message = _message_of(row.provider, None, row.reference)
        if message is not None and message.status in {*ACCEPTED, S.UNKNOWN}:
            row.message = message
            row.save(update_fields=["message"])
            _apply(row, message, now=now)
            applied += 1
    return applied


def _message_of(provider: str, message_id: int | None, reference: str) -> Message | None:
    """By our own number, or by the provider's; locked. None while it is still being sent."""
    rows = Message.objects.select_for_update()
    if message_id is not None:
        found = rows.filter(pk=message_id).first()
        return found if found is not None and found.status in {*ACCEPTED, S.UNKNOWN} else None
    if not reference:
        return None
    return rows.filter(provider=provider, provider_reference=reference).first()


def _apply(row: DeliveryReport, message: Message, *, now: datetime) -> None:
    """Moves forward where there is an arrow; a late "sent" after "delivered" has none."""
    to = _TO[Delivery(row.delivery)]
    if to not in MESSAGE_TRANSITIONS[message.status]:
        return
    changes = {"sent_at": message.sent_at or row.received_at, "provider_reference": row.reference}
    if to == S.DELIVERED:
        changes["delivered_at"] = row.received_at
    if row.error:
        changes["last_error"] = row.error
    move(message, to, transitions=MESSAGE_TRANSITIONS, by=None, now=now, reason=row.error, changes=changes)
    if to == S.UNDELIVERED:
        fall_back(message, now=now)
