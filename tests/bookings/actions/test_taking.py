"""Holding and booking: everything is written together, and nobody takes a time twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from bookings import claim_writing
from bookings.actions import appointments
from bookings.models import Appointment, Claim
from bookings.refusals import Refused
from bookings.visits import plain_visit
from bookings.words import AppointmentKind
from clinic.errors import Taken
from clinic.words import DeviceKind
from tests import factories
from tests.bookings.conftest import FIRST, Clinic, claims_of


def test_booking_writes_the_appointment_with_one_claim_per_resource_and_span(clinic: Clinic) -> None:
    made = appointments.book(
        visit=clinic.visit(), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )
    stored = Appointment.objects.get(pk=made.pk)

    def at(minutes: int) -> object:
        return FIRST + timedelta(minutes=minutes)

    assert (stored.status, stored.starts_at, stored.ends_at, stored.version) == ("booked", FIRST, at(95), 1)
    assert claims_of(stored) == sorted(
        [
            (clinic.weiss, at(0), at(20)),
            (clinic.weiss, at(55), at(90)),
            (clinic.rooms[0], at(0), at(105)),
            (clinic.pens[0], at(55), at(85)),
        ]
    )
    change = stored.status_changes.get()
    assert (change.from_status, change.to_status, change.changed_by) == ("", "booked", clinic.desk)


def test_booking_finds_resources_for_roles_that_were_left_open(clinic: Clinic) -> None:
    made = appointments.book(
        visit=clinic.visit(),
        starts_at=FIRST,
        chosen={"room": clinic.rooms[1]},
        by=clinic.desk,
        now=clinic.now,
    )
    assert {resource for resource, _, _ in claims_of(made)} == {
        clinic.weiss,
        clinic.rooms[1],
        clinic.pens[0],
    }


def test_practitioner_is_free_while_the_numbing_works(clinic: Clinic) -> None:
    appointments.book(
        visit=clinic.visit(), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )
    talk = plain_visit(
        factories.PatientFactory(at=clinic.location),
        clinic.location,
        AppointmentKind.CONSULTATION,
        minutes=30,
    )
    between = appointments.book(
        visit=talk,
        starts_at=FIRST + timedelta(minutes=25),
        chosen={"practitioner": clinic.weiss, "room": clinic.rooms[1]},
        by=clinic.desk,
        now=clinic.now,
    )
    assert between.ends_at == FIRST + timedelta(minutes=55)


def test_taken_resource_is_refused_and_nothing_is_written(clinic: Clinic) -> None:
    appointments.book(
        visit=clinic.visit(), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )
    before = Claim.objects.count()
    with pytest.raises(Taken) as refused:
        appointments.book(
            visit=clinic.visit(),
            starts_at=FIRST + timedelta(minutes=15),
            chosen=clinic.chosen(room=1, pen=1),
            by=clinic.desk,
            now=clinic.now,
        )
    assert refused.value.code == "taken"
    assert (Appointment.objects.count(), Claim.objects.count()) == (1, before)


def test_refusal_by_the_database_leaves_what_the_callers_transaction_did_before(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when somebody takes the time between the look and the lock."""
    first, second = clinic.visit(), clinic.visit()
    facts: Any = {"starts_at": FIRST, "chosen": clinic.chosen(), "by": clinic.desk, "now": clinic.now}
    with transaction.atomic():
        standing = appointments.book(visit=first, **facts)
        monkeypatch.setattr("bookings.claim_writing.insert_if_free", claim_writing.insert)
        with pytest.raises(Taken) as refused:
            appointments.book(visit=second, **facts)
    assert refused.value.code == "taken"
    assert list(Appointment.objects.all()) == [standing]


def test_patient_is_not_booked_twice_at_once(clinic: Clinic) -> None:
    patient = factories.PatientFactory(at=clinic.location)
    factories.practitioner(at=clinic.location, name="Dr. Chen")
    first, second = clinic.visit(patient=patient), clinic.visit(patient=patient)
    appointments.book(visit=first, starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now)
    with pytest.raises(Taken) as refused:
        appointments.book(visit=second, starts_at=FIRST, by=clinic.desk, now=clinic.now)
    assert refused.value.code == "patient_busy"


def test_session_is_not_booked_twice(clinic: Clinic) -> None:
    visit = clinic.visit()
    appointments.book(visit=visit, starts_at=FIRST, by=clinic.desk, now=clinic.now)
    with pytest.raises(Taken) as refused:
        appointments.book(visit=visit, starts_at=FIRST + timedelta(days=1), by=clinic.desk, now=clinic.now)
    assert refused.value.code == "session_booked"


def test_lapsed_hold_gives_way_to_whoever_comes(clinic: Clinic) -> None:
    held = appointments.hold(
        visit=clinic.visit(), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )
    later = clinic.now + timedelta(minutes=10)
    made = appointments.book(
        visit=clinic.visit(), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=later
    )
    held.refresh_from_db()
    assert (held.status, held.cancel_reason, held.claims.count()) == ("cancelled", "lapsed", 0)
    assert made.status == "booked"


def test_live_hold_keeps_others_out(clinic: Clinic) -> None:
    appointments.hold(
        visit=clinic.visit(), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )
    with pytest.raises(Taken):
        appointments.book(
            visit=clinic.visit(), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
        )


def test_hold_becomes_an_appointment_only_in_time(clinic: Clinic) -> None:
    held = appointments.hold(visit=clinic.visit(), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    with pytest.raises(Taken) as refused:
        appointments.confirm_hold(appointment=held, by=clinic.desk, now=clinic.now + timedelta(minutes=10))
    assert refused.value.code == "hold_lapsed"
    row = appointments.confirm_hold(appointment=held, by=clinic.desk, now=clinic.now + timedelta(minutes=9))
    assert (row.status, row.held_until, row.version) == ("booked", None, 2)


def test_device_of_another_kind_is_refused(clinic: Clinic) -> None:
    other = factories.device(at=clinic.location, name="RF", kind=DeviceKind.RF).pk
    with pytest.raises(Refused) as refused:
        appointments.book(
            visit=clinic.visit(),
            starts_at=FIRST,
            chosen={**clinic.chosen(), "device": other},
            by=clinic.desk,
            now=clinic.now,
        )
    assert [problem.code for problem in refused.value.problems] == ["not_eligible"]


def test_walk_in_arrives_at_the_next_five_minutes(clinic: Clinic) -> None:
    now = clinic.now + timedelta(minutes=2)
    row = appointments.walk_in(visit=clinic.visit(), by=clinic.desk, now=now)
    assert (row.status, row.starts_at) == ("arrived", clinic.now + timedelta(minutes=5))
