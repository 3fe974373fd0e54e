"""Step 2, first half: look again. Everything that could have changed since planning is read now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clinic.messaging import registry
from clinic.messaging.actions.outbox import defaults_for
from clinic.messaging.consent import Reach
from clinic.messaging.engine.facts import Facts
from clinic.messaging.models import Message
from clinic.messaging.rules import says
from clinic.messaging.words import MessageStatus, Reason
from clinic.models import ClinicSettings
from clinic.timekeeping import next_allowed

#: How long a message waits for a worker that knows its subject, while old and new code run side by side.
STRANGER_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Go:
    """Send it: here is what it is about and where to."""

    obj: Any
    address: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """Wait until then (None: as before); this attempt does not count."""

    until: datetime | None


@dataclass(frozen=True, slots=True)
class Never:
    """Do not send it, and why. `falls_back`: the other channel may still take it."""

    status: MessageStatus
    reason: str
    falls_back: bool = False


Verdict = Go | NotNow | Never


def judge(message: Message, facts: Facts, now: datetime) -> Verdict:
    """Whether this message may leave at `now`. Reads the subject; writes nothing."""
    if not registry.is_known(message.subject_type):
        return NotNow(now + STRANGER_PAUSE)
    if now >= message.expires_at:
        return Never(MessageStatus.EXPIRED, Reason.TOO_LATE)
    settings = settings_of(message)
    if not says(settings, rule=message.rule, kind=message.kind):
        return Never(MessageStatus.CANCELLED, Reason.MUTED)
    reach = facts.reach(message)
    if refusal := reach.refusal(message.channel, message.purpose):
        return Never(MessageStatus.CANCELLED, refusal, falls_back=refusal != Reason.ANONYMISED)
    return _about_quiet_hours(message, settings, now) or _about_subject(message, reach, facts, now)


def settings_of(message: Message) -> ClinicSettings:
    """The choices of the message's location, or the shipped ones."""
    return getattr(message.location, "settings", None) or defaults_for(message.location)


def _about_quiet_hours(message: Message, settings: ClinicSettings, now: datetime) -> Verdict | None:
    if message.ignores_quiet_hours:
        return None
    allowed = next_allowed(now, settings.quiet_from, settings.quiet_until, message.location.tz)
    if allowed <= now:
        return None
    if allowed >= message.expires_at:
        return Never(MessageStatus.EXPIRED, Reason.QUIET_HOURS)
    return NotNow(allowed)


def _about_subject(message: Message, reach: Reach, facts: Facts, now: datetime) -> Verdict:
    subject = registry.subject(message.subject_type)
    obj = facts.thing(message)
    if obj is None:
        return Never(MessageStatus.CANCELLED, Reason.GONE)
    if reason := subject.gate(obj, message, now):
        return Never(MessageStatus.CANCELLED, reason)
    return Go(obj, reach.address(message.channel))
