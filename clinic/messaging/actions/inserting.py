"""Planned messages into the outbox: all rows of one change in one statement, planned once by PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models

from clinic.messaging.models import Message
from clinic.prepared import prepared_write


@dataclass(frozen=True, slots=True)
class Planned:
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


@dataclass(frozen=True, slots=True)
class Common:
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
    rows = [{name: getattr(one, name) for name in _DIFFERING} for one in new]
    shared = {name: getattr(common, name) for name in _SHARED}
    facts = {**_defaults(), **shared, "rows": json.dumps(rows, default=_instant)}
    return [pk for (pk,) in prepared_write(_statement(), facts)]


_DIFFERING = tuple(field.name for field in fields(Planned))
_SHARED = tuple(field.name for field in fields(Common))


def _instant(value: datetime) -> str:
    return value.isoformat()


@cache
def _columns() -> dict[str, models.Field[Any, Any]]:
    concrete = Message._meta.concrete_fields  # noqa: SLF001 - Django's public way to the fields
    return {field.attname: field for field in concrete if not (field.primary_key or field.generated)}


@cache
def _defaults() -> dict[str, Any]:
    """What the model writes into the columns that planning says nothing about; a missing value is NULL."""
    rest = {
        name: field for name, field in _columns().items() if name not in _DIFFERING and name not in _SHARED
    }
    values = {name: field.get_default() for name, field in rest.items()}
    return {name: str(value) if isinstance(value, str) else value for name, value in values.items()}


@cache
def _statement() -> str:
    columns = _columns()
    wanted = ", ".join(f"{name} {_type(columns[name])}" for name in _DIFFERING)
    values = [
        f"wanted.{name}" if name in _DIFFERING else f"%({name})s::{_type(columns[name])}" for name in columns
    ]
    return f"""
    WITH made AS (
        INSERT INTO {Message._meta.db_table} ({", ".join(str(field.column) for field in columns.values())})
        SELECT {", ".join(values)} FROM jsonb_to_recordset(%(rows)s::jsonb) AS wanted({wanted})
        RETURNING id
    )
    SELECT id FROM made ORDER BY id
    """  # noqa: S608, SLF001 - names of our own tables and columns


def _type(field: models.Field[Any, Any]) -> str:
    """The type without its length: the column checks that."""
    return str(field.db_type(connection)).split("(")[0]
