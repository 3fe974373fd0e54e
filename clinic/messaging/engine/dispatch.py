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
from clinic.messaging.engine.sql import clocked, rows
from clinic.messaging.models import Message
from clinic.messaging.wordings import Wordings

#: Guarded by token, lease, expiry and the patient's latest word: whoever changed one of them first has won.
_DISPATCH = clocked(
    """
WITH moved AS (
    UPDATE messaging_message AS message
    SET status = 'dispatching', lease_until = <now> + make_interval(secs => <lease>),
        provider = %(provider)s
    WHERE id = %(id)s AND status = 'claimed' AND lease_token = %(token)s AND lease_until > <now>
      AND expires_at > <now>
      AND NOT EXISTS (
          SELECT FROM messaging_contactchoice AS choice
          WHERE choice.patient_id = message.patient_id AND choice.channel = message.channel
            AND choice.purpose = message.purpose AND NOT choice.is_wanted
      )
    RETURNING id
)
INSERT INTO messaging_messageattempt (
    message_id, number, token, channel, provider, address, language, template, subject, body, attachments,
    dispatched_at
)
SELECT id, (SELECT count(*) + 1 FROM messaging_messageattempt WHERE message_id = moved.id), %(token)s,
       %(channel)s, %(provider)s, %(address)s, %(language)s, %(template)s, %(subject)s, %(body)s,
       %(attachments)s::jsonb, <now>
FROM moved
RETURNING id
""",
    lease=LEASE_SECONDS,
)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """A message that is about to be handed to its provider, and the row that says so."""

    message: Message
    composed: Composed
    token: uuid.UUID
    attempt_id: int


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
) -> Dispatched | None:
    """Composes and records; None when the message was called back, taken over or became too late meanwhile."""
    try:
        # A link is made in the same transaction; without one, the statement is a transaction by itself.
        with transaction.atomic() if message.link_purpose else nullcontext():
            composed = compose(message, go.obj, address=go.address, wordings=wordings, now=at)
            values = values_of(message, composed, token, provider) | {"now": now}
            found = rows(_DISPATCH, values)
            if not found:
                raise _Fenced
    except _Fenced:
        return None
    return Dispatched(message, composed, token, found[0][0])


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
