"""Real threads, each with its own connection and its own commits, let go at the same instant."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import Q

from bookings.actions.closures import Closed, close
from bookings.models import Appointment, Claim, WaitlistEntry
from bookings.words import OCCUPYING
from clinic.models import Resource
from tests.bookings.conftest import Clinic, open_clinic

Outcome = Any


@pytest.fixture
def raced_clinic(transactional_db: None, clock: Any) -> Iterator[Clinic]:
    """An open clinic whose rows are committed, so that every thread sees them."""
    yield open_clinic()
    assert invariants() == []


def race(*runners: Callable[[], Any]) -> list[Outcome]:
    """What each runner gives or raises; all start together."""
    barrier = threading.Barrier(len(runners))

    def run(runner: Callable[[], Any]) -> Outcome:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return runner()
        except Exception as error:  # an outcome like any other
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(runners)) as pool:
        return list(pool.map(run, runners))


def leave(clinic: Clinic, start: datetime, end: datetime) -> Closed:
    """Dr. Weiss is away."""
    return close(
        location=clinic.location,
        resource=Resource.objects.get(pk=clinic.weiss),
        starts_at=start,
        ends_at=end,
        kind="leave",
        by=clinic.desk,
        now=clinic.now,
    )


def kinds(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How often each kind of outcome came: the code of a refusal, the name of an error, or "done"."""
    counted: dict[str, int] = {}
    for outcome in outcomes:
        name = getattr(outcome, "code", type(outcome).__name__) if isinstance(outcome, Exception) else "done"
        counted[str(name)] = counted.get(str(name), 0) + 1
    return counted


_OVERLAPS = """
    SELECT count(*) FROM bookings_claim a JOIN bookings_claim b
      ON a.resource_id = b.resource_id AND a.id < b.id
     AND tstzrange(a.starts_at, a.ends_at, '[)') && tstzrange(b.starts_at, b.ends_at, '[)')
"""
_PATIENTS = """
    SELECT count(*) FROM bookings_appointment a JOIN bookings_appointment b
      ON a.patient_id = b.patient_id AND a.id < b.id
     AND a.status IN ('held', 'booked', 'arrived', 'fulfilled')
     AND b.status IN ('held', 'booked', 'arrived', 'fulfilled')
     AND tstzrange(a.starts_at, a.ends_at, '[)') && tstzrange(b.starts_at, b.ends_at, '[)')
"""


def invariants() -> list[str]:
    """What is broken, asked of the database itself: overlaps, claims without owner, appointments without claims."""
    broken = []
    with connection.cursor() as cursor:
        for name, sql in (("resource twice", _OVERLAPS), ("patient twice", _PATIENTS)):
            cursor.execute(sql)
            if (row := cursor.fetchone()) and row[0]:
                broken.append(name)
    if Appointment.objects.filter(status__in=OCCUPYING, claims=None).exists():
        broken.append("occupying without claims")
    if Claim.objects.filter(appointment__isnull=False).exclude(appointment__status__in=OCCUPYING).exists():
        broken.append("claims of somebody who left")
    if Appointment.objects.filter(status="held", held_until=None).exists():
        broken.append("a hold without an end")
    offered, open_ones = Q(status="offered"), Q(offers__status="open")
    if WaitlistEntry.objects.filter(offered & ~open_ones | open_ones & ~offered).exists():
        broken.append("an offer without its wish, or a wish without its offer")
    return broken
