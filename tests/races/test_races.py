"""P1 under fire: whoever comes at the same instant, one gets the time and the others are told so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from bookings.actions import appointments
from bookings.actions.series import book_series, chosen_from, propose_series
from bookings.models import Appointment, Claim
from bookings.slots import fill
from bookings.visits import visit_of
from clinic.api.authentication import token_hash
from clinic.models import ApiToken, Resource, User
from tests.bookings.conftest import FIRST, Clinic
from tests.races.conftest import kinds, leave, race

pytestmark = pytest.mark.race
HOUR = timedelta(hours=1)
WRITERS = 50


def booking(clinic: Clinic, session: Any, **fields: Any) -> Callable[[], Any]:
    facts = {"starts_at": FIRST, "chosen": clinic.chosen(), "by": clinic.desk, "now": clinic.now, **fields}
    return lambda: appointments.book(visit=visit_of(session), **facts)


def test_fifty_writers_on_one_time_make_one_appointment(raced_clinic: Clinic) -> None:
    sessions = [raced_clinic.plan().sessions.get(number=1) for _ in range(WRITERS)]
    outcomes = race(*(booking(raced_clinic, session) for session in sessions))
    assert kinds(outcomes) == {"done": 1, "taken": WRITERS - 1}
    assert Claim.objects.count() == 4


def test_fifty_programs_on_one_time_get_one_201_and_the_rest_409(raced_clinic: Clinic) -> None:
    ApiToken.objects.create(
        token_hash=token_hash("race"), user=raced_clinic.desk, created_at=raced_clinic.now
    )
    sessions = [raced_clinic.plan().sessions.get(number=1).pk for _ in range(WRITERS)]

    def post(session: int) -> int:
        body = {"session": session, "starts_at": FIRST.isoformat(), "assignment": raced_clinic.chosen()}
        headers = {"Authorization": "Bearer race", "Idempotency-Key": f"one-of-{session}"}
        return Client().post("/api/v1/appointments/", body, "application/json", headers=headers).status_code

    answers = race(*(lambda session=session: post(session) for session in sessions))
    assert sorted(answers) == [201, *[409] * (WRITERS - 1)]
    assert Claim.objects.count() == 4


def test_one_request_that_is_sent_five_times_at_once_is_carried_out_once(raced_clinic: Clinic) -> None:
    ApiToken.objects.create(
        token_hash=token_hash("race"), user=raced_clinic.desk, created_at=raced_clinic.now
    )
    session = raced_clinic.plan().sessions.get(number=1).pk
    body = {"session": session, "starts_at": FIRST.isoformat(), "assignment": raced_clinic.chosen()}
    headers = {"Authorization": "Bearer race", "Idempotency-Key": "the-same"}

    def post() -> Any:
        return Client().post("/api/v1/appointments/", body, "application/json", headers=headers)

    answers = race(*[post] * 5)
    assert [answer.status_code for answer in answers] == [201] * 5
    assert sum("Idempotent-Replay" in answer for answer in answers) == 4
    assert {answer.json()["id"] for answer in answers} == {Appointment.objects.get().pk}


def test_one_patient_is_booked_once_by_two_desks(raced_clinic: Clinic) -> None:
    session = raced_clinic.plan().sessions.get(number=1)
    outcomes = race(
        booking(raced_clinic, session, chosen=raced_clinic.chosen()),
        booking(raced_clinic, session, starts_at=FIRST + 4 * HOUR, chosen=raced_clinic.chosen(room=1, pen=1)),
    )
    assert kinds(outcomes) == {"done": 1, "session_booked": 1}


def test_series_against_series_books_one_whole(raced_clinic: Clinic) -> None:
    plans = [raced_clinic.plan() for _ in range(6)]
    chosen = chosen_from(propose_series(plans[0], now=raced_clinic.now))
    outcomes = race(
        *(
            lambda plan=plan: book_series(
                plan=plan, chosen=chosen, by=raced_clinic.desk, now=raced_clinic.now
            )
            for plan in plans
        )
    )
    assert kinds(outcomes) == {"done": 1, "taken": 5}
    assert Appointment.objects.occupying().count() == 4


def test_hold_that_lapses_is_either_confirmed_or_taken_never_both(raced_clinic: Clinic) -> None:
    held = appointments.hold(
        visit=raced_clinic.visit(),
        starts_at=FIRST,
        chosen=raced_clinic.chosen(),
        by=raced_clinic.desk,
        now=raced_clinic.now,
    )
    other = raced_clinic.plan().sessions.get(number=1)
    end = held.held_until
    assert end is not None
    outcomes = race(
        lambda: appointments.confirm_hold(
            appointment=held, by=raced_clinic.desk, now=end - timedelta(seconds=1)
        ),
        booking(raced_clinic, other, now=end),
    )
    assert kinds(outcomes) in ({"done": 1, "taken": 1}, {"done": 1, "hold_lapsed": 1})


def test_move_against_cancel_ends_in_one_of_the_two(raced_clinic: Clinic) -> None:
    row = booking(raced_clinic, raced_clinic.plan().sessions.get(number=1))()
    outcomes = race(
        lambda: appointments.move(
            appointment=row, starts_at=FIRST + HOUR, by=raced_clinic.desk, now=raced_clinic.now, version=1
        ),
        lambda: appointments.cancel(
            appointment=row, reason="time", by=raced_clinic.desk, now=raced_clinic.now, version=1
        ),
    )
    assert kinds(outcomes) == {"done": 1, "stale_version": 1}


def test_move_that_read_an_appointment_before_it_was_lengthened_does_not_shorten_it(
    raced_clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mover has read sixty minutes; before it locks, somebody makes ninety of them and commits."""
    row = booking(raced_clinic, raced_clinic.plan().sessions.get(number=1))()
    usual = row.ends_at - row.starts_at
    has_read, is_longer = threading.Event(), threading.Event()
    by_mover = threading.local()
    facts: dict[str, Any] = {"by": raced_clinic.desk, "now": raced_clinic.now}

    def fill_late(*args: Any, **kwargs: Any) -> Any:
        if getattr(by_mover, "waits", False):
            has_read.set()
            assert is_longer.wait(timeout=30)
        return fill(*args, **kwargs)

    def mover() -> Any:
        by_mover.waits = True
        return appointments.move(appointment=row, starts_at=FIRST + HOUR, **facts)

    def lengthener() -> Any:
        assert has_read.wait(timeout=30)
        minutes = int(usual / timedelta(minutes=1)) + 30
        try:
            return appointments.move(appointment=row, starts_at=FIRST, minutes=minutes, **facts)
        finally:
            is_longer.set()

    monkeypatch.setattr("bookings.actions.moving.fill", fill_late)
    outcomes = race(mover, lengthener)
    assert kinds(outcomes) == {"done": 1, "stale_version": 1}
    row = Appointment.objects.get(pk=row.pk)
    assert (row.starts_at, row.ends_at - row.starts_at) == (FIRST, usual + timedelta(minutes=30))


def test_two_moves_into_each_other_do_not_deadlock(raced_clinic: Clinic) -> None:
    rows = [
        booking(
            raced_clinic, raced_clinic.plan().sessions.get(number=1), starts_at=FIRST + number * 2 * HOUR
        )()
        for number in range(3)
    ]
    outcomes = race(
        *(
            lambda row=row, number=number: appointments.move(
                appointment=row,
                starts_at=FIRST + ((number + 1) % 3) * 2 * HOUR,
                by=raced_clinic.desk,
                now=raced_clinic.now,
            )
            for number, row in enumerate(rows)
        )
    )
    assert set(kinds(outcomes)) <= {"done", "taken"}


def test_move_against_closure_ends_inside_neither(raced_clinic: Clinic) -> None:
    row = booking(raced_clinic, raced_clinic.plan().sessions.get(number=1))()
    outcomes = race(
        lambda: appointments.move(
            appointment=row, starts_at=FIRST + 5 * HOUR, by=raced_clinic.desk, now=raced_clinic.now
        ),
        lambda: leave(raced_clinic, FIRST + 4 * HOUR, FIRST + 8 * HOUR),
    )
    assert kinds(outcomes) in ({"done": 2}, {"done": 1, "taken": 1})


def test_move_out_of_a_closure_that_is_being_made_hands_the_time_over(raced_clinic: Clinic) -> None:
    row = booking(raced_clinic, raced_clinic.plan().sessions.get(number=1))()
    weiss = Resource.objects.get(pk=raced_clinic.weiss)
    outcomes = race(
        lambda: appointments.move(
            appointment=row, starts_at=FIRST + 24 * HOUR, by=raced_clinic.desk, now=raced_clinic.now
        ),
        lambda: leave(raced_clinic, FIRST, FIRST + 4 * HOUR),
    )
    assert kinds(outcomes) == {"done": 2}
    closed = Claim.objects.filter(closure__isnull=False, resource=weiss)
    assert sum((one.ends_at - one.starts_at for one in closed), timedelta()) == 4 * HOUR


def test_lapsed_holds_are_released_by_many_without_a_deadlock(raced_clinic: Clinic) -> None:
    for number in range(4):
        appointments.hold(
            visit=raced_clinic.visit(),
            starts_at=FIRST + number * 2 * HOUR,
            chosen=raced_clinic.chosen(),
            by=raced_clinic.desk,
            now=raced_clinic.now,
        )
    later = raced_clinic.now + timedelta(hours=1)
    sessions = [raced_clinic.plan().sessions.get(number=1) for _ in range(12)]
    outcomes = race(
        *(
            booking(raced_clinic, session, starts_at=FIRST + (number % 4) * 2 * HOUR, now=later)
            for number, session in enumerate(sessions)
        ),
        lambda: appointments.release_lapsed(now=later),
    )
    assert kinds(outcomes) == {"done": 5, "taken": 8}


def test_raw_sql_against_the_action_is_stopped_by_the_constraint(raced_clinic: Clinic) -> None:
    patient = raced_clinic.plan().patient

    def raw() -> None:
        row = Appointment.objects.create(
            patient=patient,
            location=raced_clinic.location,
            starts_at=FIRST,
            ends_at=FIRST + HOUR,
            agreed_at=raced_clinic.now,
            created_at=raced_clinic.now,
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO bookings_claim (resource_id, starts_at, ends_at, appointment_id,"
                    " appointment_version) VALUES (%s, %s, %s, %s, 1)",
                    [raced_clinic.weiss, FIRST, FIRST + HOUR, row.pk],
                )
        except IntegrityError:
            Appointment.objects.filter(pk=row.pk).update(status="entered-in-error")
            raise

    sessions = [raced_clinic.plan().sessions.get(number=1) for _ in range(4)]
    outcomes = race(raw, raw, *(booking(raced_clinic, session) for session in sessions))
    done = kinds(outcomes).pop("done")
    assert done == 1
    assert set(kinds(outcomes)) <= {"done", "taken", "IntegrityError", "patient_busy"}


def test_the_admin_the_api_and_the_action_race_for_one_time(raced_clinic: Clinic) -> None:
    operator = User.objects.create_superuser("operator@clinic.example", "a long enough one", name="Operator")
    ApiToken.objects.create(
        token_hash=token_hash("race"), user=raced_clinic.desk, created_at=raced_clinic.now
    )
    by_admin, by_api, by_action = (raced_clinic.plan().sessions.get(number=1) for _ in range(3))

    def admin_page() -> int:
        client = Client()
        client.force_login(operator)
        wall = FIRST.astimezone(raced_clinic.location.tz)
        form = {"session": by_admin.pk, "starts_at": f"{wall:%Y-%m-%d %H:%M:%S}", "note": ""}
        return client.post("/operator/bookings/appointment/add/", form).status_code

    def api() -> int:
        answer = Client().post(
            "/api/v1/appointments/",
            {"session": by_api.pk, "starts_at": FIRST.isoformat()},
            content_type="application/json",
            headers={"Authorization": "Bearer race"},
        )
        return answer.status_code

    outcomes = race(admin_page, api, booking(raced_clinic, by_action, chosen=None))
    winners = [isinstance(outcome, Appointment) or outcome in (201, 302) for outcome in outcomes]
    assert winners.count(True) == 1
    assert outcomes[0] in (200, 302)
    assert outcomes[1] in (201, 409)
    assert Appointment.objects.occupying().count() == 1
