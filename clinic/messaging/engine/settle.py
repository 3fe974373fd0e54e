"""Step 4: write down what the provider said. Fenced by the token: another worker's message stays untouched."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clinic.messaging.channels.base import Accepted, Permanent, Result, Temporary, Unknown
from clinic.messaging.composing import Composed
from clinic.messaging.engine.sql import clocked, rows, together
from clinic.messaging.models import Message
from clinic.messaging.timing import retry_delay
from clinic.messaging.words import Answer, MessageStatus, Policy

#: A message that was called back while it was being sent gets no second attempt. Written alone, or in one statement
#: with the dispatch of the next message (dispatch.py): then both share one commit.
SETTLING = """
settled AS (
    UPDATE messaging_message
    SET status = CASE WHEN %(s_to)s::text = 'pending' AND withdrawn_reason <> '' THEN 'cancelled'
                 ELSE %(s_to)s::text END,
        reason = CASE WHEN %(s_to)s::text = 'pending' THEN withdrawn_reason ELSE '' END,
        lease_token = NULL, lease_until = NULL, last_error = %(s_error)s::text,
        provider_reference = coalesce(nullif(%(s_reference)s::text, ''), provider_reference),
        sent_at = CASE WHEN %(s_to)s::text = 'sent' THEN <now> END,
        next_attempt_at = CASE WHEN %(s_to)s::text = 'pending'
            THEN <now> + make_interval(secs => %(s_delay)s) ELSE next_attempt_at END
    WHERE id = %(s_id)s AND status = 'dispatching' AND lease_token = %(s_token)s
    RETURNING status
), outcome AS (
    INSERT INTO messaging_attemptoutcome (
        message_id, attempt_id, answer, to_status, provider_reference, error, settled_at
    )
    VALUES (%(s_id)s, %(s_attempt)s, %(s_answer)s::text, coalesce((SELECT status FROM settled), ''),
            %(s_reference)s::text, %(s_error)s::text, <now>)
    ON CONFLICT (attempt_id) DO NOTHING
    RETURNING to_status
)
"""
_SETTLE = clocked(together(SETTLING, giving="SELECT to_status FROM outcome"))


@dataclass(frozen=True, slots=True)
class Dispatched:
    """A message that is about to be handed to its provider, and the row that says so."""

    message: Message
    composed: Composed
    token: Any
    attempt_id: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A message that its provider has answered for, and what is to be written down about that."""

    sent: Dispatched
    values: dict[str, Any]


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


def answered(sent: Dispatched, result: Result, *, at: datetime) -> Answered:
    """The answer as it will be written down."""
    decision = decide(sent.message, result, at=at, spread=random.random())  # noqa: S311 - jitter, not a secret
    values = {
        "s_id": sent.message.pk,
        "s_attempt": sent.attempt_id,
        "s_token": sent.token,
        "s_to": decision.to.value,
        "s_answer": decision.answer.value,
        "s_delay": decision.delay.total_seconds(),
        "s_reference": decision.reference,
        "s_error": decision.error[:300],
    }
    return Answered(sent, values)


def settle(told: Answered, *, now: datetime | None) -> str:
    """Writes outcome and move; gives the new status, empty when this worker was fenced off."""
    found = rows(_SETTLE, {**told.values, "now": now})
    return str(found[0][0]) if found else ""
