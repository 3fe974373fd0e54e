"""The waitlist: the overdue first, then by asking, inside wishes and due windows, held while offered, passed on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bookings.actions import appointments
from bookings.actions.offering import offer_freed, offer_next
from bookings.actions.waiting import accept, add, decline, lapse, withdraw
from bookings.models import Appointment, WaitlistEntry, WaitlistOffer
from clinic.errors import Taken
from clinic.intervals import Interval
from clinic.messaging.models import Message
from tests.bookings.conftest import FIRST, Clinic

FREED = Interval(FIRST, FIRST + timedelta(hours=2))


def waits(clinic: Clinic, **fields: Any) -> WaitlistEntry:
    session = clinic.plan().sessions.get(number=1)
    period = {"from_on": date(2026, 3, 20), "until_on": date(2026, 4, 10), **fields}
    return add(session=session, by=clinic.desk, now=clinic.now, **period)


def offer(clinic: Clinic) -> WaitlistOffer | None:
    return offer_next(location=clinic.location, freed=FREED, by=clinic.desk, now=clinic.now)


def test_freed_time_goes_to_the_first_whose_wishes_contain_it(clinic: Clinic) -> None:
    waits(clinic, until_on=date(2026, 3, 25))
    waits(clinic, parts=frozenset({"evening"}))
    suits = waits(clinic)
    waits(clinic)
    made = offer(clinic)
    assert made is not None
    assert made.entry == suits
    assert (made.hold.status, made.hold.starts_at) == ("held", FIRST)
    assert Message.objects.get(kind="waitlist_offer").patient == suits.patient


def test_two_patients_never_hold_the_same_time(clinic: Clinic) -> None:
    waits(clinic)
    waits(clinic)
    first, second = offer(clinic), offer(clinic)
    assert first is not None
    assert second is None or second.hold.starts_at >= first.hold.ends_at - timedelta(minutes=5)


def test_accepting_books_the_held_time(clinic: Clinic) -> None:
    entry = waits(clinic)
    made = offer(clinic)
    assert made is not None
    row = accept(offer=made, by=None, now=clinic.now)
    entry.refresh_from_db()
    assert (row.status, row.starts_at, entry.status) == ("booked", FIRST, "booked")


def test_accepting_moves_the_appointment_that_the_session_has(clinic: Clinic) -> None:
    entry = waits(clinic)
    standing = appointments.book(
        visit=clinic_visit(entry), starts_at=FIRST + timedelta(days=3), by=clinic.desk, now=clinic.now
    )
    made = offer(clinic)
    assert made is not None
    row = accept(offer=made, by=None, now=clinic.now)
    assert (row.pk, row.starts_at, row.version) == (standing.pk, FIRST, 2)
    assert Appointment.objects.occupying().count() == 1


def clinic_visit(entry: WaitlistEntry) -> Any:
    from bookings.visits import visit_of

    return visit_of(entry.treatment_session)


def test_accepting_books_the_session_when_its_appointment_is_gone_meanwhile(clinic: Clinic) -> None:
    """The hold was made beside an appointment that would have moved; now it becomes the session's own."""
    entry = waits(clinic)
    later = appointments.book(
        visit=clinic_visit(entry),
        starts_at=FIRST + timedelta(days=2),
        by=clinic.desk,
        now=clinic.now,
    )
    made = offer(clinic)
    assert made is not None
    assert made.hold.treatment_session is None
    appointments.cancel(appointment=later, reason="other", by=clinic.desk, now=clinic.now)
    row = accept(offer=made, by=None, now=clinic.now)
    assert (row.status, row.starts_at, row.treatment_session) == ("booked", FIRST, entry.treatment_session)
    assert list(Appointment.objects.occupying()) == [row]


def test_declined_offer_is_passed_on_and_not_made_again(clinic: Clinic) -> None:
    first, second = waits(clinic), waits(clinic)
    made = offer(clinic)
    assert made is not None
    following = decline(offer=made, by=None, now=clinic.now)
    assert following is not None
    assert (made.entry, following.entry) == (first, second)
    assert decline(offer=following, by=None, now=clinic.now) is None


def test_offer_lapses_with_its_hold_and_is_passed_on(clinic: Clinic) -> None:
    waits(clinic)
    second = waits(clinic)
    made = offer(clinic)
    assert made is not None
    assert lapse(offer=made, now=clinic.now) is None
    following = lapse(offer=made, now=made.expires_at)
    assert following is not None
    assert following.entry == second
    with pytest.raises(Taken):
        accept(offer=made, by=None, now=made.expires_at)


def test_withdrawn_wish_gives_the_held_time_back(clinic: Clinic) -> None:
    entry = waits(clinic)
    made = offer(clinic)
    assert made is not None
    withdraw(entry=entry, by=clinic.desk, now=clinic.now)
    made.hold.refresh_from_db()
    assert (made.hold.status, made.hold.claims.count()) == ("cancelled", 0)


def test_whoever_waits_is_offered_what_became_free_by_any_way(clinic: Clinic) -> None:
    entry = waits(clinic)
    appointments.book(visit=clinic_visit(entry), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    assert offer_freed(now=clinic.now) == 1
    made = WaitlistOffer.objects.get()
    assert (made.entry, made.hold.starts_at < FIRST) == (entry, True)
