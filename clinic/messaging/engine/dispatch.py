"""Step 2, second half: write down what will be sent, and `dispatching`; both or neither, in one statement."""

from __future__ import annotations

import json
import uuid
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.messaging.composing import Composed, compose
from clinic.messaging.engine.claim import LEASE_SECONDS
from clinic.messaging.engine.gate import Go
from clinic.messaging.engine.settle import SETTLING, Answered, Dispatched
from clinic.messaging.engine.sql import clocked, rows, together
from clinic.messaging.models import Message
from clinic.messaging.wordings import Wordings

#: Guarded by token, lease, expiry and the patient's latest word: whoever changed one of them first has won.
DISPATCHING = """
taken AS (
    UPDATE messaging_message AS message
    SET status = 'dispatching', lease_until = <now> + make_interval(secs => <lease>),
        provider = %(provider)s::text
    WHERE id = %(id)s AND status = 'claimed' AND lease_token = %(token)s AND lease_until > <now>
      AND expires_at > <now>
      AND NOT EXISTS (
          SELECT FROM messaging_contactchoice AS choice
          WHERE choice.patient_id = message.patient_id AND choice.channel = message.channel
            AND choice.purpose = message.purpose AND NOT choice.is_wanted
      )
    RETURNING id
), attempt AS (
    INSERT INTO messaging_messageattempt (
        message_id, number, token, channel, provider, address, language, template, subject, body, attachments,
        dispatched_at
    )
    SELECT id, (SELECT count(*) + 1 FROM messaging_messageattempt WHERE message_id = taken.id), %(token)s,
           %(channel)s, %(provider)s::text, %(address)s, %(language)s, %(template)s, %(subject)s, %(body)s,
           %(attachments)s::jsonb, <now>
    FROM taken
    RETURNING id
)
"""
_DISPATCH = clocked(together(DISPATCHING, giving="SELECT NULL, id FROM attempt"), lease=LEASE_SECONDS)
#: Two messages, two moves, one commit: the answer about the one before, and that the next one is about to leave.
_SETTLE_AND_DISPATCH = clocked(
    together(
        SETTLING, DISPATCHING, giving="SELECT (SELECT to_status FROM outcome), (SELECT id FROM attempt)"
    ),
    lease=LEASE_SECONDS,
)


@dataclass(frozen=True, slots=True)
class Step:
    """What one statement did: the message now on its way (None: it was called back, taken over or became too late
    meanwhile), and the new status of the message before, where that was written with it (empty: fenced off)."""

    sent: Dispatched | None
    settled: str | None = None


class _Fenced(Exception):
    """Rolls back the links that were made for nothing."""


def dispatch(
    message: Message,
    go: Go,
    token: uuid.UUID,
    *,
    provider: str,
    wordings: Wordings,
    at: datetime,
    now: datetime | None,
    before: Answered | None = None,
) -> Step:
    """Composes and records; `before` is the message that the provider has just answered for.

    Writing `before` down here saves a commit per message and leaves the doubt where it was: never more than the one
    message that was handed over last. When `settled` comes back as None, `before` still has to be written.
    """
    try:
        # A link is made in the same transaction; without one, the statement is a transaction by itself.
        with transaction.atomic() if message.link_purpose else nullcontext():
            composed = compose(message, go.obj, address=go.address, wordings=wordings, now=at)
            values = values_of(message, composed, token, provider) | {"now": now}
            settled, attempt = _written(values, before)
            if attempt is None and message.link_purpose:
                raise _Fenced
    except _Fenced:
        return Step(None)
    return Step(Dispatched(message, composed, token, attempt) if attempt else None, settled)


def _written(values: dict[str, Any], before: Answered | None) -> tuple[str | None, int | None]:
    if before is None:
        found = rows(_DISPATCH, values)
        return found[0] if found else (None, None)
    settled, attempt = rows(_SETTLE_AND_DISPATCH, values | before.values)[0]
    return settled or "", attempt


def values_of(message: Message, composed: Composed, token: uuid.UUID, provider: str) -> dict[str, Any]:
    """What the attempt row keeps."""
    return {
        "id": message.pk,
        "token": token,
        "channel": message.channel,
        "provider": provider,
        "address": composed.outgoing.to,
        "language": composed.language,
        "template": composed.version,
        "subject": composed.outgoing.subject[:300],
        "body": composed.kept,
        "attachments": json.dumps(composed.attachment_names),
    }
