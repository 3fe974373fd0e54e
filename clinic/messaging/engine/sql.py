"""The few statements of the engine go to the database through here; the clock is the database's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

#: The instant of a statement: the one that a test gives, or the database's own clock.
_NOW = "coalesce(%(now)s::timestamptz, clock_timestamp())"


def clocked(statement: str, **constants: int) -> str:
    """A statement with `<now>` as the instant, and our own numbers in place of their `<name>`."""
    for name, number in constants.items():
        statement = statement.replace(f"<{name}>", str(int(number)))
    return statement.replace("<now>", _NOW)


def rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Runs one statement and gives its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, dict(values))
        return cursor.fetchall() if cursor.description else []


def database_now(now: datetime | None) -> datetime:
    """The given instant, or what the database's clock says: a worker's wrong clock is harmless."""
    if now is not None:
        return now
    return rows("SELECT clock_timestamp()", {})[0][0]  # type: ignore[no-any-return]
