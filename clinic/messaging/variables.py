"""Which variables a text may use, per kind and channel. What is not listed cannot leave in a message."""

from __future__ import annotations

from functools import cache

from clinic.messaging.words import Channel, MessageKind

K = MessageKind
#: A text message is read over shoulders: neutral name, time, place, call-back number, link, and no more.
PLACE = frozenset({"clinic", "phone", "place"})
#: Only in e-mails, which are opened.
PERSON = frozenset({"given_name"})
TIME = frozenset({"day", "time", "when"})
LINK = frozenset({"link"})

#: Allowed in both channels.
_BOTH: dict[MessageKind, frozenset[str]] = {
    K.APPOINTMENT_CONFIRMED: TIME | LINK,
    K.APPOINTMENT_MOVED: TIME | LINK | {"old_day", "old_time", "old_when"},
    K.APPOINTMENT_CANCELLED: TIME | LINK,
    K.APPOINTMENT_REMINDER: TIME | LINK,
    K.PRETREATMENT: TIME | LINK,
    K.SCREENING_REQUEST: TIME | LINK,
    K.ON_THE_DAY: TIME | LINK,
    K.AFTERCARE_STEP: LINK,
    K.RECOVERY_CHECK: LINK | {"until", "emergency_number"},
    K.RECOVERY_CHECK_REMINDER: LINK | {"until", "emergency_number"},
    K.RECOVERY_EMERGENCY: LINK | {"emergency_number"},
    K.WAITLIST_OFFER: TIME | LINK | {"until"},
    K.NOSHOW_REBOOK: TIME | LINK,
    K.NEXT_SESSION_DUE: LINK | {"from_day", "until_day"},
    K.MAINTENANCE_DUE: LINK,
    K.REVIEW_REQUEST: LINK,
    K.OUTCOME_REQUEST: LINK,
    K.LINK_AGAIN: LINK,
    K.LOT_RECALL: frozenset(),
}
#: Allowed in e-mails on top: who treats, what is done, the catalogue's own texts.
_EMAIL: dict[MessageKind, frozenset[str]] = {
    K.APPOINTMENT_CONFIRMED: frozenset({"practitioner", "what"}),
    K.APPOINTMENT_MOVED: frozenset({"practitioner", "what"}),
    K.APPOINTMENT_CANCELLED: frozenset({"practitioner", "what"}),
    K.APPOINTMENT_REMINDER: frozenset({"practitioner", "what"}),
    K.PRETREATMENT: frozenset({"practitioner", "what", "text"}),
    K.SCREENING_REQUEST: frozenset({"text"}),
    K.ON_THE_DAY: frozenset({"practitioner", "text"}),
    K.AFTERCARE_STEP: frozenset({"text"}),
    K.RECOVERY_EMERGENCY: frozenset({"text"}),
    K.WAITLIST_OFFER: frozenset({"practitioner", "what"}),
    K.NEXT_SESSION_DUE: frozenset({"what"}),
    K.MAINTENANCE_DUE: frozenset({"what"}),
}
#: A subject's context gives these as instants or dates; the right side is what a text may then use.
FROM_INSTANTS = {
    "starts_at": {"day": "day", "time": "time", "when": "when"},
    "old_starts_at": {"day": "old_day", "time": "old_time", "when": "old_when"},
    "until_at": {"when_short": "until"},
    "from_on": {"day": "from_day"},
    "until_on": {"day": "until_day"},
}
#: What else a context may hold: files for an e-mail, and until when a link opens.
BESIDES = frozenset({"attachments", "link_until"})


@cache
def allowed(kind: str, channel: str) -> frozenset[str]:
    """The variables that a text of this kind may use on this channel."""
    both = PLACE | _BOTH[MessageKind(kind)]
    if channel == Channel.SMS:
        return both
    return both | PERSON | _EMAIL.get(MessageKind(kind), frozenset())


def context_keys(kind: str) -> frozenset[str]:
    """What a subject's `context` may give for a kind: the variables it fills, instants, and what goes beside."""
    filled = allowed(kind, Channel.EMAIL) | BESIDES
    return filled | {key for key, made in FROM_INSTANTS.items() if set(made.values()) & filled}
