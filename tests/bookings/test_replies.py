"""A patient writes HERE: they are checked in and nobody has to look; anything else about it is the desk's."""

from datetime import datetime, timedelta

import pytest

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.visits import visit_of
from clinic.messaging.actions.inbound import take_inbound
from clinic.messaging.channels.base import Inbound
from clinic.messaging.models import InboundMessage
from clinic.models import Task
from tests.bookings.conftest import FIRST, Clinic
from tests.factories import PatientFactory

MINUTE = timedelta(minutes=1)


@pytest.fixture
def row(clinic: Clinic) -> Appointment:
    """Session one, on FIRST."""
    patient = PatientFactory(at=clinic.location, phone="+4915123456789")
    session = clinic.plan(patient=patient).sessions.get(number=1)
    return actions.book(visit=visit_of(session), starts_at=FIRST, by=clinic.desk, now=clinic.now)


def reply(row: Appointment, text: str, *, now: datetime, number: str = "1") -> InboundMessage:
    """The patient's text arrives."""
    told = Inbound(report_id=number, sender=str(row.patient.phone), text=text)
    made = take_inbound("memory", told, now=now)
    assert made is not None
    row.refresh_from_db()
    return made


@pytest.mark.parametrize("minutes", [-30, 0, 45])
def test_here_checks_in_around_the_time(row: Appointment, minutes: int) -> None:
    made = reply(row, "Here", now=FIRST + minutes * MINUTE)
    assert (row.status, made.effect) == ("arrived", "arrived for Mon 30 Mar 09:00")
    change = row.status_changes.latest("pk")
    assert (change.to_status, change.changed_by, Task.objects.count()) == ("arrived", None, 0)


def test_here_written_twice_changes_nothing_and_bothers_nobody(row: Appointment) -> None:
    reply(row, "here", now=FIRST)
    version = row.version
    made = reply(row, "HERE!", now=FIRST + MINUTE, number="2")
    assert (row.version, made.effect, Task.objects.count()) == (version, "is here already", 0)


def test_here_on_another_day_is_the_desks_to_answer(row: Appointment) -> None:
    made = reply(row, "here", now=FIRST - timedelta(days=1))
    assert (row.status, made.effect) == ("booked", "")
    assert Task.objects.get().kind == "reply"
