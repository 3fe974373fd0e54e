"""All that became of a message, put together from its rows: planned, tried, answered, reported, changed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clinic.messaging.models import AttemptOutcome, Message
from clinic.messaging.words import MessageStatus

S = MessageStatus


@dataclass(frozen=True, slots=True)
class Move:
    """One arrow of the table of moves, with when, who (None is the engine) and why."""

    at: datetime
    from_status: str
    to_status: str
    by: Any = None
    why: str = ""

    @property
    def word(self) -> str:
        """The new status as people say it."""
        return str(S(self.to_status).label)


def history_of(message: Message) -> list[Move]:
    """The moves in order of time: nothing is kept twice, and nothing is missing (docs/adr/0101)."""
    moves = [_planning(message)]
    moves += [
        Move(row.changed_at, row.from_status, row.to_status, row.changed_by, row.reason)
        for row in message.status_changes.exclude(from_status="").select_related("changed_by")
    ]
    moves += [
        Move(row.dispatched_at, S.CLAIMED, S.DISPATCHING, why=f"{row.provider} #{row.number}")
        for row in message.tries.all()
    ]
    moves += [
        Move(row.settled_at, S.DISPATCHING, row.to_status, why=row.error or row.provider_reference)
        for row in AttemptOutcome.objects.filter(attempt__message=message)
        if row.to_status
    ]
    return sorted(moves, key=lambda move: move.at)


def _planning(message: Message) -> Move:
    """The first arrow is the message's own row: who planned it, and when."""
    why = "fallback" if message.fallback_of_id else ""
    return Move(message.created_at, "", S.PENDING, message.created_by, why)
