"""While the newest days of the story are lived, the real engine sends; to carriers that deliver to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings

from bookings.demo.letters import OUT_OF_SERVICE
from clinic.messaging.channels import forget_carriers
from clinic.messaging.channels.base import Accepted, Capabilities, Outgoing, Permanent, Result
from clinic.messaging.channels.local import LocalCarrier
from clinic.messaging.engine.drain import drain
from clinic.messaging.models import Message
from clinic.messaging.words import MessageStatus

#: Messages that fall due within this time leave in one pass.
TOGETHER = timedelta(minutes=10)


class DemoSms(LocalCarrier):
    """Takes every text of the story and sends none."""

    name = "demo-sms"
    capabilities = Capabilities(is_local=True, is_idempotent=True)

    def send(self, outgoing: Outgoing) -> Result:
        """Accepted, unless the number is out of service."""
        if outgoing.to in OUT_OF_SERVICE:
            return Permanent("this number is not in service")
        return Accepted(outgoing.key)


@contextmanager
def nobody_is_told() -> Iterator[None]:
    """While the block runs, no message leaves this process."""
    before = settings.SMS_CHANNEL, settings.EMAIL_BACKEND
    settings.SMS_CHANNEL = "bookings.demo.carriers.DemoSms"
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    forget_carriers()
    try:
        yield
    finally:
        settings.SMS_CHANNEL, settings.EMAIL_BACKEND = before
        forget_carriers()


def deliver(until: datetime) -> int:
    """Drains what is due by an instant, everything at about its own time; gives how many were sent."""
    sent = 0
    while (due := _next()) is not None and due <= until:
        tally = drain(now=min(due + TOGETHER, until), batch=200, budget=3600)
        sent += tally[MessageStatus.SENT]
        if not tally:
            raise RuntimeError(f"a message was due at {due} and nobody took it")
    return sent


def _next() -> datetime | None:
    waiting = Message.objects.filter(status=MessageStatus.PENDING).order_by("next_attempt_at")
    return waiting.values_list("next_attempt_at", flat=True).first()
