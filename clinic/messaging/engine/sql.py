"""The few statements of the engine go to the database through here; the clock is the database's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection

#: The instant of a statement: the one that a test gives, or the database's own clock.
_NOW = "coalesce(%(now)s::timestamptz, clock_timestamp())"


def clocked(statement: str, **constants: int) -> str:
    """A statement with `<now>` as the instant, and our own numbers in place of their `<name>`."""
    for name, number in constants.items():
        statement = statement.replace(f"<{name}>", str(int(number)))
    return statement.replace("<now>", _NOW)


def together(*parts: str, giving: str) -> str:
    """Named parts of our own as one statement: all of them happen, or none."""
    return "WITH " + ", ".join(parts) + giving


def rows(statement: str, values: Mapping[str, Any], *, binary: bool = False) -> list[tuple[Any, ...]]:
    """Runs one statement and gives its rows; `binary` for many rows: instants need not be spelled and read.

    PostgreSQL keeps the plan of each of these few statements for as long as the connection lives: reading them anew
    took longer than carrying them out. Where a pooler hands out another connection for each transaction
    (`DISABLE_SERVER_SIDE_CURSORS`), nothing is kept.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    is_kept = not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
    with connection.wrap_database_errors, _keeping_plans(connection.connection), _cursor() as cursor:
        cursor.execute(statement, dict(values), prepare=is_kept, binary=binary)
        return cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else []


def _cursor() -> psycopg.Cursor[tuple[Any, ...]]:
    return psycopg.Cursor(connection.connection)


@contextmanager
def _keeping_plans(raw: psycopg.Connection[Any]) -> Iterator[None]:
    """Django turns kept plans off for its own cursors, which bind on this side; ours bind on the server's."""
    before, raw.prepare_threshold = raw.prepare_threshold, 0
    try:
        yield
    finally:
        raw.prepare_threshold = before


def records(told: Iterable[Mapping[str, Any]]) -> str:
    """For `json_to_recordset`: one value, however many rows; a list for each column was written element by element."""
    return json.dumps(list(told), ensure_ascii=False, separators=(",", ":"))


def database_now(now: datetime | None) -> datetime:
    """The given instant, or what the database's clock says: a worker's wrong clock is harmless."""
    if now is not None:
        return now
    return rows("SELECT clock_timestamp()", {})[0][0]  # type: ignore[no-any-return]
