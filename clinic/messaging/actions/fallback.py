"""When one channel cannot take a message, the other one may: as a new row of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from clinic.messaging.consent import reach
from clinic.messaging.models import Message
from clinic.messaging.words import OTHER_CHANNEL, Channel

_COPIED = (
    "kind", "rule", "purpose", "policy", "patient_id", "location_id", "subject_type", "subject_id", "subject_version",
    "extra", "link_purpose", "is_from_rule", "ignores_quiet_hours", "never_earlier", "scheduled_for", "expires_at",
)  # fmt: skip


@transaction.atomic
def fall_back(message: Message, *, now: datetime) -> Message | None:
    """Plans the same message on the other channel; None when it cannot be reached there, or was tried before."""
    channel = OTHER_CHANNEL[Channel(message.channel)]
    is_second = message.fallback_of_id is not None
    if is_second or now >= message.expires_at or reach(message.patient).refusal(channel, message.purpose):
        return None
    values = {name: getattr(message, name) for name in _COPIED}
    other, _is_new = Message.objects.get_or_create(
        fallback_of=message,
        defaults=values
        | {
            "channel": channel,
            "dedupe_key": f"{message.dedupe_key}:fallback",
            "next_attempt_at": now + timedelta(seconds=1),
            "created_at": now,
        },
    )
    return other
