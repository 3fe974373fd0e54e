"""Step 1: take what is due for ninety seconds, in a transaction of its own. Also: give back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from clinic.messaging.engine.sql import among, clocked, rows
from clinic.messaging.models import Message

LEASE_SECONDS = 90
#: Columns that sending does not look at.
_NOT_READ = (
    *(
        "created_at",
        "created_by",
        "lease_token",
        "lease_until",
        "sent_at",
        "delivered_at",
        "handled_at",
        "handled_by",
    ),
    *("scheduled_for", "dedupe_key", "provider", "provider_reference", "last_error", "reason", "fallback_of"),
    *("patient__search", "patient__alert", "patient__desk_note", "patient__extra_minutes"),
)

_CLAIM = clocked(
    """
WITH due AS MATERIALIZED (
    SELECT id FROM messaging_message
    WHERE status = 'pending' AND channel = %(channel)s AND next_attempt_at <= (SELECT <now>)
      AND (next_attempt_at, id) > (%(since)s::timestamptz, %(number)s)
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

    @property
    def last(self) -> Place:
        """Where the next batch begins."""
        return self.messages[-1].next_attempt_at, self.messages[-1].pk


#: Where a pass stands in the order of what is due: an instant and a number.
Place = tuple[str | datetime, int]
BEGINNING: Place = ("-infinity", 0)


def claim(*, channel: str, limit: int, now: datetime | None, after: Place = BEGINNING) -> Claimed:
    """Takes up to `limit` due messages of a channel; others skip what is taken.

    `after` spares a long pass to step over all that it has sent itself already.
    """
    token = uuid.uuid4()
    found = rows(
        _CLAIM,
        {
            "now": now,
            "limit": limit,
            "token": token,
            "channel": str(channel),
            "since": after[0],
            "number": after[1],
        },
    )
    if not found:
        return Claimed([], token, now) if now else Claimed([], token, datetime.min)  # noqa: DTZ901 - nothing to date
    taken = Message.objects.filter(pk__in=among(row[0] for row in found), lease_token=token)
    return Claimed(list(with_facts(taken)), token, found[0][1])


def with_facts(taken: QuerySet[Message]) -> QuerySet[Message]:
    """In order of time, with patient, location and its settings: locations are read once, however many messages."""
    return (
        taken.select_related("patient")
        .prefetch_related("location__settings")
        # Taking a number apart, only to write it down again, took longer than all the rest that is read here.
        .defer("patient__phone", *_NOT_READ)
        .annotate(number=Cast("patient__phone", CharField()))
        .order_by("next_attempt_at", "id")
    )


def release(ids: Iterable[int], token: uuid.UUID, *, at: datetime | None = None) -> None:
    """Gives claimed messages back untouched, to be tried at `at` (or as before); their attempt does not count."""
    rows(_RELEASE, {"ids": list(ids), "token": token, "at": at})
