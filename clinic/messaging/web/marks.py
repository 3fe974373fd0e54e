"""How a message's status is shown: a word, a tone, an icon. Colour never alone."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.messaging.models import Message
from clinic.messaging.words import Channel, MessageStatus

S = MessageStatus
_LOOKS: dict[str, tuple[str, str, str]] = {
    S.PENDING: ("outline", "clock", "next"),
    S.CLAIMED: ("outline", "play", "now"),
    S.DISPATCHING: ("outline", "play", "now"),
    S.SENT: ("accent", "check", "past"),
    S.DELIVERED: ("green", "check-circle", "past"),
    S.UNDELIVERED: ("red", "cross-circle", "red"),
    S.CANCELLED: ("", "cross", "off"),
    S.EXPIRED: ("amber", "clock", "amber"),
    S.UNKNOWN: ("red", "question", "red"),
    S.DEAD: ("red", "alert", "red"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Word, tone of the badge, icon, and how the timeline draws it."""

    word: str
    tone: str
    icon: str
    line: str


def mark_of(message: Message) -> Mark:
    """How this message stands."""
    tone, icon, line = _LOOKS[message.status]
    return Mark(message.get_status_display(), tone, icon, line)


def channel_icon(channel: str) -> str:
    """The drawing for a channel."""
    return "sms" if channel == Channel.SMS else "mail"
