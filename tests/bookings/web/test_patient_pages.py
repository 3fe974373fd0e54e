"""The patient's pages behind a link: small, without script, and nothing happens by looking."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.actions import offering, waiting
from bookings.models import Appointment, WaitlistOffer
from bookings.visits import visit_of
from clinic.intervals import Interval
from clinic.links import make_link
from clinic.words import LinkPurpose
from tests.bookings.conftest import FIRST, Clinic
from tests.patient_page import faults, times_without_zone

PAGES = ["appointment/", "appointment/change/", "appointment/cancel/"]


@pytest.fixture
def row(clinic: Clinic) -> Appointment:
    """The first session of a plan, booked for that Monday."""
    session = clinic.plan(sessions=2).sessions.get(number=1)
    return actions.book(visit=visit_of(session), starts_at=FIRST, by=clinic.desk, now=clinic.now)


def follow(client: Client, clinic: Clinic, subject: Any, patient: Any, purpose: LinkPurpose) -> str:
    """Opens a link as a phone does; gives the clean address."""
    link = make_link(
        patient=patient,
        location=clinic.location,
        purpose=purpose,
        subject_type="x",
        subject_id=subject.pk,
        expires_at=clinic.now + timedelta(days=40),
        now=clinic.now,
    )
    return str(client.get(f"/p/{link.rsplit('/p/')[1]}")["Location"])


@pytest.fixture
def phone(client: Client, clinic: Clinic, row: Appointment) -> Client:
    """The patient's phone, with the link opened."""
    assert follow(client, clinic, row, row.patient, LinkPurpose.APPOINTMENT) == "/p/appointment/"
    return client


def test_pages_are_small_without_script_and_change_nothing(
    phone: Client, row: Appointment, clinic: Clinic
) -> None:
    for page in PAGES:
        assert faults(phone, f"/p/{page}", clinic.location) == []
        assert times_without_zone(phone, f"/p/{page}", clinic.location) == []
    row.refresh_from_db()
    assert (row.status, row.version) == ("booked", 1)


def test_patient_confirms(phone: Client, row: Appointment) -> None:
    assert "we expect you" in phone.post("/p/appointment/confirm/", follow=True).content.decode()
    row.refresh_from_db()
    assert row.confirmed_at is not None


def test_patient_moves_to_an_offered_time(phone: Client, row: Appointment) -> None:
    slot = phone.get("/p/appointment/change/").context["times"][0]
    page = phone.post("/p/appointment/change/", {"start": slot.start.isoformat()}, follow=True)
    row.refresh_from_db()
    assert (row.starts_at, "Your appointment is moved." in page.content.decode()) == (slot.start, True)


@pytest.mark.parametrize("start", ["", "soon", "2026-03-31T10:00", "2026-03-31T03:00:00+00:00"])
def test_patient_cannot_move_to_nonsense_or_into_the_night(
    phone: Client, row: Appointment, start: str
) -> None:
    phone.post("/p/appointment/change/", {"start": start})
    row.refresh_from_db()
    assert row.starts_at == FIRST


def test_patient_cancels_with_a_reason(phone: Client, row: Appointment) -> None:
    answer = phone.post("/p/appointment/cancel/", {"reason": "clinic", "note": "x"})
    assert (answer.status_code, "Choose one of the reasons." in answer.content.decode()) == (422, True)
    phone.post("/p/appointment/cancel/", {"reason": "ill", "note": "flu"})
    row.refresh_from_db()
    assert (row.status, row.cancel_reason, row.cancelled_by_patient) == ("cancelled", "ill", True)


def test_calendar_entry_has_no_clinical_word(phone: Client, row: Appointment) -> None:
    answer = phone.get("/p/appointment/calendar.ics")
    text = answer.content.decode()
    assert (answer["Content-Type"].startswith("text/calendar"), "BEGIN:VEVENT" in text) == (True, True)
    assert "acne" not in text.lower()


def test_a_link_of_one_purpose_opens_no_page_of_another(phone: Client) -> None:
    assert phone.get("/p/offer/").status_code == 410
    assert phone.post("/p/offer/accept/").status_code == 410


def test_without_a_link_every_page_has_ended(client: Client, db: None) -> None:
    for page in [*PAGES, "offer/"]:
        assert client.get(f"/p/{page}").status_code == 410


@pytest.fixture
def offered(client: Client, clinic: Clinic) -> WaitlistOffer:
    """An offer for somebody who waits, with its link opened."""
    session = clinic.plan().sessions.get(number=1)
    entry = waiting.add(
        session=session,
        from_on=date(2026, 3, 4),
        until_on=date(2026, 3, 20),
        by=clinic.desk,
        now=clinic.now,
    )
    freed = Interval(clinic.now + timedelta(days=1), clinic.now + timedelta(days=3))
    offer = offering.offer_to(entry=entry, freed=freed, by=None, now=clinic.now)
    assert offer is not None
    assert follow(client, clinic, offer, entry.patient, LinkPurpose.OFFER) == "/p/offer/"
    return offer


def test_looking_at_an_offer_changes_nothing(client: Client, offered: WaitlistOffer) -> None:
    assert faults(client, "/p/offer/", offered.hold.location) == []
    assert times_without_zone(client, "/p/offer/", offered.hold.location) == []
    for verb in ("accept", "decline"):
        assert client.get(f"/p/offer/{verb}/").status_code == 405
    offered.refresh_from_db()
    assert offered.status == "open"


def test_patient_takes_the_offered_time(client: Client, offered: WaitlistOffer) -> None:
    page = client.post("/p/offer/accept/", follow=True).content.decode()
    offered.refresh_from_db()
    assert (offered.status, offered.hold.status, "we expect you" in page) == ("accepted", "booked", True)


def test_patient_leaves_the_offered_time(client: Client, offered: WaitlistOffer) -> None:
    page = client.post("/p/offer/decline/", follow=True).content.decode()
    offered.refresh_from_db()
    assert (offered.status, offered.hold.status) == ("declined", "cancelled")
    assert "You stay on the list" in page


def test_an_offer_that_is_over_says_so(client: Client, offered: WaitlistOffer, clock: Any) -> None:
    clock.shift(timedelta(minutes=31))
    page = client.post("/p/offer/accept/", follow=True).content.decode()
    assert "This offer is over" in page
    assert Appointment.objects.live().count() == 1
