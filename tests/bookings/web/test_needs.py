"""What needs a person, beside the board; and a freed time that is offered by one press to somebody who waits."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.actions.calling import overdue_not_reached
from bookings.actions.waiting import add
from bookings.models import Appointment, WaitlistOffer
from bookings.visits import visit_of
from clinic.messaging.models import Message
from tests.bookings.conftest import FIRST, Clinic

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(client: Client, clinic: Clinic) -> Client:
    """The front desk, signed in."""
    client.force_login(clinic.desk)
    return client


def booked(clinic: Clinic, *, hours: int = 0) -> Appointment:
    """The first session of a plan, some hours after FIRST."""
    session = clinic.plan().sessions.get(number=1)
    return actions.book(
        visit=visit_of(session), starts_at=FIRST + hours * HOUR, by=clinic.desk, now=clinic.now
    )


def needs(client: Client) -> Any:
    """What the list shows."""
    return client.get("/board/needs/").context["needs"]


def test_who_cancelled_missed_or_is_late_waits_until_there_is_a_new_time(
    desk: Client, clinic: Clinic, clock: Any
) -> None:
    cancelled, missed, late = booked(clinic, hours=6), booked(clinic), booked(clinic, hours=2)
    clock.move_to(FIRST + 2 * HOUR + timedelta(minutes=20))
    now = FIRST + 2 * HOUR + timedelta(minutes=20)
    actions.cancel(appointment=cancelled, reason="ill", by=None, now=now, by_patient=True)
    actions.mark_noshow(appointment=missed, by=clinic.desk, now=now)
    desk.force_login(clinic.desk)
    found = needs(desk)
    assert (found.late, found.missed, found.cancelled, found.count) == ([late], [missed], [cancelled], 3)
    session = cancelled.treatment_session
    assert session is not None
    actions.book(visit=visit_of(session), starts_at=FIRST + timedelta(days=3), by=clinic.desk, now=now)
    assert needs(desk).cancelled == []


def test_messages_in_trouble_and_calls_are_there_and_the_same_list_is_not_sent_twice(
    desk: Client, clinic: Clinic
) -> None:
    row = booked(clinic)
    message = Message.objects.filter(patient=row.patient).earliest("pk")
    Message.objects.filter(pk=message.pk).update(status="undelivered", sent_at=clinic.now)
    session = clinic.plan().sessions.get(number=1)
    task = overdue_not_reached(session=session, by=clinic.desk, now=clinic.now)
    answer = desk.get("/board/needs/")
    found = answer.context["needs"]
    assert ([one.pk for one in found.messages], found.calls, found.count) == ([message.pk], [task], 2)
    tag = answer.context["tag"]
    assert desk.get("/board/needs/", {"needs-seen": tag}).status_code == 304


def test_a_freed_time_is_offered_by_one_press_to_who_fits(desk: Client, clinic: Clinic) -> None:
    freed = booked(clinic)
    actions.cancel(appointment=freed, reason="ill", by=None, now=clinic.now, by_patient=True)
    waits = [
        add(
            session=clinic.plan().sessions.get(number=1),
            from_on=FIRST.date() - timedelta(days=5),
            until_on=FIRST.date() + timedelta(days=days),
            by=clinic.desk,
            now=clinic.now,
        )
        for days in (-3, 5)
    ]
    page = desk.get(f"/gaps/{freed.pk}/")
    assert [(fit.entry, fit.slot.start) for fit in page.context["fits"]] == [(waits[1], FIRST)]
    assert WaitlistOffer.objects.count() == 0
    answer = desk.post(f"/gaps/{freed.pk}/", {"entry": waits[1].pk}, follow=True)
    offer = WaitlistOffer.objects.get()
    assert (offer.entry, offer.hold.starts_at, offer.hold.status) == (waits[1], FIRST, "held")
    shown = answer.content.decode()
    assert ("and held. The message leaves now." in shown, "waiting for an answer" in shown) == (True, True)


def test_a_time_that_is_taken_again_is_no_gap(desk: Client, clinic: Clinic) -> None:
    assert "over or taken again" in desk.get(f"/gaps/{booked(clinic).pk}/").content.decode()
