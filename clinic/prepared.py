"""Reads that are asked thousands of times an hour: their SQL is written once, and PostgreSQL plans it once.

Django writes the SQL of a QuerySet anew each time, and PostgreSQL plans it anew each time; for a join of eight tables
both cost more than reading the row. What is kept here is the text and the plan. Never an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

import psycopg
from django.db import connection, models
from django.db.models import query

from clinic.history import telling_by_itself, told_to_history

Row = TypeVar("Row", bound=models.Model)
# The type stubs do not know this part of Django.
get_related_populators: Any = query.get_related_populators
#: Integers that stand for values while the SQL is written; no row has such an id.
_FIRST_MARK = 7_000_000_000_000_000_001
_VALUE = re.compile(r"%(?:%|(?:\((\w+)\))?s)")


class PreparedCursor(psycopg.RawCursor[Any]):
    """Sends SQL as PostgreSQL reads it, values apart, and remembers it: Django's query log asks for it."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        """As psycopg's."""
        found = super().execute(query, params, **how)
        self._query = self._sent
        return found

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        self._sent = super()._convert_query(query, params)
        return self._sent


def prepared_rows(sql: str, facts: Any) -> list[tuple[Any, ...]]:
    """The rows of one statement with named or listed values (`%(name)s` or `%s`).

    The SQL must be the same text each time. Inside the caller's transaction.
    """
    text, names = _native(sql)
    connection.ensure_connection()
    django: Any = connection
    with django._prepare_cursor(PreparedCursor(connection.connection)) as cursor:  # noqa: SLF001 - Django's own wrapping
        cursor.execute(text, [facts[name] for name in names] if isinstance(facts, Mapping) else facts)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@lru_cache(maxsize=512)
def _native(sql: str) -> tuple[bytes, list[str]]:
    """The statement with $1, $2, … for its values, without its indentation, and the values' names in this order."""
    names: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        name = found[1] or f"value {len(names)}"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _VALUE.sub(numbered, " ".join(sql.split())).encode(), names


def listed(values: Iterable[int | str | datetime]) -> str:
    """Ids, codes or instants as PostgreSQL writes an array, for a value that the SQL casts; quicker than a list."""
    return "{" + ",".join([f'"{value}"' for value in values]) + "}"


@dataclass(frozen=True, slots=True)
class Along:
    """A write that goes along in the statement that makes a thing: one round trip, and both are there or neither.

    `sql` are further parts of the statement's WITH; they read the new rows FROM made (`id`), so that nothing is written
    when nothing was made. `then` is called once it is written.
    """

    sql: str
    facts: Mapping[str, Any]
    then: Callable[[], None] | None = None


_HISTORY = """history AS MATERIALIZED (
        SELECT set_config('pghistory.context_id', %(history_id)s, true),
               set_config('pghistory.context_metadata', %(history_facts)s, true)
    )"""
_NO_HISTORY = "history AS MATERIALIZED (SELECT 1)"


def prepared_write(sql: str, facts: Mapping[str, Any], along: Sequence[Along] = ()) -> list[tuple[Any, ...]]:
    """The rows that one writing statement returns; `along` is written where it says `{along}`.

    A statement that writes a table with a history begins with `WITH {history}` and reads FROM history, so that the
    triggers know who and which request changed it (P9).
    """
    context = told_to_history() if "{history}" in sql else None
    named = {} if context is None else {"history_id": context[0], "history_facts": context[1]}
    for one in along:
        named.update(one.facts)
    text = _filled(sql, tuple(one.sql for one in along), is_told=context is not None)
    with telling_by_itself():
        rows = prepared_rows(text, {**facts, **named})
    for one in along:
        if rows and one.then:
            one.then()
    return rows


@lru_cache(maxsize=256)
def _filled(sql: str, along: tuple[str, ...], *, is_told: bool) -> str:
    told = sql.replace("{history}", _HISTORY if is_told else _NO_HISTORY)
    return told.replace("{along}", "".join(f", {one}" for one in along))


@dataclass(frozen=True)
class _Written:
    """A query as text, where its values go, and how a row becomes objects."""

    sql: str
    params: tuple[Any, ...]
    make: Callable[[Any], Any]


class Prepared(Generic[Row]):
    """A QuerySet that is written once per process; calling it with other values gives its rows.

    `build` takes as many arguments as there are values (ids, or texts wrapped in `mark`), and must use each as a plain
    value of a filter. `select_related`, `defer` and annotations work, `prefetch_related` does not.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Row]], *marks: Any) -> None:
        self._build, self._marks = build, marks
        self._written: _Written | None = None

    def __call__(self, *values: Any) -> list[Row]:
        """The rows for these values, in the order of the QuerySet."""
        if self._written is None:
            self._written = self._write()
        written, given = self._written, dict(zip(self._marks, values, strict=True))
        rows = prepared_rows(written.sql, [given.get(param, param) for param in written.params])
        return [written.make(row) for row in rows]

    def first(self, *values: Any) -> Row | None:
        """The first row, or None."""
        return next(iter(self(*values)), None)

    def _write(self) -> _Written:
        compiler = self._build(*self._marks).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        missing = [mark for mark in self._marks if mark not in params]
        if missing:
            raise ValueError(f"a value of {self._build} does not reach the SQL as it is: {missing}")
        return _Written(sql, tuple(params), _maker(compiler))


def _maker(compiler: Any) -> Callable[[Any], Any]:
    """How Django itself turns a row of this query into a model with its relations."""
    select, info = compiler.select, compiler.klass_info
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[first:last]]
    annotations = list(compiler.annotation_col_map.items())
    relations = get_related_populators(info, select, connection.alias)
    converters = compiler.get_converters([column[0] for column in select])

    def make(row: Sequence[Any]) -> Any:
        values = next(compiler.apply_converters([row], converters)) if converters else row
        made = info["model"].from_db(connection.alias, names, values[first:last])
        for relation in relations:
            relation.populate(values, made)
        for name, at in annotations:
            setattr(made, name, values[at])
        return made

    return make


def marks(count: int) -> tuple[int, ...]:
    """Stand-ins for so many ids."""
    return tuple(_FIRST_MARK + number for number in range(count))
