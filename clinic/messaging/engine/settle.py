"""Step 4: write down what the provider said. Fenced by the token: another worker's message stays untouched."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.messaging.channels.base import Accepted, Permanent, Result, Temporary, Unknown
from clinic.messaging.engine.dispatch import Dispatched
from clinic.messaging.engine.sql import clocked, rows
from clinic.messaging.models import Message
from clinic.messaging.timing import retry_delay
from clinic.messaging.words import Answer, MessageStatus, Policy

#: A message that was called back while it was being sent gets no second attempt.
_SETTLE = clocked("""
WITH moved AS (
    UPDATE messaging_message
    SET status = CASE WHEN %(to)s = 'pending' AND withdrawn_reason <> '' THEN 'cancelled' ELSE %(to)s END,
        reason = CASE WHEN %(to)s = 'pending' THEN withdrawn_reason ELSE '' END,
        lease_token = NULL, lease_until = NULL, last_error = %(error)s,
        provider_reference = CASE WHEN %(reference)s <> '' THEN %(reference)s ELSE provider_reference END,
        sent_at = CASE WHEN %(to)s = 'sent' THEN <now> END,
        next_attempt_at = CASE WHEN %(to)s = 'pending'
            THEN <now> + make_interval(secs => %(delay)s) ELSE next_attempt_at END
    WHERE id = %(id)s AND status = 'dispatching' AND lease_token = %(token)s
    RETURNING status
)
INSERT INTO messaging_attemptoutcome (
    message_id, attempt_id, answer, to_status, provider_reference, error, settled_at
)
VALUES (%(id)s, %(attempt)s, %(answer)s, coalesce((SELECT status FROM moved), ''), %(reference)s, %(error)s, <now>)
ON CONFLICT (attempt_id) DO NOTHING
RETURNING to_status
""")


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a message goes after an answer; `delay` before the next attempt."""

    answer: Answer
    to: MessageStatus
    delay: timedelta = timedelta(0)
    reference: str = ""
    error: str = ""


def decide(message: Message, result: Result, *, at: datetime, spread: float) -> Decision:
    """What follows from an answer. Pure: `spread` is the jitter, 0…1."""
    if isinstance(result, Accepted):
        return Decision(Answer.ACCEPTED, MessageStatus.SENT, reference=result.reference)
    if isinstance(result, Permanent):
        return Decision(Answer.PERMANENT, MessageStatus.DEAD, error=result.error)
    if isinstance(result, Unknown) and message.policy == Policy.AT_MOST_ONCE:
        return Decision(Answer.UNKNOWN, MessageStatus.UNKNOWN, error=result.error)
    answer = Answer.TEMPORARY if isinstance(result, Temporary) else Answer.UNKNOWN
    delay = retry_delay(message.attempts, spread=spread)
    asked = result.retry_after if isinstance(result, Temporary) else None
    if delay is None or at + (asked or delay) >= message.expires_at:
        return Decision(answer, MessageStatus.DEAD, error=result.error)
    return Decision(answer, MessageStatus.PENDING, delay=asked or delay, error=result.error)


def settle(sent: Dispatched, result: Result, *, at: datetime, now: datetime | None) -> str:
    """Writes outcome and move; gives the new status, empty when this worker was fenced off."""
    decision = decide(sent.message, result, at=at, spread=random.random())  # noqa: S311 - jitter, not a secret
    values = {
        "id": sent.message.pk,
        "attempt": sent.attempt_id,
        "token": sent.token,
        "to": decision.to,
        "answer": decision.answer,
        "delay": decision.delay.total_seconds(),
        "reference": decision.reference,
        "error": decision.error[:300],
        "now": now,
    }
    found = rows(_SETTLE, values)
    return str(found[0][0]) if found else ""
