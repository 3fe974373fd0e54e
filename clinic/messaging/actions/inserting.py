"""Planned messages into the outbox: all rows of one change in one statement, planned once by PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypedDict

import orjson
from django.db import connection, models
from psycopg import sql

from clinic.messaging.models import Message
from clinic.prepared import Along, prepared_write


class Planned(TypedDict):
    """One message to be, by the columns in which the messages of one change differ."""

    kind: str
    rule: str
    channel: str
    purpose: str
    policy: str
    dedupe_key: str
    extra: Mapping[str, Any]
    link_purpose: str
    ignores_quiet_hours: bool
    never_earlier: bool
    scheduled_for: datetime
    next_attempt_at: datetime
    expires_at: datetime


class Common(NamedTuple):
    """The columns that all messages of one change share."""

    patient_id: int
    location_id: int
    subject_type: str
    subject_id: int
    subject_version: int
    is_from_rule: bool
    created_at: datetime
    created_by_id: int | None


def insert_planned(new: Sequence[Planned], common: Common) -> list[int]:
    """Inserts messages as planned; gives their ids in the order of their rows.

    A message with a known `dedupe_key` is refused by the database (IntegrityError) and nothing is written.
    """
    if not new:
        return []
    return [pk for (pk,) in prepared_write(_statement(), _facts(new, common))]


def planned_along(new: Sequence[Planned], common: Common, then: Callable[[], None] | None) -> Along:
    """The same to be written along with the thing that the messages are about."""
    return Along(_part("made, "), _facts(new, common), then)


_DIFFERING, _SHARED = tuple(Planned.__annotations__), Common._fields


def _facts(new: Sequence[Planned], common: Common) -> dict[str, Any]:
    shared = {f"told_{name}": value for name, value in zip(_SHARED, common, strict=True)}
    return {"told_rows": orjson.dumps(new).decode(), **shared}


@cache
def _columns() -> dict[str, models.Field[Any, Any]]:
    concrete = Message._meta.concrete_fields  # noqa: SLF001 - Django's public way to the fields
    return {field.attname: field for field in concrete if not (field.primary_key or field.generated)}


@cache
def _statement() -> str:
    return f"WITH {_part()} SELECT id FROM told ORDER BY id"  # noqa: S608 - our own text


@cache
def _part(source: str = "") -> str:
    columns = _columns()
    wanted = ", ".join(f"{name} {_type(columns[name])}" for name in _DIFFERING)
    return f"""
    told AS (
        INSERT INTO {Message._meta.db_table} ({", ".join(str(field.column) for field in columns.values())})
        SELECT {", ".join(map(_value, columns))}
          FROM {source}jsonb_to_recordset(%(told_rows)s::jsonb) AS wanted({wanted})
        RETURNING id
    )
    """  # noqa: S608, SLF001 - names of our own tables and columns


def _value(name: str) -> str:
    """Where a column's value comes from; what planning says nothing about is what the model writes."""
    kind = _type(_columns()[name])
    if name in _DIFFERING:
        return f"wanted.{name}"
    if name in _SHARED:
        return f"%(told_{name})s::{kind}"
    default = _columns()[name].get_default()
    text = sql.Literal(str(default) if isinstance(default, str) else default).as_string()
    return f"{text.replace('%', '%%')}::{kind}"


def _type(field: models.Field[Any, Any]) -> str:
    """The type without its length: the column checks that."""
    return str(field.db_type(connection)).split("(")[0]
