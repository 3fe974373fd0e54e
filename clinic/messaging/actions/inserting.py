"""Planned messages into the outbox: rows and first status rows in one statement, its text written once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models

from clinic.messaging.models import Message, MessageStatusChange


def insert_planned(new: Sequence[Message], *, now: datetime, by: Any) -> None:
    """Inserts messages that are not stored yet and notes each as planned; afterwards they have their ids.

    A message with a known `dedupe_key` is refused by the database (IntegrityError) and nothing is written.
    """
    if not new:
        return
    facts: dict[str, Any] = {str(field.column): [_value(row, field) for row in new] for field in _fields()}
    with connection.cursor() as cursor:
        cursor.execute(_statement(), {**facts, "__now": now, "__by": by.pk if by else None})
        ids = {key: pk for pk, key in cursor.fetchall()}
    for row in new:
        row.pk = ids[row.dedupe_key]
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - stored: Django's own flags


@cache
def _fields() -> tuple[models.Field[Any, Any], ...]:
    known = Message._meta.concrete_fields  # noqa: SLF001 - Django's public way to the fields
    return tuple(field for field in known if not field.primary_key and not field.generated)


def _value(row: Message, field: models.Field[Any, Any]) -> Any:
    value = getattr(row, field.attname)
    if isinstance(field, models.JSONField):
        return json.dumps(value, cls=field.encoder)
    return value if value is None or not isinstance(value, str) else str(value)


@cache
def _statement() -> str:
    columns = [str(field.column) for field in _fields()]
    arrays = ", ".join(f"%({field.column})s::{_type(field)}[]" for field in _fields())
    return f"""
    WITH made AS (
        INSERT INTO {Message._meta.db_table} ({", ".join(columns)})
        SELECT * FROM unnest({arrays})
        RETURNING id, status, dedupe_key
    ), noted AS (
        INSERT INTO {MessageStatusChange._meta.db_table}
               (message_id, from_status, to_status, changed_at, changed_by_id, reason)
        SELECT made.id, '', made.status, %(__now)s, %(__by)s, '' FROM made ORDER BY made.id
    )
    SELECT id, dedupe_key FROM made
    """  # noqa: S608, SLF001 - names of our own tables and columns


def _type(field: models.Field[Any, Any]) -> str:
    """The type without its length: the column checks that."""
    return str(field.db_type(connection)).split("(")[0]
