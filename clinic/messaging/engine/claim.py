"""Step 1: take what is due for ninety seconds, in a transaction of its own. Also: give back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from clinic.messaging.engine.reading import read
from clinic.messaging.engine.sql import clocked, rows
from clinic.messaging.models import Message

LEASE_SECONDS = 90
_CLAIM = clocked(
    """
WITH due AS MATERIALIZED (
    SELECT id FROM messaging_message
    WHERE stage = 'open' AND status = 'pending' AND channel = %(channel)s AND next_attempt_at <= (SELECT <now>)
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
    return Claimed(read((row[0] for row in found), token=token), token, found[0][1])


def release(ids: Iterable[int], token: uuid.UUID, *, at: datetime | None = None) -> None:
    """Gives claimed messages back untouched, to be tried at `at` (or as before); their attempt does not count."""
    rows(_RELEASE, {"ids": list(ids), "token": token, "at": at})
