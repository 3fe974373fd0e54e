"""A freed time reaches those who wait at once: after the commit, by an id, and without the broker an hour later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bookings.actions import appointments
from bookings.actions.closures import close, lift
from bookings.actions.offering import offer_freed, offer_next
from bookings.actions.waiting import add, decline, withdraw
from bookings.jobs import let_go
from bookings.models import Appointment, WaitlistOffer
from bookings.nudging import nudge_waiting
from bookings.tasks import offer_freed_time
from bookings.visits import plain_visit
from bookings.words import AppointmentKind
from clinic.intervals import Interval
from clinic.models import Resource
from clinic.timekeeping import local_day
from tests import factories
from tests.bookings.conftest import FIRST, Clinic

HOUR = timedelta(hours=1)
Capture = Any
TASK = "bookings.tasks.offer_freed_time"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int]]]:
    """What would go to the broker for those who wait: the name and the arguments, nothing else is in it."""
    found: list[tuple[str, list[int]]] = []

    def send_task(name: str, args: Any = (), **_options: Any) -> None:
        if name == TASK:
            found.append((name, list(args)))

    monkeypatch.setattr("clinic.celery.app.send_task", send_task)
    return found


def booked(clinic: Clinic) -> Appointment:
    return appointments.book(visit=clinic.visit(), starts_at=FIRST, by=clinic.desk, now=clinic.now)


def cancelled(clinic: Clinic, row: Appointment) -> None:
    appointments.cancel(appointment=row, reason="other", by=clinic.desk, now=clinic.now)


def moved_away(clinic: Clinic, row: Appointment) -> None:
    appointments.move(appointment=row, starts_at=FIRST + 3 * HOUR, by=clinic.desk, now=clinic.now)


def missed(clinic: Clinic, row: Appointment) -> None:
    appointments.mark_noshow(appointment=row, by=clinic.desk, now=row.starts_at)


@pytest.mark.parametrize("free", [cancelled, moved_away, missed])
def test_a_freed_time_wakes_once_after_the_commit(
    clinic: Clinic,
    sent: list[Any],
    free: Callable[[Clinic, Appointment], None],
    django_capture_on_commit_callbacks: Capture,
) -> None:
    row = booked(clinic)
    with django_capture_on_commit_callbacks(execute=True):
        free(clinic, row)
        assert sent == []
    assert sent == [(TASK, [clinic.location.pk])]


def test_a_lifted_closure_wakes(
    clinic: Clinic, sent: list[Any], django_capture_on_commit_callbacks: Capture
) -> None:
    period: dict[str, Any] = {"starts_at": FIRST, "ends_at": FIRST + 2 * HOUR}
    weiss = Resource.objects.get(pk=clinic.weiss)
    closed = close(
        location=clinic.location, resource=weiss, kind="leave", by=clinic.desk, now=clinic.now, **period
    )
    with django_capture_on_commit_callbacks(execute=True):
        lift(closure=closed.closure, by=clinic.desk, now=clinic.now)
    assert sent == [(TASK, [clinic.location.pk])]


def held(clinic: Clinic) -> Appointment:
    return appointments.hold(visit=clinic.visit(), starts_at=FIRST, by=clinic.desk, now=clinic.now)


def lapses(clinic: Clinic, row: Appointment) -> None:
    assert row.held_until is not None
    appointments.release_lapsed(now=row.held_until)


def is_let_go(clinic: Clinic, row: Appointment) -> None:
    cancelled(clinic, row)


def is_in_the_way_of_a_shorter_one(clinic: Clinic, row: Appointment) -> None:
    visit = plain_visit(row.patient, clinic.location, AppointmentKind.CONSULTATION, minutes=15)
    chosen = {"practitioner": clinic.weiss, "room": clinic.rooms[0]}
    now = row.held_until
    assert now is not None
    appointments.book(visit=visit, starts_at=FIRST, chosen=chosen, by=clinic.desk, now=now)


@pytest.mark.parametrize("end", [lapses, is_let_go, is_in_the_way_of_a_shorter_one])
def test_the_end_of_a_hold_wakes_those_who_wait(
    clinic: Clinic,
    sent: list[Any],
    end: Callable[[Clinic, Appointment], None],
    django_capture_on_commit_callbacks: Capture,
) -> None:
    row = held(clinic)
    with django_capture_on_commit_callbacks(execute=True):
        end(clinic, row)
        assert sent == []
    assert sent == [(TASK, [clinic.location.pk])]


def test_a_lapsed_hold_is_offered_within_the_minute(
    clinic: Clinic, django_capture_on_commit_callbacks: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The expiry sweep runs every minute; what it wakes gives the time to who waits for that day."""

    def at_once(name: str, args: Any = (), **_options: Any) -> None:
        if name == TASK:
            offer_freed(now=clinic.now + HOUR, at=args[0])

    monkeypatch.setattr("clinic.celery.app.send_task", at_once)
    row = held(clinic)
    session = clinic.visit().session
    waits(clinic, session)
    with django_capture_on_commit_callbacks(execute=True):
        let_go(clinic.now)
    assert WaitlistOffer.objects.count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert row.held_until is not None
        assert let_go(row.held_until) == {"offers": 0, "holds": 1}
    assert WaitlistOffer.objects.get().entry.treatment_session == session


def test_a_withdrawn_wish_with_an_offer_wakes_the_others(
    clinic: Clinic, sent: list[Any], django_capture_on_commit_callbacks: Capture
) -> None:
    waits(clinic, clinic.visit().session)
    assert offer_freed(now=clinic.now) == 1
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(entry=WaitlistOffer.objects.get().entry, by=clinic.desk, now=clinic.now)
    assert sent == [(TASK, [clinic.location.pk])]


def test_booking_and_a_declined_offer_wake_nobody(
    clinic: Clinic, sent: list[Any], django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        booked(clinic)
        waits(clinic, clinic.visit().session)
        freed = Interval(FIRST + 3 * HOUR, FIRST + 5 * HOUR)
        made = offer_next(location=clinic.location, freed=freed, by=None, now=clinic.now)
        assert made is not None
        decline(offer=made, by=None, now=clinic.now)
    assert sent == []


def test_a_dead_broker_makes_no_error_of_a_cancel(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture
) -> None:
    def unreachable(*_args: Any, **_options: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr("clinic.celery.app.send_task", unreachable)
    row = booked(clinic)
    with pytest.raises(ConnectionError):
        nudge_waiting(clinic.location.pk)
    with django_capture_on_commit_callbacks(execute=True):
        cancelled(clinic, row)
    row.refresh_from_db()
    assert row.status == "cancelled"


def test_the_wake_up_offers_at_its_location_only_and_twice_is_once(clinic: Clinic) -> None:
    elsewhere = factories.LocationFactory()
    waits(clinic, clinic.visit().session)
    offer_freed_time(elsewhere.pk)
    assert WaitlistOffer.objects.count() == 0
    offer_freed_time(clinic.location.pk)
    offer_freed_time(clinic.location.pk)
    assert WaitlistOffer.objects.count() == 1


def test_what_a_lost_wake_up_left_is_found_by_the_hourly_job(clinic: Clinic) -> None:
    row = booked(clinic)
    waits(clinic, clinic.visit().session)
    cancelled(clinic, row)
    assert offer_freed(now=clinic.now) == 1


def waits(clinic: Clinic, session: Any) -> None:
    day = local_day(FIRST, clinic.location.tz)
    add(session=session, from_on=day, until_on=day, by=clinic.desk, now=clinic.now)


def test_the_wake_up_gives_the_cancelled_time_to_who_waits(
    clinic: Clinic, django_capture_on_commit_callbacks: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(name: str, args: Any = (), **_options: Any) -> None:
        if name == TASK:
            offer_freed(now=clinic.now, at=args[0])

    monkeypatch.setattr("clinic.celery.app.send_task", at_once)
    full = Interval(FIRST - 2 * HOUR, FIRST + 14 * HOUR)
    row = booked(clinic)
    weiss = Resource.objects.get(pk=clinic.weiss)
    close(
        location=clinic.location,
        resource=weiss,
        starts_at=full.start,
        ends_at=row.starts_at,
        kind="leave",
        by=clinic.desk,
        now=clinic.now,
    )
    close(
        location=clinic.location,
        resource=weiss,
        starts_at=row.ends_at,
        ends_at=full.end,
        kind="leave",
        by=clinic.desk,
        now=clinic.now,
    )
    session = clinic.visit().session
    waits(clinic, session)
    assert offer_freed(now=clinic.now) == 0
    with django_capture_on_commit_callbacks(execute=True):
        cancelled(clinic, row)
    made = WaitlistOffer.objects.get()
    assert (made.entry.treatment_session, made.hold.starts_at) == (session, row.starts_at)
