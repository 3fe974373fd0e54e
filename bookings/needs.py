"""What needs a person at a location right now: late, missed, cancelled by patients, messages in trouble, calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bookings.calls import calls_of
from bookings.models import Appointment
from clinic.messaging.models import Message
from clinic.models import Location, Task

#: What was missed or cancelled within this time is still in the air.
RECENT = timedelta(days=2)
#: So many of each are shown; the rest is a number and a list of its own.
MOST = 5


@dataclass(frozen=True)
class Needs:
    """The newest of each kind, and how many there are in all."""

    late: list[Appointment]
    missed: list[Appointment]
    cancelled: list[Appointment]
    messages: list[Message]
    calls: list[Task]
    messages_count: int
    calls_count: int

    @property
    def count(self) -> int:
        """Everything that waits for somebody."""
        appointments = len(self.late) + len(self.missed) + len(self.cancelled)
        return appointments + self.messages_count + self.calls_count

    def facts(self) -> list[str]:
        """Changes when anything of it does."""
        rows = [f"{row.pk}.{row.version}" for row in (*self.late, *self.missed, *self.cancelled)]
        messages = [f"{row.pk}.{row.status}" for row in self.messages]
        calls = [f"{row.pk}.{row.status}" for row in self.calls]
        return [*rows, *messages, *calls, f"{self.count}"]


def needs_of(user: Any, location: Location, *, now: datetime) -> Needs:
    """Six queries. Whoever missed or cancelled and has a new time by now needs nobody any more."""
    here = Appointment.objects.at(location)
    gone = [
        *here.missed().filter(starts_at__gte=now - RECENT, starts_at__lt=now).order_by("-starts_at")[:40],
        *here.cancelled_by_patients(now - RECENT)[:40],
    ]
    left = _without_new_time(gone, now)
    rows = Appointment.objects.of(left).select_related("patient", "location", "treatment_session__plan")
    found = {row.pk: row for row in rows}
    ordered = [found[pk] for pk in left if pk in found]
    messages = list(
        Message.objects.visible_to(user).at(location).troubled().with_people().order_by("-id")[:40]
    )
    calls = list(calls_of(user, location).waiting().worst_first().select_related("patient")[:40])
    return Needs(
        late=list(here.late(now).select_related("patient", "location")[:MOST]),
        missed=[row for row in ordered if not row.cancelled_by_patient][:MOST],
        cancelled=[row for row in ordered if row.cancelled_by_patient][:MOST],
        messages=messages[:MOST],
        calls=calls[:MOST],
        messages_count=len(messages),
        calls_count=len(calls),
    )


def _without_new_time(gone: list[Appointment], now: datetime) -> list[int]:
    """The ids of those whose session, or whose patient when there was no session, has nothing to come."""
    coming = Appointment.objects.of_patients({row.patient_id for row in gone}).coming(now)
    sessions, patients = set(), set()
    for patient, session in coming.values_list("patient", "treatment_session"):
        patients.add(patient)
        sessions.add(session)
    return [
        row.pk
        for row in gone
        if not (
            row.treatment_session_id in sessions if row.treatment_session_id else row.patient_id in patients
        )
    ]
