"""Time passes: everything in the database moves into the past, so that real processes with the real clock go on."""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

OURS = ("clinic", "messaging", "treatments", "bookings")
#: What says that a process is alive right now.
ALIVE = ("messaging.Heartbeat",)


@transaction.atomic
def time_passes(span: timedelta) -> None:
    """Moves the whole world back by a span of whole days: what was due tomorrow is due now.

    Weekly hours and birth dates stay. Triggers sleep meanwhile: history and signatures are moved, not changed.
    """
    assert span % timedelta(days=1) == timedelta(0), "whole days, so that wall times stay"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model in _moving():
            columns = [(str(f.column), f) for f in model._meta.concrete_fields if _is_moment(f)]
            if columns:
                quoted = connection.ops.quote_name
                moved = ", ".join(f"{quoted(name)} = {quoted(name)} - %s" for name, _ in columns)
                values: list[Any] = [
                    span if isinstance(field, models.DateTimeField) else span.days for _, field in columns
                ]
                cursor.execute(f"UPDATE {quoted(model._meta.db_table)} SET {moved}", values)


def _moving() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in OURS
        and model._meta.managed
        and model._meta.label not in ALIVE
        and not model.__name__.endswith("History")
    ]


def _is_moment(field: models.Field) -> bool:  # type: ignore[type-arg]
    return isinstance(field, models.DateField) and field.name not in {"born_on", "valid_from", "valid_until"}
