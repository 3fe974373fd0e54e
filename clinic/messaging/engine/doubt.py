"""Leases that lapsed. While claimed: nothing left us, try again. While dispatching: ask, else follow the policy."""

from __future__ import annotations

import uuid
from datetime import datetime

from clinic.messaging.channels import carrier
from clinic.messaging.channels.base import Accepted, NotThere
from clinic.messaging.composing import key_of
from clinic.messaging.engine.claim import LEASE_SECONDS
from clinic.messaging.engine.sql import clocked, database_now, rows
from clinic.messaging.models import Message
from clinic.messaging.timing import MAX_ATTEMPTS
from clinic.messaging.words import Channel, MessageStatus, Policy, Stage

#: What a worker may hold: it was due when it was taken. No index of its own knows the leases, for then every taking and
#: handing over would enter all the indexes of the table; what is due and not yet done with is looked through instead.
_OPEN = (
    f"stage = '{Stage.OPEN.value}' AND channel IN ({', '.join(repr(str(one.value)) for one in Channel)}) "
    "AND next_attempt_at <= (SELECT <now>)"
)


def _about_open(statement: str, **constants: int) -> str:
    return clocked(statement.replace("<open>", _OPEN), **constants)


#: A message that so often took its process down with it is dead.
MAX_CLAIMS = 2 * MAX_ATTEMPTS

_FREE_CLAIMED = _about_open(
    """
WITH lapsed AS MATERIALIZED (
    SELECT id FROM messaging_message
    WHERE <open> AND status = 'claimed' AND lease_until <= (SELECT <now>)
    ORDER BY lease_until LIMIT 1000 FOR UPDATE SKIP LOCKED
), moved AS (
    UPDATE messaging_message AS message
    SET status = CASE WHEN attempts >= <most> THEN 'dead' ELSE 'pending' END,
        lease_token = NULL, lease_until = NULL, last_error = 'the sending process stopped'
    FROM lapsed WHERE message.id = lapsed.id
    RETURNING message.id, message.status
)
INSERT INTO messaging_messagestatuschange (message_id, from_status, to_status, changed_at, reason)
SELECT id, 'claimed', status, <now>, 'lease-lapsed' FROM moved
RETURNING message_id
""",
    most=MAX_CLAIMS,
)

#: The old worker is fenced off by the new token before anybody is asked.
_TAKE_OVER = _about_open(
    """
WITH lapsed AS MATERIALIZED (
    SELECT id FROM messaging_message
    WHERE <open> AND status = 'dispatching' AND lease_until <= (SELECT <now>)
    ORDER BY lease_until LIMIT 50 FOR UPDATE SKIP LOCKED
)
UPDATE messaging_message AS message
SET lease_token = %(token)s, lease_until = <now> + make_interval(secs => <lease>)
FROM lapsed WHERE message.id = lapsed.id
RETURNING message.id
""",
    lease=LEASE_SECONDS,
)

_RESOLVE = clocked("""
WITH moved AS (
    UPDATE messaging_message
    SET status = %(to)s::text, reason = %(reason)s::text,
        lease_token = NULL, lease_until = NULL, last_error = %(error)s::text,
        provider_reference = coalesce(nullif(%(reference)s::text, ''), provider_reference),
        sent_at = CASE WHEN %(to)s::text = 'sent' THEN <now> END,
        next_attempt_at = CASE WHEN %(to)s::text = 'pending' THEN <now> ELSE next_attempt_at END
    WHERE id = %(id)s AND status = 'dispatching' AND lease_token = %(token)s
    RETURNING id
)
INSERT INTO messaging_messagestatuschange (message_id, from_status, to_status, changed_at, reason)
SELECT id, 'dispatching', %(to)s::text, <now>, 'lease-lapsed' FROM moved
RETURNING message_id
""")


def reap(*, now: datetime | None) -> dict[str, int]:
    """Frees what lapsed while claimed and resolves what lapsed while dispatching; says how many of each."""
    freed = rows(_FREE_CLAIMED, {"now": now})
    token = uuid.uuid4()
    taken = rows(_TAKE_OVER, {"now": now, "token": token})
    at = database_now(now) if taken else None
    resolved = 0
    for message in Message.objects.filter(pk__in=[row[0] for row in taken], lease_token=token).order_by("id"):
        resolved += resolve(message, token, at=at or message.scheduled_for, now=now)
    return {"freed": len(freed), "resolved": resolved}


def resolve(message: Message, token: uuid.UUID, *, at: datetime, now: datetime | None) -> int:
    """Decides about one message in doubt; 0 when the provider must be asked again later."""
    found = _ask(message)
    if found is None and _can_ask(message) and at < message.expires_at:
        return 0
    to, reason = _after_doubt(message, found)
    reference = found.reference if isinstance(found, Accepted) else ""
    values = {
        "id": message.pk,
        "token": token,
        "to": to,
        "reason": reason,
        "reference": reference,
        "error": "" if to == MessageStatus.SENT else "the sending process stopped",
        "now": now,
    }
    return len(rows(_RESOLVE, values))


def _can_ask(message: Message) -> bool:
    return carrier(message.channel).capabilities.can_look_up


def _ask(message: Message) -> Accepted | NotThere | None:
    return carrier(message.channel).lookup(key_of(message)) if _can_ask(message) else None


def _after_doubt(message: Message, found: Accepted | NotThere | None) -> tuple[MessageStatus, str]:
    if isinstance(found, Accepted):
        return MessageStatus.SENT, ""
    is_harmless = isinstance(found, NotThere) or carrier(message.channel).capabilities.is_idempotent
    if message.withdrawn_reason:
        cancelled = (MessageStatus.CANCELLED, message.withdrawn_reason)
        return cancelled if isinstance(found, NotThere) else (MessageStatus.UNKNOWN, "")
    if not is_harmless and message.policy == Policy.AT_MOST_ONCE:
        return MessageStatus.UNKNOWN, ""
    return (MessageStatus.DEAD if message.attempts >= MAX_CLAIMS else MessageStatus.PENDING), ""
