"""How a statement with its values reaches PostgreSQL: prepared once per connection, by a cursor that stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg

from clinic.history import without_context

_VALUE = re.compile(r"%(?:%|(?:\((\w+)\))?s)")


class PreparedCursor(psycopg.RawCursor[Any]):
    """Sends SQL as PostgreSQL reads it, values apart, and remembers it: Django's query log asks for it.

    Each connection keeps one per statement: what the driver finds out about the types of its values and columns stays.
    """

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        """As psycopg's."""
        found = super().execute(query, params, **how)
        self._query = self._sent
        return found

    def taken(self) -> list[tuple[Any, ...]]:
        """All rows; none of them stays here."""
        rows = self.fetchall()
        self._reset(reset_query=False)
        return rows

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        self._sent = super()._convert_query(query, params)
        return self._sent


def rows_of(database: Any, sql: str, facts: Any) -> list[tuple[Any, ...]]:
    """The rows of one statement on Django's connection; what it may meet is for the caller (`clinic.prepared`)."""
    text, names = _native(sql)
    database.ensure_connection()
    cursor = _cursor(database.connection, text)
    _execute(database, cursor, text, [facts[name] for name in names] if isinstance(facts, Mapping) else facts)
    database.health_check_done = True
    return cursor.taken()


def _execute(database: Any, cursor: PreparedCursor, text: bytes, values: Sequence[Any]) -> None:
    """As Django's cursor does; what it wraps around is only there when somebody listens."""
    wrappers = without_context(database.execute_wrappers)
    if not (wrappers or database.queries_logged):
        database.validate_no_broken_transaction()
        with database.wrap_database_errors:
            cursor.execute(text, values)
        return
    kept, database.execute_wrappers = database.execute_wrappers, wrappers
    try:
        database._prepare_cursor(cursor).execute(text, values)  # noqa: SLF001 - Django's own wrapping
    finally:
        database.execute_wrappers = kept


def has_died(database: Any) -> bool:
    """Since the last request: in this one nobody has heard from it, and nothing was begun."""
    is_first = not database.health_check_done and not database.in_atomic_block
    return is_first and database.connection is not None and database.connection.broken


def _cursor(open_connection: Any, text: bytes) -> PreparedCursor:
    """The connection's cursor for this statement; both end together."""
    cursors: dict[bytes, PreparedCursor] = open_connection.__dict__.setdefault("prepared_cursors", {})
    if text not in cursors:
        cursors[text] = PreparedCursor(open_connection)
    return cursors[text]


@lru_cache(maxsize=512)
def _native(sql: str) -> tuple[bytes, list[str]]:
    """The statement with $1, $2, … for its values, without its indentation, and the values' names in this order."""
    names: list[str] = []

    def numbered(name: str) -> str:
        name = name or f"value {len(names)}"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return with_values(" ".join(sql.split()), numbered).replace("%%", "%").encode(), names


def with_values(sql: str, text: Callable[[str], str]) -> str:
    """A statement with other text where a value goes, by the value's name ("" for one without)."""
    return _VALUE.sub(lambda found: found[0] if found[0] == "%%" else text(found[1] or ""), sql)
