"""What every model keeps: history, status rows, tables of moves."""

from collections.abc import Mapping, Set
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model, TextChoices

import bookings.words
import clinic.words
import treatments.words
from clinic.statuses import StatusChange

OURS = ["clinic", "messaging", "treatments", "bookings"]
#: Append-only by a trigger of their own, or bookkeeping of the machine: their rows are the history.
WITHOUT_HISTORY = {
    "clinic.AccessLog",
    "clinic.IdempotencyKey",
    # A message's moves are rows: docs/adr/0101.
    *(
        "messaging.Message",
        "messaging.MessageAttempt",
        "messaging.AttemptOutcome",
        "messaging.DeliveryReport",
    ),
    *("messaging.Heartbeat", "messaging.PeriodicRun", "messaging.ProviderHealth"),
}

TABLES: dict[str, tuple[type[TextChoices], Mapping[Any, Set[Any]]]] = {
    "appointment": (bookings.words.AppointmentStatus, bookings.words.APPOINTMENT_TRANSITIONS),
    "waitlist entry": (bookings.words.WaitlistStatus, bookings.words.WAITLIST_TRANSITIONS),
    "offer": (bookings.words.OfferStatus, bookings.words.OFFER_TRANSITIONS),
    "plan": (treatments.words.PlanStatus, treatments.words.PLAN_TRANSITIONS),
    "session": (treatments.words.SessionStatus, treatments.words.SESSION_TRANSITIONS),
    "version": (treatments.words.VersionStatus, treatments.words.VERSION_TRANSITIONS),
    "record": (treatments.words.RecordStatus, treatments.words.RECORD_TRANSITIONS),
    "recovery check": (treatments.words.CheckStatus, treatments.words.CHECK_TRANSITIONS),
    "reaction": (treatments.words.ReactionStatus, treatments.words.REACTION_TRANSITIONS),
    "task": (clinic.words.TaskStatus, clinic.words.TASK_TRANSITIONS),
}


def _facts() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in OURS
        and not model.__name__.endswith("History")
        and not issubclass(model, StatusChange)
        and model._meta.label not in WITHOUT_HISTORY
    ]


@pytest.mark.parametrize("model", _facts(), ids=lambda model: model._meta.label)
def test_every_model_that_holds_facts_has_a_history(model: type[Model]) -> None:
    history = apps.get_model(model._meta.app_label, f"{model.__name__}History")
    assert "pgh_context" in {field.name for field in history._meta.get_fields()}


@pytest.mark.parametrize("name", TABLES)
def test_every_status_is_in_the_table_of_moves(name: str) -> None:
    words, transitions = TABLES[name]
    assert set(transitions) == set(words)
    assert {to for targets in transitions.values() for to in targets} <= set(words)


@pytest.mark.django_db
def test_history_tables_refuse_update_and_delete() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger_append_only%'"
        )
        sealed = {row[0] for row in cursor.fetchall()}
    histories = {apps.get_model(m._meta.app_label, f"{m.__name__}History")._meta.db_table for m in _facts()}
    changes = {m._meta.db_table for m in apps.get_models() if issubclass(m, StatusChange)}
    assert histories | changes <= sealed
