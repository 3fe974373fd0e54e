"""What can race is raced: real threads, real commits."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from clinic.messaging.actions.choices import stop_all
from clinic.messaging.actions.outbox import reconcile, withdraw
from clinic.messaging.channels.local import MemorySms
from clinic.messaging.engine.claim import claim
from clinic.messaging.engine.doubt import reap
from clinic.messaging.engine.drain import drain
from clinic.messaging.jobs import Every, register_job, run_due_jobs, unregister_job
from clinic.messaging.models import Message, MessageAttempt, PeriodicRun
from clinic.messaging.nudging import nudge
from clinic.models import Location, Patient
from tests.clinic.messaging.conftest import HOUR, NOW, Visit, Visits, reminder

pytestmark = pytest.mark.race


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Commits are real here; nobody is woken by them."""
    sent: list[int] = []
    monkeypatch.setattr("clinic.messaging.nudging.app.send_task", lambda *_args, **_options: sent.append(1))
    return sent


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Starts all at the same moment in threads of their own; gives their results."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def location(transactional_db: None) -> Location:
    from tests.factories import LocationFactory

    return LocationFactory()


def planned(visits: Visits, patient: Patient, location: Location, count: int) -> list[Visit]:
    made = [visits.add(patient, location, NOW + 8 * HOUR, reminder()) for _each in range(count)]
    for visit in made:
        reconcile("visit", visit, now=NOW)
    return made


def test_four_workers_send_each_message_once(visits: Visits, patient: Patient, location: Location) -> None:
    planned(visits, patient, location, 40)
    tallies = together(*[lambda: drain(now=NOW, batch=3)] * 4)
    assert sum(tallies, Counter()) == {"sent": 40}
    assert Counter(outgoing.key for outgoing in MemorySms.sent).most_common(1)[0][1] == 1
    assert MessageAttempt.objects.count() == 40


def test_two_claims_never_share_a_message(visits: Visits, patient: Patient, location: Location) -> None:
    planned(visits, patient, location, 10)
    batches = together(
        *[lambda: {message.pk for message in claim(channel="sms", limit=5, now=NOW).messages}] * 2
    )
    assert (len(batches[0] | batches[1]), batches[0] & batches[1]) == (10, set())


def test_a_cancel_that_committed_first_is_never_sent(
    visits: Visits, patient: Patient, location: Location
) -> None:
    made = planned(visits, patient, location, 30)

    def cancel() -> int:
        return sum(withdraw("visit", visit.pk, now=NOW) for visit in reversed(made))

    tally, cancelled = together(lambda: drain(now=NOW), cancel)
    sent = {outgoing.message_id for outgoing in MemorySms.sent}
    assert sent == set(Message.objects.accepted().values_list("pk", flat=True))
    assert (len(sent) + cancelled, tally["sent"]) == (30, len(sent))


def test_stop_and_send_agree(visits: Visits, patient: Patient, location: Location) -> None:
    Patient.objects.filter(pk=patient.pk).update(email="")
    planned(visits, patient, location, 30)
    stop = lambda: stop_all(patient, channel="sms", source="STOP", now=NOW)  # noqa: E731 - read in one line
    together(lambda: drain(now=NOW), stop)
    accepted = set(Message.objects.accepted().values_list("pk", flat=True))
    assert {outgoing.message_id for outgoing in MemorySms.sent} == accepted
    assert Message.objects.exclude(pk__in=accepted).filter(reason="opted-out").count() == 30 - len(accepted)


def test_two_moves_of_one_visit_leave_one_reminder(
    visits: Visits, patient: Patient, location: Location
) -> None:
    (visit,) = planned(visits, patient, location, 1)
    earlier, later = (
        Visit(visit.pk, patient, location, visit.starts_at, version=n, wants=[reminder(NOW + n * HOUR)])
        for n in (2, 3)
    )
    together(lambda: reconcile("visit", earlier, now=NOW), lambda: reconcile("visit", later, now=NOW))
    assert Message.objects.unsent().count() == 1


def test_two_reapers_free_a_lapsed_message_once(visits: Visits, patient: Patient, location: Location) -> None:
    planned(visits, patient, location, 20)
    claim(channel="sms", limit=20, now=NOW)
    freed = together(*[lambda: reap(now=NOW + timedelta(seconds=91))["freed"]] * 2)
    assert sum(freed) == 20


def test_two_beats_run_a_job_once(transactional_db: None) -> None:
    ran: list[int] = []
    register_job("test-job", Every.DAY, lambda now: ran.append(1))
    try:
        together(*[lambda: run_due_jobs(now=NOW)] * 4)
    finally:
        unregister_job("test-job")
    assert (ran, PeriodicRun.objects.filter(name="test-job").count()) == ([1], 1)


def test_one_transaction_nudges_once_and_only_after_commit(
    visits: Visits, patient: Patient, location: Location, nudges: list[int]
) -> None:
    from django.db import transaction

    with transaction.atomic():
        planned(visits, patient, location, 3)
        assert nudges == []
    assert nudges == [1]
    assert connection.in_atomic_block is False


def test_a_dead_broker_turns_no_appointment_into_an_error(
    visits: Visits, patient: Patient, location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_args: Any, **_options: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr("clinic.messaging.nudging.app.send_task", unreachable)
    planned(visits, patient, location, 1)
    with pytest.raises(ConnectionError):
        nudge()
    assert Message.objects.unsent().count() == 1
