"""What a provider of e-mail says later, by its webhook: anymail checks its signature and says it in its own words."""

from __future__ import annotations

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, tracking  # type: ignore[import-untyped]
from django.utils import timezone

from clinic.messaging.actions.choices import stop_all
from clinic.messaging.actions.reports import take_report
from clinic.messaging.channels.base import Report
from clinic.messaging.models import Message
from clinic.messaging.words import Channel, Delivery

#: The channel's name in messages and reports.
PROVIDER = "email"
_DELIVERIES = {
    EventType.SENT: Delivery.SENT,
    EventType.DELIVERED: Delivery.DELIVERED,
    EventType.BOUNCED: Delivery.UNDELIVERED,
    EventType.REJECTED: Delivery.UNDELIVERED,
    EventType.FAILED: Delivery.UNDELIVERED,
}
#: The patient does not want them: a complaint about spam, or the provider's own way to end them.
_UNWANTED = frozenset({EventType.COMPLAINED, EventType.UNSUBSCRIBED})


def listen() -> None:
    """Called once when the app is ready."""
    tracking.connect(take_tracking, dispatch_uid="clinic.messaging.email_reports")


def take_tracking(event: AnymailTrackingEvent, **rest: Any) -> None:
    """Moves the message forward, or ends e-mails to who complained; openings and clicks are nobody's business."""
    if report := as_report(event):
        take_report(PROVIDER, report, now=timezone.now())
    elif event.event_type in _UNWANTED:
        _stop(event)


def as_report(event: AnymailTrackingEvent) -> Report | None:
    """The event as a report; None for what says nothing about a delivery."""
    delivery, reference = _DELIVERIES.get(event.event_type), str(event.message_id or "")
    if delivery is None or not reference:
        return None
    number = str(event.event_id or f"{reference}:{event.event_type}")
    return Report(
        report_id=number[:200], reference=reference, delivery=delivery, error=str(event.description or "")
    )


def _stop(event: AnymailTrackingEvent) -> None:
    sent = Message.objects.filter(provider=PROVIDER, provider_reference=str(event.message_id or "-"))
    for message in sent.select_related("patient")[:1]:
        source = f"{event.event_type} by e-mail"
        stop_all(message.patient, channel=Channel.EMAIL, source=source, now=timezone.now())
