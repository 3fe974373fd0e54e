"""The desk finds, creates and changes patients."""

import pytest
from django.test import Client

from clinic.models import Location, Patient
from clinic.searching import search_text
from tests.factories import LocationFactory, PatientFactory, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(client: Client) -> Location:
    location = LocationFactory()
    client.force_login(staff(at=location))
    return location


def form(**changes: str) -> dict[str, str]:
    typed = {
        "given_name": "Zoë",
        "family_name": "Müller",
        "born_on": "1990-05-17",
        "phone": "0151 23456789",
        "email": "",
        "language": "de",
        "preferred_channel": "sms",
        "alert": "",
        "desk_note": "",
        "extra_minutes": "0",
    }
    return typed | changes


def test_a_new_patient_is_known_here_with_the_number_in_international_form(
    client: Client, here: Location
) -> None:
    answer = client.post("/patients/new/", form())
    patient = Patient.objects.get()
    assert answer["Location"] == f"/patients/{patient.pk}/"
    assert (str(patient.phone), list(patient.locations.all())) == ("+4915123456789", [here])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"given_name": ""}, "This field is required."),
        ({"phone": "12"}, "Write the number as you would dial it"),
        ({"phone": "", "email": ""}, "Give a phone number or an e-mail address"),
        ({"born_on": "31.02.1990"}, "Enter a valid date."),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    client: Client, here: Location, changes: dict[str, str], sentence: str
) -> None:
    answer = client.post("/patients/new/", form(**changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="Müller"' in page
    assert Patient.objects.count() == 0


@pytest.mark.parametrize(
    "words", ["muller zoe", "ZOE", "müll", "23456789", "0151 234", "+49 151", "1990-05-17", "17.05.1990"]
)
def test_search_finds_names_in_any_order_without_accents_and_parts_of_the_phone(
    client: Client, here: Location, words: str
) -> None:
    client.post("/patients/new/", form())
    PatientFactory(given_name="Ben", family_name="Okafor", at=here)
    found = client.get("/patients/", {"q": words}).context["page"].object_list
    assert [patient.given_name for patient in found] == ["Zoë"]


def test_search_never_finds_a_patient_of_another_location(client: Client, here: Location) -> None:
    PatientFactory(given_name="Zoë", family_name="Elsewhere", at=LocationFactory())
    assert list(client.get("/patients/", {"q": "zoe"}).context["page"].object_list) == []


def test_changing_a_patient_keeps_the_search_in_step(client: Client, here: Location) -> None:
    patient = PatientFactory(family_name="Demir", at=here)
    client.post(f"/patients/{patient.pk}/edit/", form(given_name="Leyla", family_name="Yılmaz"))
    patient.refresh_from_db()
    assert "yilmaz" in patient.search
    assert "demir" not in patient.search.split()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("İpek Şahin", "ipek sahin"), ("Weiß", "weiss"), ("+49 (30) 123-45", "+493012345"), ("李 雷", "李 雷")],
)
def test_search_text_speaks_the_names_of_six_languages(typed: str, stored: str) -> None:
    assert search_text(typed) == stored


def test_empty_list_says_what_to_do(client: Client, here: Location) -> None:
    assert "No patients yet" in client.get("/patients/").content.decode()
    assert "Nobody found" in client.get("/patients/", {"q": "xyz"}).content.decode()
