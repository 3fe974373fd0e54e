"""Moves out of `claimed` without an attempt: each guarded by the token, each with its status row."""

from __future__ import annotations

import uuid
from datetime import datetime

from clinic.messaging.engine.sql import clocked, rows
from clinic.messaging.models import Message

#: 0 rows: somebody called the message back, or the lease lapsed and another worker has it.
_LEAVE = clocked("""
WITH moved AS (
    UPDATE messaging_message
    SET status = %(to)s::text, reason = %(reason)s::text, last_error = %(error)s::text,
        lease_token = NULL, lease_until = NULL,
        next_attempt_at = coalesce(%(at)s::timestamptz, next_attempt_at)
    WHERE id = %(id)s AND status = 'claimed' AND lease_token = %(token)s
    RETURNING id
)
INSERT INTO messaging_messagestatuschange (message_id, from_status, to_status, changed_at, reason)
SELECT id, 'claimed', %(to)s::text, <now>, %(note)s::text FROM moved
RETURNING message_id
""")


def leave_claimed(
    message: Message,
    token: uuid.UUID,
    to: str,
    *,
    reason: str = "",
    error: str = "",
    at: datetime | None = None,
    now: datetime | None,
) -> bool:
    """Moves a claimed message on without sending; False when it was no longer ours."""
    values = {
        "id": message.pk,
        "token": token,
        "to": to,
        "reason": reason,
        "error": error[:300],
        "note": (reason or error)[:500],
        "at": at,
        "now": now,
    }
    return bool(rows(_LEAVE, values))
