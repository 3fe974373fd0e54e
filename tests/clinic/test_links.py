"""P6: no GET changes anything; a mail scanner can do no harm; five wrong birth dates lock the link."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from clinic.links import COOKIE, MOST_WRONG_TRIES, make_link, token_hash
from clinic.models import Patient, PatientLink, Task
from clinic.words import LinkPurpose
from tests.factories import LocationFactory, PatientFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    return PatientFactory(at=LocationFactory())


def link_for(patient: Patient, *, days: int = 7, purpose: LinkPurpose = LinkPurpose.AFTERCARE) -> str:
    now = timezone.now()
    address = make_link(
        patient=patient,
        location=patient.locations.get(),
        purpose=purpose,
        subject_type="session",
        subject_id=1,
        expires_at=now + timedelta(days=days),
        now=now,
    )
    return urlsplit(address).path


def try_birth_date(client: Client, day: int, month: int, year: int) -> int:
    answer = {"day": day, "month": month, "year": year, "next": "/p/aftercare/"}
    return client.post("/p/birth-date/", answer).status_code


def test_the_token_is_not_stored(patient: Patient) -> None:
    token = link_for(patient).strip("/").split("/")[-1]
    row = PatientLink.objects.get()
    assert row.token_hash == token_hash(token)
    assert token not in str(vars(row))


def test_opening_a_link_many_times_changes_nothing(client: Client, patient: Patient) -> None:
    path = link_for(patient)
    before = list(PatientLink.objects.values())
    answers = {client.get(path).status_code for _ in range(5)} | {client.head(path).status_code}
    assert answers == {302}
    assert list(PatientLink.objects.values()) == before


def test_the_address_behind_a_link_is_clean_and_the_cookie_is_not_readable_by_script(
    client: Client, patient: Patient
) -> None:
    path = link_for(patient)
    answer = client.get(path)
    assert path.strip("/").split("/")[-1] not in answer["Location"]
    assert answer.cookies[COOKIE]["httponly"] is True
    assert answer.cookies[COOKIE]["path"] == "/p/"
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "same-origin")


@pytest.mark.parametrize("path", ["/p/nothing-like-a-token/", "/p/" + "a" * 22 + "/"])
def test_an_unknown_link_says_so_without_saying_why(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 410
    assert COOKIE not in answer.cookies


def test_a_link_that_is_over_opens_nothing(client: Client, patient: Patient) -> None:
    assert client.get(link_for(patient, days=-1)).status_code == 410


def test_the_right_birth_date_opens_the_page(client: Client, patient: Patient) -> None:
    client.get(link_for(patient))
    assert try_birth_date(client, 14, 3, 1988) == 302
    assert PatientLink.objects.get().wrong_tries == 0


def test_five_wrong_birth_dates_lock_the_link_and_tell_the_desk(client: Client, patient: Patient) -> None:
    client.get(link_for(patient))
    assert [try_birth_date(client, 1, 1, 1990) for _ in range(MOST_WRONG_TRIES)] == [403] * 5
    assert PatientLink.objects.get().locked_at is not None
    task = Task.objects.get()
    assert (task.kind, task.patient, task.is_clinical) == ("link-locked", patient, False)
    assert try_birth_date(client, 1, 1, 1990) == 403
    assert Task.objects.count() == 1


def test_nonsense_for_a_birth_date_is_a_wrong_try_and_not_an_error(client: Client, patient: Patient) -> None:
    client.get(link_for(patient))
    assert client.post("/p/birth-date/", {"day": "x", "month": "", "year": "∞"}).status_code == 403
    assert PatientLink.objects.get().wrong_tries == 1


def test_a_foreign_address_to_go_on_to_is_ignored(client: Client, patient: Patient) -> None:
    client.get(link_for(patient))
    answer = client.post("/p/birth-date/", {"day": 14, "month": 3, "year": 1988, "next": "//evil.example/p/"})
    assert "evil" not in answer["Location"]


def test_after_a_wrong_birth_date_the_right_one_leads_to_the_page_that_was_asked_for(
    client: Client, patient: Patient
) -> None:
    client.get(link_for(patient))
    wrong = client.post("/p/birth-date/", {"day": 1, "month": 1, "year": 1990, "next": "/p/aftercare/"})
    assert 'name="next" value="/p/aftercare/"' in wrong.content.decode()
    right = client.post("/p/birth-date/", {"day": 14, "month": 3, "year": 1988, "next": "/p/birth-date/"})
    assert right["Location"] == "/p/aftercare/"


def test_looking_at_the_birth_date_address_is_no_try(client: Client, patient: Patient) -> None:
    client.get(link_for(patient))
    assert [client.get("/p/birth-date/").status_code for _ in range(6)] == [302] * 6
    assert PatientLink.objects.get().wrong_tries == 0
