"""Reads that are asked thousands of times an hour: their SQL is written once, and PostgreSQL plans it once.

Django writes the SQL of a QuerySet anew each time, and PostgreSQL plans it anew each time; for a join of eight tables
both cost more than reading the row. What is kept here is the text and the plan. Never an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

import orjson
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, models
from django.db.models import JSONField, query

from clinic import ahead
from clinic.built import BuiltRows, build_quickly
from clinic.history import told_to_history
from clinic.sending import has_died, rows_of, with_values

Row = TypeVar("Row", bound=models.Model)
# The type stubs do not know this part of Django.
get_related_populators: Any = query.get_related_populators
#: Integers that stand for values while the SQL is written; no row has such an id.
_FIRST_MARK = 7_000_000_000_000_000_001


def prepared_rows(sql: str, facts: Any) -> list[tuple[Any, ...]]:
    """The rows of one statement with named or listed values (`%(name)s` or `%s`).

    The SQL must be the same text each time. Inside the caller's transaction.

    Django asks a kept connection first whether it still lives. Here it is asked what is to be known, and when it turns
    out to have died since the last request, another one is asked again: for what only reads that is the same.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]  # not by its proxy, which finds it anew for each attribute
    try:
        return rows_of(database, sql, facts)
    except OperationalError:
        if not has_died(database):
            raise
        database.close()
        return rows_of(database, sql, facts)


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
    rows = rows_of(database, text, {**facts, **named})
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
    names, model = [column[0].target.attname for column in select[first:last]], BuiltRows(info["model"])
    annotations = list(compiler.annotation_col_map.items())
    relations = get_related_populators(info, select, DEFAULT_DB_ALIAS)
    build_quickly(relations)
    converters = _quicker(compiler.get_converters([column[0] for column in select]))

    def make(row: Sequence[Any]) -> Any:
        values = next(compiler.apply_converters([row], converters)) if converters else row
        made = model.from_db(DEFAULT_DB_ALIAS, names, values[first:last])
        for relation in relations:
            relation.populate(values, made)
        for name, at in annotations:
            setattr(made, name, values[at])
        return made

    return make


def _quicker(converters: dict[int, Any]) -> dict[int, Any]:
    """The same, with JSON read in C where a field has no reader of its own."""
    return {
        at: ([_from_json if _is_plain_json(one, column) else one for one in those], column)
        for at, (those, column) in converters.items()
    }


def _is_plain_json(convert: Any, column: Any) -> bool:
    field = getattr(column, "target", None)
    return type(field) is JSONField and field.decoder is None and convert == field.from_db_value


def _from_json(value: str | None, _column: Any, _connection: Any) -> Any:
    return None if value is None else orjson.loads(value)


def marks(count: int) -> tuple[int, ...]:
    """Stand-ins for so many ids."""
    return tuple(_FIRST_MARK + number for number in range(count))
