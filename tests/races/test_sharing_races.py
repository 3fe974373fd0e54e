"""Two bookings of one day need not wait for each other, and whoever wants the resource as a whole waits for both."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from bookings.actions import appointments
from bookings.loading.importing import import_appointments
from bookings.models import Appointment, Claim
from bookings.visits import visit_of
from clinic.messaging.models import Message
from clinic.models import Resource
from tests import factories
from tests.bookings.conftest import FIRST, Clinic
from tests.races.conftest import kinds, leave, race

pytestmark = pytest.mark.race
HOUR = timedelta(hours=1)


def action(clinic: Clinic, verb: Any, hours: float, **fields: Any) -> Callable[[], Any]:
    """A visit of a fresh plan, booked or held with the same practitioner, room and pen so many hours later."""
    visit, start = visit_of(clinic.plan().sessions.get(number=1)), FIRST + hours * HOUR
    facts = {"chosen": clinic.chosen(), "by": clinic.desk, "now": clinic.now, **fields}
    return lambda: verb(visit=visit, starts_at=start, **facts)


def moving(clinic: Clinic, row: Appointment, hours: float) -> Callable[[], Any]:
    start = FIRST + hours * HOUR
    return lambda: appointments.move(appointment=row, starts_at=start, by=clinic.desk, now=clinic.now)


class Unfinished:
    """A change whose transaction stays open in a thread of its own until it is let go."""

    def __init__(self, change: Callable[[], Any], *, ends_when_waited_for: bool = False) -> None:
        self.ends_when_waited_for = ends_when_waited_for
        self._change, self._done, self._may_end = change, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            with transaction.atomic():
                self._change()
                self._done.set()
                assert self._is_let_go()
        finally:
            self._done.set()
            connections.close_all()

    def __enter__(self) -> Unfinished:
        self._thread.start()
        assert self._done.wait(timeout=30)
        return self

    def __exit__(self, *_raised: object) -> None:
        self._may_end.set()
        self._thread.join(timeout=30)

    def _is_let_go(self) -> bool:
        """Until it is told to end, or, where it was asked to, until somebody waits for its locks."""
        for _look in range(3000):
            if self._may_end.wait(timeout=0.01) or (self.ends_when_waited_for and _somebody_waits()):
                return True
        return False


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone() is not None


def test_a_booking_whose_messages_the_database_refuses_leaves_nothing_behind(raced_clinic: Clinic) -> None:
    first = action(raced_clinic, appointments.book, 0)()
    known = Message.objects.about("appointment", first.pk).get(rule="BOOKED")
    known.pk, known.dedupe_key = None, known.dedupe_key.replace(f":{first.pk}:", f":{first.pk + 1}:")
    known.save(force_insert=True)
    before = Message.objects.count()
    with pytest.raises(IntegrityError, match="message_planned_once"):
        action(raced_clinic, appointments.book, 4)()
    assert (Appointment.objects.get(), Message.objects.count()) == (first, before)
    assert {claim.appointment_id for claim in Claim.objects.all()} == {first.pk}


def test_another_time_of_the_same_practitioner_is_booked_while_the_first_is_not_yet_committed(
    raced_clinic: Clinic,
) -> None:
    first, second = (action(raced_clinic, appointments.book, hours) for hours in (0, 4))
    with Unfinished(first):
        second()
        assert Appointment.objects.count() == 1  # the second is there, the first cannot be seen yet
    assert Appointment.objects.count() == 2


def test_a_closure_waits_for_a_booking_that_is_not_yet_committed_and_finds_it_inside(
    raced_clinic: Clinic,
) -> None:
    weiss = Resource.objects.get(pk=raced_clinic.weiss)
    with Unfinished(action(raced_clinic, appointments.book, 0), ends_when_waited_for=True):
        closed = leave(raced_clinic, FIRST, FIRST + 8 * HOUR)
    assert [row.starts_at for row in closed.inside] == [FIRST]
    assert {
        row.closure_id for row in Claim.objects.filter(resource=weiss).exclude(appointment=closed.inside[0])
    } == {closed.closure.pk}


def test_bookings_holds_and_moves_of_one_morning_all_end_and_nothing_overlaps(raced_clinic: Clinic) -> None:
    standing = [action(raced_clinic, appointments.book, hours)() for hours in (6, 8)]
    places = (0, 0.5, 1, 1.5, 2, 2.5, 3)
    runners = [
        action(raced_clinic, verb, at) for at in places for verb in (appointments.book, appointments.hold)
    ]
    runners += [moving(raced_clinic, row, at) for row, at in zip(standing, (1, 2), strict=True)]
    outcomes = kinds(race(*runners))
    assert set(outcomes) == {"done", "taken"}


def test_two_files_with_the_same_patients_in_opposite_order_are_both_imported(raced_clinic: Clinic) -> None:
    guests = [factories.PatientFactory(at=raced_clinic.location).pk for _ in range(8)]

    def file(patients: list[int], day: int) -> bytes:
        rows = [f"{patient};2026-03-{day} {9 + at:02}:00" for at, patient in enumerate(patients)]
        return "\n".join(["patient;starts at", *rows]).encode()

    def load(data: bytes) -> Callable[[], Any]:
        facts: Any = {"location": raced_clinic.location, "by": raced_clinic.desk, "now": raced_clinic.now}
        return lambda: import_appointments(data, file="appointments.csv", **facts)

    outcomes = race(load(file(guests, 30)), load(file(guests[::-1], 31)))
    assert [(one.rows, one.refused) for one in outcomes] == [(8, ())] * 2
