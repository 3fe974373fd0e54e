"""Reads that are asked thousands of times an hour: their SQL is written once, and PostgreSQL plans it once.

Django writes the SQL of a QuerySet anew each time, and PostgreSQL plans it anew each time; for a join of eight tables
both cost more than reading the row. What is kept here is the text and the plan. Never an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, models
from django.db.models import base, query

from clinic import ahead
from clinic.history import told_to_history, without_context

Row = TypeVar("Row", bound=models.Model)
# The type stubs do not know this part of Django.
get_related_populators: Any = query.get_related_populators
#: Integers that stand for values while the SQL is written; no row has such an id.
_FIRST_MARK = 7_000_000_000_000_000_001
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


def prepared_rows(sql: str, facts: Any) -> list[tuple[Any, ...]]:
    """The rows of one statement with named or listed values (`%(name)s` or `%s`).

    The SQL must be the same text each time. Inside the caller's transaction.

    Django asks a kept connection first whether it still lives. Here it is asked what is to be known, and when it turns
    out to have died since the last request, another one is asked again: for what only reads that is the same.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]  # not by its proxy, which finds it anew for each attribute
    try:
        return _rows(database, sql, facts)
    except OperationalError:
        if not _has_died(database):
            raise
        database.close()
        return _rows(database, sql, facts)


def _rows(database: Any, sql: str, facts: Any) -> list[tuple[Any, ...]]:
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


def _has_died(database: Any) -> bool:
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
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    rows = _rows(database, text, {**facts, **named})
    for one in along:
        if rows and one.then:
            one.then()
    return rows


@lru_cache(maxsize=256)
def _filled(sql: str, along: tuple[str, ...], *, is_told: bool) -> str:
    told = sql.replace("{history}", _HISTORY if is_told else _NO_HISTORY)
    return told.replace("{along}", "".join(f", {one}" for one in along))


@dataclass(frozen=True)
class Written:
    """A query as text, where its values go, what its columns are, and how a row becomes objects."""

    #: With the values named `mark0`, `mark1`, …, and `value0`, … for those that are always the same.
    sql: str
    constants: Mapping[str, Any]
    model: type[models.Model]
    #: (model, attribute) of each column; None for what is computed.
    columns: tuple[tuple[type[models.Model], str] | None, ...]
    make: Callable[[Any], Any]


class Prepared(Generic[Row]):
    """A QuerySet that is written once per process; calling it with other values gives its rows.

    `build` takes as many arguments as there are values (ids, or texts wrapped in `mark`), and must use each as a plain
    value of a filter. `select_related`, `defer` and annotations work, `prefetch_related` does not.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Row]], *marks: Any) -> None:
        self._build, self._marks = build, marks
        self._names = [f"mark{number}" for number in range(len(marks))]

    def __call__(self, *values: Any) -> list[Row]:
        """The rows for these values, in the order of the QuerySet."""
        known = ahead.taken(self, values)
        if known is not None:
            return known
        written, given = self.written, dict(zip(self._names, values, strict=True))
        return [written.make(row) for row in prepared_rows(written.sql, {**written.constants, **given})]

    def first(self, *values: Any) -> Row | None:
        """The first row, or None."""
        return next(iter(self(*values)), None)

    @cached_property
    def written(self) -> Written:
        """The query as text, written when it is asked for the first time."""
        compiler = self._build(*self._marks).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        missing = [mark for mark in self._marks if mark not in params]
        if missing:
            raise ValueError(f"a value of {self._build} does not reach the SQL as it is: {missing}")
        given = dict(zip(self._marks, self._names, strict=True))
        names = [given.get(param, f"value{number}") for number, param in enumerate(params)]
        constants = {name: param for name, param in zip(names, params, strict=True) if param not in given}
        columns = tuple(_column(selected[0]) for selected in compiler.select)
        numbered = iter(names)
        text = with_values(sql, lambda _name: f"%({next(numbered)})s")
        return Written(text, constants, compiler.query.model, columns, _maker(compiler))


def _column(selected: Any) -> tuple[type[models.Model], str] | None:
    field = getattr(selected, "target", None)
    return (field.model, field.attname) if field is not None else None


def _maker(compiler: Any) -> Callable[[Any], Any]:
    """How Django itself turns a row of this query into a model with its relations."""
    select, info = compiler.select, compiler.klass_info
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names, model = [column[0].target.attname for column in select[first:last]], _Rows(info["model"])
    annotations = list(compiler.annotation_col_map.items())
    relations = get_related_populators(info, select, DEFAULT_DB_ALIAS)
    _build_quickly(relations)
    converters = compiler.get_converters([column[0] for column in select])

    def make(row: Sequence[Any]) -> Any:
        values = next(compiler.apply_converters([row], converters)) if converters else row
        made = model.from_db(DEFAULT_DB_ALIAS, names, values[first:last])
        for relation in relations:
            relation.populate(values, made)
        for name, at in annotations:
            setattr(made, name, values[at])
        return made

    return make


class _Rows:
    """Makes a model of a row as `Model.from_db` does, of what was read alone: no column is asked for its default.

    For models that do nothing of their own when they are made, as none of ours does.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self._model = model

    def from_db(self, db: str, names: Sequence[str], values: Sequence[Any]) -> models.Model:
        """What was not read is deferred: it is read when it is asked for."""
        made = self._model.__new__(self._model)
        made.__dict__.update(zip(names, values, strict=True))
        made._state = base.ModelState()  # noqa: SLF001 - what Model.__init__ does
        made._state.adding, made._state.db = False, db  # noqa: SLF001
        return made


def _build_quickly(relations: Iterable[Any]) -> None:
    for relation in relations:
        relation.model_cls = _Rows(relation.model_cls)
        _build_quickly(relation.related_populators)


def marks(count: int) -> tuple[int, ...]:
    """Stand-ins for so many ids."""
    return tuple(_FIRST_MARK + number for number in range(count))
