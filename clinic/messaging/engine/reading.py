"""Messages as sending needs them: with patient, location and its settings, without what nobody looks at on the way.

Making five hundred models of Django's took longer than all the rest of sending them: `from_db` walks over every column,
also over those that were not read. The rows are put into the same models here; a column that was left out is read when
somebody asks for it, as after `defer()`.
"""
# ruff: noqa: SLF001 - Django's own ways to the columns of a model and to what it keeps of its relations

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model
from django.db.models.base import ModelState

from clinic.messaging.engine.sql import rows
from clinic.messaging.models import Message
from clinic.models import Location, Patient

Row = TypeVar("Row", bound=Model)
#: Columns that sending does not look at.
_NOT_READ: dict[type[Model], frozenset[str]] = {
    Message: frozenset(
        {"created_at", "created_by", "lease_token", "lease_until", "sent_at", "delivered_at", "handled_at"}
        | {
            "handled_by",
            "scheduled_for",
            "dedupe_key",
            "provider",
            "provider_reference",
            "last_error",
            "reason",
        }
        | {"fallback_of", "stage"}
    ),
    # Taking a phone number apart, only to write it down again, cost more than its row: it is read as it is written.
    Patient: frozenset({"search", "alert", "desk_note", "extra_minutes", "phone"}),
}


def read(ids: Iterable[int], *, token: uuid.UUID | None = None) -> list[Message]:
    """These messages in order of time; with `token`, only those that it still holds.

    `message.number` is the patient's phone number as it is stored.
    """
    found = rows(_statement(), {"ids": list(ids), "token": token}, binary=True)
    width = len(_names(Message))
    messages = [_with_patient(row[0], row[1 : 1 + width], row[1 + width :]) for row in found]
    _give_locations(messages)
    return messages


@cache
def _statement() -> str:
    columns = [f"{table}.{name}" for table, model in _TABLES.items() for name in _columns(model)]
    return (
        f"SELECT patient.phone, {', '.join(columns)} FROM messaging_message AS message "  # noqa: S608 - our own names
        "JOIN clinic_patient AS patient ON patient.id = message.patient_id "
        "WHERE message.id = ANY(%(ids)s::bigint[]) "
        "AND (%(token)s::uuid IS NULL OR message.lease_token = %(token)s) "
        "ORDER BY message.next_attempt_at, message.id"
    )


_TABLES: dict[str, type[Model]] = {"message": Message, "patient": Patient}


@cache
def _columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(
        str(field.column) for field in model._meta.concrete_fields if field.name not in _NOT_READ[model]
    )


@cache
def _names(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.name not in _NOT_READ[model])


def _with_patient(number: str, about_message: Sequence[Any], about_patient: Sequence[Any]) -> Message:
    message = _made(Message, about_message)
    message._state.fields_cache["patient"] = _made(Patient, about_patient)
    message.__dict__["number"] = number
    return message


def _made(model: type[Row], values: Sequence[Any]) -> Row:
    made = model.__new__(model)
    made.__dict__.update(zip(_names(model), values, strict=True))
    made._state = ModelState()
    made._state.adding, made._state.db = False, connection.alias
    return made


def _give_locations(messages: list[Message]) -> None:
    """Locations are read once, however many messages."""
    wanted = {message.location_id for message in messages}
    locations = Location.objects.select_related("settings").in_bulk(wanted)
    for message in messages:
        message._state.fields_cache["location"] = locations[message.location_id]
