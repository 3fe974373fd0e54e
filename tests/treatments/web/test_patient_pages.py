"""Aftercare and recovery checks on the phone: each page and each question small, without script, the clinic on top."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clinic.models import Patient
from clinic.words import LinkPurpose
from tests.patient_page import faults, follow, follow_aftercare, times_without_zone
from tests.treatments.day import NOW, Clinic, treated
from tests.treatments.test_photos import picture
from treatments.actions.recovery import ask_due
from treatments.models import Photo, RecoveryCheck, TreatmentPlan
from treatments.queries.catalogue import shared
from treatments.queries.recovery import wording
from treatments.web.patient_check import NEVER_ON_THE_PHONE, warnings_of

pytestmark = pytest.mark.django_db


def test_the_pages_after_a_visit_are_small_and_say_who_and_when(clinic: Clinic, client: Client) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    with time_machine.travel(NOW + timedelta(hours=20), tick=False):
        address = follow_aftercare(client, plan, now=NOW)
        assert address == "/p/aftercare/"
        assert faults(client, address, clinic.location, with_form=False) == []
        assert times_without_zone(client, address, clinic.location) == []
        assert faults(client, "/p/report/", clinic.location) == []


def on_the_aftercare_page(clinic: Clinic, client: Client, *, hours: int) -> tuple[TreatmentPlan, str]:
    """A treated patient's aftercare page, so many hours after the session."""
    plan = clinic.plan()
    treated(plan, clinic)
    with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
        ask_due(NOW + timedelta(hours=hours))
        follow_aftercare(client, plan, now=NOW)
        return plan, client.get("/p/aftercare/").content.decode()


#: The page after the first day and the first question of the first check: language → (heading, button, question).
SPOKEN = {
    "de": ("Tag 1", "Wie geht es Ihrer Haut heute?", "Wie rot ist die behandelte Haut?"),
    "es": ("Día 1", "¿Cómo está su piel hoy?", "¿Cómo de roja está la piel tratada?"),
    "fr": (
        "Jour 1",
        "Comment va votre peau aujourd’hui\u00a0?",
        "À quel point la peau traitée est-elle rouge\u00a0?",
    ),
    "tr": ("1. gün", "Cildiniz bugün nasıl?", "Tedavi edilen cilt ne kadar kızarık?"),
    "zh-hans": ("第 1 天", "您的皮肤今天怎么样？", "治疗部位的皮肤有多红？"),
}


def test_pages_speak_the_language_of_the_patient(clinic: Clinic, client: Client) -> None:
    plan, _page = on_the_aftercare_page(clinic, client, hours=30)
    said = {}
    with time_machine.travel(NOW + timedelta(hours=30), tick=False):
        for language in SPOKEN:
            Patient.objects.filter(pk=plan.patient_id).update(language=language)
            page = client.get("/p/aftercare/").content.decode()
            assert f'<html lang="{language}" dir="ltr"' in page
            button = re.search(r'type="submit"[^>]*>([^<]+)<', page)
            check = RecoveryCheck.objects.get(session__plan=plan, code="C1")
            said[language] = (heading(page), button and button[1].strip(), check_heading(check, language))
    assert said == SPOKEN


def heading(page: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""


def check_heading(check: RecoveryCheck, language: str) -> str:
    """The first question of a check as its page asks it, on a phone of its own."""
    client, patient = Client(), check.session.plan.patient
    address = follow(
        client,
        patient=patient,
        place=check.session.plan.location,
        purpose=LinkPurpose.RECOVERY_CHECK,
        subject=check,
        now=NOW,
    )
    return heading(client.get(address).content.decode())


def test_a_language_that_the_pages_lack_falls_back_where_it_can_be_seen(
    clinic: Clinic, client: Client
) -> None:
    plan, _page = on_the_aftercare_page(clinic, client, hours=30)
    Patient.objects.filter(pk=plan.patient_id).update(language="ar")
    with time_machine.travel(NOW + timedelta(hours=30), tick=False):
        page = client.get("/p/aftercare/").content.decode()
    assert f'<html lang="{clinic.location.language}" dir="ltr"' in page
    assert 'role="note"' in page


def test_aftercare_says_what_has_to_wait_and_until_when(clinic: Clinic, client: Client) -> None:
    """What is avoided, what is used and what is only allowed later are never mixed up (catalogue 5.1)."""
    _plan, page = on_the_aftercare_page(clinic, client, hours=30)
    avoid, use = page.split("Keep it up")
    assert "hard exercise" in avoid.split("Not yet")[1]
    assert "daily sunscreen" in use
    assert "daily sunscreen" not in avoid
    assert "routine ibuprofen-type painkillers: paracetamol if needed" in " ".join(avoid.split())


def test_from_the_aftercare_page_to_the_open_check_without_another_birth_date(
    clinic: Clinic, client: Client
) -> None:
    _plan, page = on_the_aftercare_page(clinic, client, hours=26)
    assert "How is your skin today?" in page
    with time_machine.travel(NOW + timedelta(hours=26), tick=False):
        assert client.get("/p/aftercare/check/").status_code == 405
        answer = client.post("/p/aftercare/check/", follow=True)
    assert answer.redirect_chain == [("/p/check/", 302)]
    assert "How red is the treated skin?" in answer.content.decode()


def test_an_emergency_is_told_before_it_is_sent_and_once_more_after(clinic: Clinic, client: Client) -> None:
    plan, _page = on_the_aftercare_page(clinic, client, hours=26)
    with time_machine.travel(NOW + timedelta(hours=26), tick=False):
        client.post("/p/aftercare/check/")
        before = client.get("/p/check/", {"q": "Q_BREATH"}).content.decode()
        assert "Call the emergency number now. Then call us." in before
        assert before.count('href="tel:112"') == 2
        after = client.post("/p/check/", {"q": "Q_BREATH", "value": "yes"}).content.decode()
    assert "Please act now" in after
    plan.refresh_from_db()
    assert plan.status == "on-hold"


def test_a_reported_emergency_is_answered_with_the_emergency_number(clinic: Clinic, client: Client) -> None:
    _plan, _page = on_the_aftercare_page(clinic, client, hours=26)
    with time_machine.travel(NOW + timedelta(hours=26), tick=False):
        form = client.get("/p/report/").content.decode()
        assert form.index("Trouble breathing, or swelling") < form.index("Any new dark or light patch?")
        told = client.post("/p/report/", {"yes": ["Q_BREATH"]}).content.decode()
    assert "Please act now" in told
    assert "Call 112 now" in told


def test_every_question_of_the_bank_is_a_small_page_of_its_own(clinic: Clinic, client: Client) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    check = RecoveryCheck.objects.get(session__plan=plan, code="C1", session__number=1)
    bank = [one for one in shared().questions if one.code not in NEVER_ON_THE_PHONE]
    RecoveryCheck.objects.filter(pk=check.pk).update(questions=[one.code for one in bank])
    with time_machine.travel(check.due_at + timedelta(hours=1), tick=False):
        address = follow(
            client,
            patient=plan.patient,
            place=clinic.location,
            purpose=LinkPurpose.RECOVERY_CHECK,
            subject=check,
            now=NOW,
        )
        found = []
        for question in bank:
            page = f"{address}?q={question.code}"
            found += faults(client, page, clinic.location, says=wording(question, check))
        assert found == []
        for question in bank:
            client.post(address, {"q": question.code, "skip": "1"})
        assert faults(client, address, clinic.location) == []
        client.post(address)
        assert faults(client, "/p/check/done/", clinic.location, with_form=False) == []


def test_a_photo_of_what_is_wrong_goes_to_the_reaction(clinic: Clinic, client: Client) -> None:
    plan, _page = on_the_aftercare_page(clinic, client, hours=30)
    with time_machine.travel(NOW + timedelta(hours=30), tick=False):
        done = client.post("/p/report/", {"yes": ["Q_PUS"]}).content.decode()
        assert 'action="/p/report/photo/" enctype="multipart/form-data"' in done
        sent = SimpleUploadedFile("skin.jpg", picture(), "image/jpeg")
        answer = client.post("/p/report/photo/", {"photo": sent}, follow=True).content.decode()
        refused = SimpleUploadedFile("skin.jpg", b"no photo at all", "image/jpeg")
        again = client.post("/p/report/photo/", {"photo": refused}, follow=True).content.decode()
    photo = plan.reactions.get().photos.get()
    assert (photo.session, photo.moment, photo.taken_by) == (plan.sessions.get(number=1), "reaction", None)
    assert "Thank you: we have your photo." in answer
    assert "This is not a JPEG or PNG photo, or it is damaged." in again


def test_calm_answers_ask_for_no_photo_and_none_is_taken(clinic: Clinic, client: Client) -> None:
    plan, _page = on_the_aftercare_page(clinic, client, hours=30)
    with time_machine.travel(NOW + timedelta(hours=30), tick=False):
        done = client.post("/p/report/", {"free": "Is this normal?"}).content.decode()
        sent = SimpleUploadedFile("skin.jpg", picture(), "image/jpeg")
        answer = client.post("/p/report/photo/", {"photo": sent}, follow=True).content.decode()
    assert ("/p/report/photo/" in done, "Choose a photo." in answer) == (False, True)
    assert not Photo.objects.filter(session__plan=plan).exists()


def test_a_warning_says_before_anything_is_sent_what_cannot_wait_for_the_last_page(clinic: Clinic) -> None:
    clinic.plan()
    said = {question.code: warnings_of(question) for question in shared().questions}
    assert said["Q_BREATH"] == ["Call the emergency number now. Then call us."]
    assert [text.split(".")[0] for text in said["Q_SMILE"]] == [
        "Call us today",
        "If an arm is weak or speaking is difficult, call the emergency number now: it may be a stroke",
    ]
    assert {code for code, texts in said.items() if len(texts) > 1} == {"Q_SMILE"}
    assert said["Q_LUMP"] == []
