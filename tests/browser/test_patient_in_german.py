"""A German-speaking patient's phone without script: the health questions on two days, and an emergency in a check."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from bookings.actions import appointments as actions
from bookings.slots import next_free
from bookings.visits import visit_of
from clinic.models import Location, Patient, Task
from clinic.words import LinkPurpose
from tests.bookings.conftest import open_clinic
from tests.factories import PatientFactory
from tests.passing_time import time_passes
from tests.patient_page import path_of_link
from tests.treatments.day import NOW, make_clinic, treated
from treatments.models import RecoveryCheck, Screening, ScreeningDraft, TreatmentPlan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
BORN = date(1988, 3, 14)


@pytest.fixture
def phone(browser: Browser, base_url: str) -> Iterator[Any]:
    """Opens a link on a new phone, as another day or another person would."""
    contexts = []

    def opened(patient: Patient, place: Location, purpose: LinkPurpose, subject: Any) -> Page:
        path = path_of_link(
            patient=patient, place=place, purpose=purpose, subject=subject, now=timezone.now()
        )
        context = browser.new_context(viewport=PHONE, java_script_enabled=False, base_url=base_url)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Geburtsdatum")
        for label, figure in (("Tag", BORN.day), ("Monat", BORN.month), ("Jahr", BORN.year)):
            page.get_by_label(label, exact=True).fill(str(figure))
        page.get_by_role("button", name="Weiter").click()
        return page

    yield opened
    for context in contexts:
        context.close()


def answer_calmly(page: Page) -> None:
    """Nothing to tell: "Nein" everywhere, a word where words are asked for."""
    for answer in page.locator("input[type=radio][value=no]").all():
        answer.check()
    if (words := page.locator("main :is(textarea, input[type=text])")).count():
        words.first.fill("feinere Narben")
    page.get_by_role("button", name="Weiter").click()


def test_health_questions_in_german_are_left_in_the_middle_and_gone_on_with(phone: Any) -> None:
    clinic = open_clinic()
    clinic.now = timezone.now()
    patient = PatientFactory(at=clinic.location, language="de", born_on=BORN)
    session = clinic.plan(sessions=2, patient=patient).sessions.get(number=1)
    visit = visit_of(session)
    slot = next_free(visit, now=clinic.now, from_day=clinic.now.date() + timedelta(days=3))[0]
    row = actions.book(
        visit=visit, starts_at=slot.start, chosen=slot.assignment, by=clinic.desk, now=clinic.now
    )
    page = phone(patient, clinic.location, LinkPurpose.SCREENING, row)
    heading = page.get_by_role("heading", level=1)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    answer_calmly(page)
    expect(heading).to_have_text("Schwangerschaft")
    expect(page.get_by_text("Sind Sie schwanger, oder könnten Sie es sein?")).to_be_visible()
    page.get_by_role("button", name="Weiter").click()
    expect(page.get_by_text("Bitte wählen Sie eine Antwort.").first).to_be_visible()
    answer_calmly(page)
    answer_calmly(page)
    left_at = heading.inner_text()
    assert (ScreeningDraft.objects.count(), Screening.objects.count()) == (1, 0)

    other = phone(patient, clinic.location, LinkPurpose.SCREENING, row)
    heading = other.get_by_role("heading", level=1)
    expect(heading).to_have_text(left_at)
    for _page in range(40):
        if heading.inner_text() == "Prüfen Sie Ihre Antworten":
            break
        answer_calmly(other)
    expect(other.get_by_text("Antworten, die nichts weiter brauchen")).to_be_visible()
    other.get_by_role("button", name="Meine Antworten senden").click()
    expect(heading).to_have_text("Vielen Dank")
    sent = Screening.objects.get(session=session)
    assert sent.answers.get(item="EXPECTATION").detail == "feinere Narben"
    assert not ScreeningDraft.objects.exists()


@pytest.fixture
def asked() -> RecoveryCheck:
    """The first check of somebody treated yesterday, asked and not answered."""
    clinic = make_clinic()
    plan: TreatmentPlan = clinic.plan(patient=clinic.patient(language="de", born_on=BORN))
    treated(plan, clinic)
    time_passes(-timedelta(days=(timezone.now() - NOW).days - 1))
    check = RecoveryCheck.objects.get(session__plan=plan, session__number=1, code="C1")
    check.status, check.answer_until = "asked", timezone.now() + timedelta(hours=12)
    check.due_at = timezone.now() - timedelta(hours=1)
    check.save()
    return check


def test_an_emergency_is_read_before_anything_is_sent_and_acted_on_at_once(
    phone: Any, asked: RecoveryCheck
) -> None:
    plan = asked.session.plan
    page = phone(plan.patient, plan.location, LinkPurpose.RECOVERY_CHECK, asked)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Wie rot ist die behandelte Haut?")
    page.locator("label[for=v3]").click()
    page.get_by_role("button", name="Weiter").click()
    page.goto("/p/check/?q=Q_BREATH")
    advice = page.get_by_text("Rufen Sie jetzt den Notruf an. Rufen Sie danach uns an.")
    expect(advice).to_be_visible()
    expect(page.locator(f'a[href="tel:{plan.location.emergency_number}"]').first).to_be_visible()
    assert not Task.objects.exists()
    page.get_by_role("radio", name="Ja").check()
    page.get_by_role("button", name="Weiter").click()
    expect(heading).to_have_text("Bitte handeln Sie jetzt")
    expect(page.get_by_role("link", name="Jetzt 112 anrufen")).to_have_attribute("href", "tel:112")
    asked.refresh_from_db()
    plan.refresh_from_db()
    assert (asked.status, asked.urgency, plan.status) == ("asked", "EMERGENCY", "on-hold")
    assert Task.objects.get(kind="recovery").urgency == "EMERGENCY"
