"""Once per period, whoever ticks; and the hourly healing."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from clinic.messaging import heartbeat, waking
from clinic.messaging.actions.outbox import reconcile
from clinic.messaging.channels.local import MemorySms
from clinic.messaging.healing import heal
from clinic.messaging.jobs import Every, register_job, run_due_jobs, unregister_job
from clinic.messaging.models import Message, PeriodicRun
from clinic.models import Location, Patient
from tests.clinic.messaging.conftest import HOUR, NOW, Visits, reminder

pytestmark = pytest.mark.django_db


@pytest.fixture
def ran() -> Any:
    """A job that notes when it ran."""
    at: list[Any] = []
    register_job("test-job", Every.HOUR, at.append)
    yield at
    unregister_job("test-job")


def test_a_job_runs_once_per_period(ran: list[Any]) -> None:
    for minutes in (0, 10, 59, 60, 61):
        run_due_jobs(now=NOW + timedelta(minutes=minutes))
    assert ran == [NOW, NOW + HOUR]


def test_the_hour_that_happens_twice_is_two_periods_and_the_skipped_one_none(ran: list[Any]) -> None:
    """Berlin, 25 October 2026: 02:30 twice; 28 March 2027: no 02:30. In UTC every hour is one."""
    from datetime import UTC, datetime

    autumn = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    spring = [datetime(2027, 3, 28, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    for instant in (*autumn, *spring):
        run_due_jobs(now=instant)
    assert ran == [*autumn, *spring]


def test_a_failed_job_runs_again_at_the_next_tick() -> None:
    tries: list[int] = []

    def fails_once(now: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ZeroDivisionError

    register_job("test-job", Every.DAY, fails_once)
    try:
        for _tick in range(3):
            run_due_jobs(now=NOW)
    finally:
        unregister_job("test-job")
    assert len(tries) == 2


def test_healing_counts_no_drift_where_there_is_none(
    visits: Visits, patient: Patient, location: Location
) -> None:
    visit = visits.add(patient, location, NOW + 8 * HOUR, reminder(NOW + HOUR))
    reconcile("visit", visit, now=NOW)
    assert heal(NOW) == {"looked_at": 1, "planned": 0, "cancelled": 0}


def test_healing_makes_good_what_is_missing_and_calls_back_what_is_wrong(
    visits: Visits, patient: Patient, location: Location
) -> None:
    missing = visits.add(patient, location, NOW + 8 * HOUR, reminder(NOW + HOUR))
    stale = visits.add(patient, location, NOW + 8 * HOUR, reminder(NOW + HOUR))
    reconcile("visit", stale, now=NOW)
    stale.is_cancelled = True
    visits.add(patient, location, NOW + timedelta(days=15), reminder(NOW + HOUR))
    assert heal(NOW) == {"looked_at": 2, "planned": 1, "cancelled": 1}
    assert list(Message.objects.unsent().values_list("subject_id", flat=True)) == [missing.pk]


def test_healing_runs_every_hour_and_keeps_what_it_found(
    visits: Visits, patient: Patient, location: Location
) -> None:
    visits.add(patient, location, NOW + 8 * HOUR, reminder(NOW + HOUR))
    waking.run_jobs(now=NOW)
    run = PeriodicRun.objects.get(name="heal-outbox")
    assert (run.period, run.found) == ("2026-03-03T09", {"looked_at": 1, "planned": 1, "cancelled": 0})


def test_a_tick_notes_itself_and_sends(visits: Visits, patient: Patient, location: Location) -> None:
    reconcile("visit", visits.add(patient, location, NOW + 8 * HOUR, reminder()), now=NOW)
    assert waking.wake(now=NOW) == {"sent": 1}
    assert heartbeat.last_tick() == NOW
    assert not heartbeat.is_asleep(NOW + timedelta(minutes=2))
    assert heartbeat.is_asleep(NOW + timedelta(minutes=2, seconds=1))


def test_a_tick_never_goes_back_in_time(db: None) -> None:
    heartbeat.beat(now=NOW)
    heartbeat.beat(now=NOW - HOUR)
    assert heartbeat.last_tick() == NOW


def test_run_messages_needs_no_broker(visits: Visits, patient: Patient, location: Location) -> None:
    wanted = reminder(NOW, ignores_quiet_hours=True, expires_at=NOW + timedelta(days=3650))
    reconcile("visit", visits.add(patient, location, NOW, wanted), now=NOW)
    out = StringIO()
    call_command("run_messages", "--once", stdout=out)
    assert out.getvalue() == "sent: 1\n"
    assert len(MemorySms.sent) == 1
