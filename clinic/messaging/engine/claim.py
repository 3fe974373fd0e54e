"""Step 1: take what is due for ninety seconds, in a transaction of its own. Also: give back."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from clinic.messaging.engine.sql import clocked, rows
from clinic.messaging.models import Message

LEASE_SECONDS = 90

_CLAIM = clocked(
    """
WITH due AS MATERIALIZED (
    SELECT id FROM messaging_message
    WHERE status = 'pending' AND next_attempt_at <= <now> AND channel <> ALL(%(closed)s)
    ORDER BY next_attempt_at, id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE messaging_message AS message
SET status = 'claimed', attempts = attempts + 1, lease_token = %(token)s,
    lease_until = <now> + make_interval(secs => <lease>)
FROM due WHERE message.id = due.id
RETURNING message.id, <now>
""",
    lease=LEASE_SECONDS,
)

#: An attempt that did not happen does not count.
_RELEASE = """
UPDATE messaging_message
SET status = 'pending', attempts = greatest(attempts - 1, 0), lease_token = NULL, lease_until = NULL,
    next_attempt_at = coalesce(%(at)s::timestamptz, next_attempt_at)
WHERE id = ANY(%(ids)s) AND status = 'claimed' AND lease_token = %(token)s
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A batch that this worker holds: its messages in order of time, its token, the database's instant."""

    messages: list[Message]
    token: uuid.UUID
    at: datetime


def claim(*, limit: int, now: datetime | None, closed: Collection[str] = ()) -> Claimed:
    """Takes up to `limit` due messages of channels that are not `closed`; others skip what is taken."""
    token = uuid.uuid4()
    found = rows(_CLAIM, {"now": now, "limit": limit, "token": token, "closed": list(closed)})
    if not found:
        return Claimed([], token, now) if now else Claimed([], token, datetime.min)  # noqa: DTZ901 - nothing to date
    taken = Message.objects.filter(pk__in=[row[0] for row in found], lease_token=token)
    return Claimed(list(with_facts(taken)), token, found[0][1])


def with_facts(taken: QuerySet[Message]) -> QuerySet[Message]:
    """In order of time, with patient, location and its settings: locations are read once, however many messages."""
    return (
        taken.select_related("patient")
        .prefetch_related("location__settings")
        .order_by("next_attempt_at", "id")
    )


def release(ids: Iterable[int], token: uuid.UUID, *, at: datetime | None = None) -> None:
    """Gives claimed messages back untouched, to be tried at `at` (or as before); their attempt does not count."""
    rows(_RELEASE, {"ids": list(ids), "token": token, "at": at})
