"""`/`: people in any order of words, an appointment by number, a day; and nobody of another place."""

from datetime import date

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.search import day_in, people
from bookings.visits import plain_visit
from bookings.words import AppointmentKind
from clinic.models import Patient
from tests.bookings.conftest import FIRST, Clinic
from tests.factories import LocationFactory, PatientFactory, staff

LIVE = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "search-found"}


@pytest.fixture
def zoe(clinic: Clinic) -> Patient:
    """Zoë Müller, who is booked."""
    patient: Patient = PatientFactory(
        at=clinic.location,
        given_name="Zoë",
        family_name="Müller",
        born_on=date(1967, 3, 12),
        phone="+491701234567",
    )
    return patient


@pytest.fixture
def row(clinic: Clinic, zoe: Patient) -> Appointment:
    """Her appointment."""
    visit = plain_visit(zoe, clinic.location, AppointmentKind.CONSULTATION)
    return actions.book(visit=visit, starts_at=FIRST, by=clinic.desk, now=clinic.now)


@pytest.fixture
def desk(client: Client, clinic: Clinic) -> Client:
    """The front desk, signed in."""
    client.force_login(clinic.desk)
    return client


@pytest.mark.parametrize(
    "words", ["muller zoe", "MÜL", "zo", "0170 1234", "234567", "12.03.1967", "1967-03-12"]
)
def test_everybody_is_found_by_what_is_known_of_them(clinic: Clinic, zoe: Patient, words: str) -> None:
    assert people(clinic.desk, words) == [zoe]


@pytest.mark.parametrize("words", ["z", "", "ül", "oe", "zoe schmidt"])
def test_too_little_or_the_middle_of_a_word_finds_nobody(clinic: Clinic, zoe: Patient, words: str) -> None:
    assert people(clinic.desk, words) == []


def test_nobody_of_another_place_is_found(client: Client, row: Appointment) -> None:
    client.force_login(staff(at=LocationFactory()))
    for words in ("müller", f"#{row.pk}"):
        assert "Zoë" not in client.get("/search/", {"q": words}).content.decode()


def test_an_answer_shows_what_is_booked_and_what_was_cancelled(
    desk: Client, row: Appointment, clinic: Clinic
) -> None:
    visit = plain_visit(row.patient, clinic.location, AppointmentKind.CONSULTATION)
    actions.cancel(appointment=row, reason="ill", by=clinic.desk, now=clinic.now)
    other = actions.book(visit=visit, starts_at=FIRST, by=clinic.desk, now=clinic.now)
    page = desk.get("/search/", {"q": "müller"}, **LIVE).content.decode()  # type: ignore[arg-type]
    assert (f"/appointments/{row.pk}/" in page, f"/appointments/{other.pk}/" in page) == (True, True)
    assert ("cancelled" in page, "<html" in page) == (True, False)


def test_enter_on_one_person_goes_there_and_a_number_finds_the_appointment(
    desk: Client, row: Appointment
) -> None:
    assert desk.get("/search/", {"q": "müller", "go": "1"})["Location"] == f"/patients/{row.patient_id}/"
    assert "Zoë Müller" in desk.get("/search/", {"q": f"#{row.pk}"}).content.decode()
    assert "Nobody found" in desk.get("/search/", {"q": "#99999999999999"}).content.decode()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("27.11.", date(2026, 11, 27)),
        ("1.3.", date(2027, 3, 1)),
        ("12.03.1967", date(1967, 3, 12)),
        ("2026-12-24", date(2026, 12, 24)),
        ("31.2.", None),
        ("0170 1234", None),
    ],
)
def test_a_date_is_a_day_of_the_board_too(words: str, found: date | None) -> None:
    assert day_in(words, date(2026, 3, 3)) == found
