"""What every process of a fault run imports: Django, and a subject whose facts are rows of a table of its own.

CHAOS_OLD=1 makes a process of "old code" that does not know the subject; CHAOS_CLOCK shifts its clock by seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
if shift := float(os.environ.get("CHAOS_CLOCK", "0")):
    import time_machine

    time_machine.travel(time.time() + shift).start()
django.setup()

from django.db import connection  # noqa: E402 - after the apps are ready

from clinic.celery import app  # noqa: E402
from clinic.messaging import registry  # noqa: E402
from clinic.messaging.engine import calling  # noqa: E402
from clinic.messaging.models import Message  # noqa: E402
from clinic.messaging.registry import Wanted  # noqa: E402
from clinic.messaging.words import MessageKind, Policy  # noqa: E402
from clinic.models import Location, Patient  # noqa: E402
from clinic.words import LinkPurpose  # noqa: E402

#: A provider that hangs is given up sooner than in real life; everything else is as in production.
calling.call.__kwdefaults__["seconds"] = 1.5  # type: ignore[index]
#: Beat's real process, ten times as eager.
app.conf.beat_schedule["tick"]["schedule"] = 1.0
app.conf.beat_schedule["tick"]["options"] = {"expires": 5}

#: How long Celery keeps a dead child's place before it takes another task; ten seconds in production.
app.conf.worker_lost_wait = 1.0

TABLE = """
CREATE TABLE IF NOT EXISTS chaos_visit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, patient_id bigint, location_id bigint, due_at timestamptz,
    version int DEFAULT 1, is_cancelled bool DEFAULT false, at_most_once bool DEFAULT false
)
"""


@dataclass
class Visit:
    """One row."""

    pk: int
    who: Patient
    where: Location
    due_at: datetime
    version: int
    is_cancelled: bool
    at_most_once: bool


class Visits:
    """The subject."""

    name = "chaos"

    def load(self, pk: int, *, lock: bool = False) -> Visit | None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM chaos_visit WHERE id = %s {'FOR UPDATE' if lock else ''}", [pk])
            row = cursor.fetchone()
        if row is None:
            return None
        return Visit(row[0], Patient.objects.get(pk=row[1]), Location.objects.get(pk=row[2]), *row[3:])

    def patient(self, obj: Visit) -> Patient:
        return obj.who

    def location(self, obj: Visit) -> Location:
        return obj.where

    def version(self, obj: Visit) -> int:
        return obj.version

    def wanted(self, obj: Visit, now: datetime) -> list[Wanted]:
        if obj.is_cancelled:
            return []
        return [
            Wanted(
                rule="CHAOS",
                kind=MessageKind.APPOINTMENT_REMINDER,
                scheduled_for=obj.due_at,
                expires_at=obj.due_at + timedelta(hours=12),
                channel="sms",
                policy=Policy.AT_MOST_ONCE if obj.at_most_once else Policy.AT_LEAST_ONCE,
                ignores_quiet_hours=True,
                link=LinkPurpose.APPOINTMENT,
            )
        ]

    def gate(self, obj: Visit, message: Message, now: datetime) -> str | None:
        return "visit-cancelled" if obj.is_cancelled else None

    def context(self, obj: Visit, message: Message, now: datetime) -> dict[str, Any]:
        return {"starts_at": obj.due_at + timedelta(hours=3)}

    def upcoming(self, now: datetime, until: datetime) -> Iterable[Visit]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM chaos_visit WHERE due_at BETWEEN %s AND %s", [now, until])
            found = [self.load(pk) for (pk,) in cursor.fetchall()]
        return [visit for visit in found if visit is not None]


if os.environ.get("CHAOS_OLD") != "1":
    registry.register(Visits())
