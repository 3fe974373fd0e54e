"""One patient through the clinic in a browser: booked whole, confirmed on the phone, treated, asked how she is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from bookings.models import Appointment
from clinic.links import token_hash
from clinic.messaging.channels import forget_carriers
from clinic.messaging.channels.local import MemorySms
from clinic.messaging.engine.drain import drain
from clinic.models import PatientLink, Task
from clinic.timekeeping import local_day
from clinic.words import LinkPurpose
from tests.browser.looking import sign_in
from tests.factories import PASSWORD
from tests.passing_time import time_passes
from tests.treatments.day import Clinic, open_round_the_clock
from treatments.models import RecoveryCheck, SessionRecord, TreatmentPlan
from treatments.tasks import follow_up

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
DAY = timedelta(days=1)
expect.set_options(timeout=20_000)
PHONE: Any = {"width": 390, "height": 844}
TABLET: Any = {"width": 1180, "height": 820}


@pytest.fixture
def clinic() -> Clinic:
    """Open round the clock, so that the story can be told at any hour."""
    return open_round_the_clock()


@pytest.fixture
def texts(base_url: str) -> Iterator[list[Any]]:
    """What the phone received."""
    with override_settings(SMS_CHANNEL="memory", PUBLIC_URL=base_url):
        forget_carriers()
        MemorySms.forget()
        yield MemorySms.sent
    MemorySms.forget()
    forget_carriers()


@pytest.fixture
def phone(browser: Browser, base_url: str) -> Iterator[Page]:
    """The patient's."""
    context = browser.new_context(viewport=PHONE, has_touch=True, base_url=base_url)
    yield context.new_page()
    context.close()


@pytest.fixture
def doctor(browser: Browser, clinic: Clinic, base_url: str) -> Iterator[Page]:
    """The practitioner's tablet."""
    context = browser.new_context(viewport=TABLET, base_url=base_url)
    tablet = context.new_page()
    sign_in(tablet, clinic.doctor_user, base_url)
    yield tablet
    context.close()


def test_a_series_from_the_first_call_to_the_answer_that_worries(
    page: Page, phone: Page, doctor: Page, clinic: Clinic, texts: list[Any]
) -> None:
    page.emulate_media(reduced_motion="reduce")
    for each in (page, phone, doctor):
        each.set_default_timeout(20_000)

    the_desk_signs_in_and_books_a_whole_series(page, clinic)
    the_patient_confirms(phone, texts)
    the_patient_arrives(page)
    the_doctor_screens_and_begins(doctor)
    the_doctor_records_each_zone_and_signs(doctor, clinic)
    time_passes(3 * DAY)
    the_patient_answers_that_pus_came_out(phone, texts)
    the_doctor_sees_an_urgent_task_and_settles_it(doctor)


def the_desk_signs_in_and_books_a_whole_series(page: Page, clinic: Clinic) -> None:
    page.goto("/patients/")
    page.get_by_label(re.compile("mail", re.I)).first.fill(clinic.desk.email)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="New patient").first.click()
    page.get_by_label("Given name").fill("Leyla")
    page.get_by_label("Family name").fill("Demir")
    page.get_by_label("Date of birth").fill("1988-03-14")
    page.get_by_label("Mobile phone").fill("0151 23456789")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Leyla Demir")).to_be_visible()
    page.get_by_role("link", name="Open a plan").first.click()
    page.get_by_role("link", name="Acne scars").first.click()
    page.locator("a[href*='protocol=MN_ACNE_SCAR']").click()
    page.locator("input[value='F_CHEEK_LATERAL']").check()
    page.get_by_role("spinbutton", name="Number of sessions").fill("3")
    page.get_by_role("button", name="Go on to the dates").click()
    expect(page.get_by_text("All 3 sessions fit.")).to_be_visible()
    expect(page.get_by_role("cell", name=re.compile("Dr. Weiss")).first).to_be_visible()
    page.get_by_role("button", name="Book all 3").click()
    expect(page.locator(".toast")).to_contain_text("3 sessions booked.")
    assert Appointment.objects.occupying().count() == 3


def the_patient_confirms(phone: Page, texts: list[Any]) -> None:
    drain(now=timezone.now() + timedelta(minutes=1))
    phone.goto(link_in(texts, LinkPurpose.APPOINTMENT))
    phone.get_by_role("button", name="Yes, I am coming").click()
    expect(phone.get_by_text("Thank you: we expect you.")).to_be_visible()


def the_patient_arrives(page: Page) -> None:
    first = Appointment.objects.earliest("starts_at")
    zone = first.location.tz  # late in the evening the first time is soon after the clinic's midnight
    days = (local_day(first.starts_at, zone) - local_day(timezone.now(), zone)).days
    time_passes(days * DAY)
    page.goto(f"/appointments/{first.pk}/")
    with page.expect_response(lambda answer: "/do/arrive/" in answer.url):
        page.get_by_role("button", name=re.compile("^Arrived|^Arrive|^Check in", re.I)).first.click()
    expect(page.get_by_text("arrived", exact=False).first).to_be_visible()


def the_doctor_screens_and_begins(doctor: Page) -> None:
    doctor.goto("/my-day/")
    expect(doctor.get_by_text("Leyla Demir").first).to_be_visible()
    visit = f"/sessions/{TreatmentPlan.objects.get().sessions.get(number=1).pk}/"
    doctor.goto(visit)
    doctor.get_by_role("link", name="Ask the questions").click()
    answer_every_question_with_no(doctor)
    send(doctor.get_by_role("button", name="Save the answers"))
    doctor.goto(visit)
    doctor.get_by_role("link", name="Discuss and sign").click()
    for tick in doctor.locator("input[name=tick]").all():
        tick.check(force=True)
    doctor.get_by_label("The patient types the full name").fill("Leyla Demir")
    send(doctor.get_by_role("button", name="Sign", exact=True))
    doctor.goto(visit)
    doctor.get_by_label("Fitzpatrick skin type").select_option("2")
    send(doctor.get_by_role("button", name="Save", exact=True))
    sign_what_needs_a_clinician(doctor)
    expect(doctor.get_by_text("Nothing stands against it.")).to_be_visible()
    send(doctor.get_by_role("button", name="Begin treatment"))
    expect(doctor.get_by_text("in treatment").first).to_be_visible()


def answer_every_question_with_no(page: Page) -> None:
    """The answer that stands against nothing; two questions ask the other way round."""
    clear = {"EXPECTATION": "yes", "PREV_SESSION": "yes"}
    options: dict[str, list[str]] = {}
    for name, value in page.eval_on_selector_all(
        "main input[type=radio]", "all => all.map(i => [i.name, i.value])"
    ):
        options.setdefault(name, []).append(value)
    for name, values in options.items():
        wanted = clear.get(name, "no") if "no" in values else values[-1]
        page.locator(f"input[name='{name}'][value='{wanted}']").check(force=True)


def sign_what_needs_a_clinician(page: Page) -> None:
    """Patch tests that were not made in time are waived, each with its reason."""
    for _ in range(10):
        reasons = page.locator("form[action$='/sign-off/'] input[name=reason]")
        if reasons.count() == 0:
            return
        reasons.first.fill("Known from earlier treatments here; same products, no reaction.")
        send(page.get_by_role("button", name="Sign for it").first)


def the_doctor_records_each_zone_and_signs(doctor: Page, clinic: Clinic) -> None:
    doctor.goto(f"/sessions/{TreatmentPlan.objects.get().sessions.get(number=1).pk}/")
    send(doctor.get_by_role("button", name="Begin the record"))
    for field, value in (("depth_mm", "1.50"), ("passes", "4"), ("endpoint", "PINPOINT_BLEED")):
        for each in doctor.locator(f"[data-zone-row]:not([hidden]) [name$='.{field}']").all():
            put(each, value)
    for name, value in {
        "device": str(clinic.pen.pk),
        "room": str(clinic.room.pk),
        "p.0.role": "cartridge",
        "p.0.product": str(clinic.cartridge.product_id),
        "p.0.lot": str(clinic.cartridge.pk),
        "p.0.amount": "1",
        "p.0.unit": "piece",
        "p.1.role": "glide",
        "p.1.product": str(clinic.glide.product_id),
        "p.1.lot": str(clinic.glide.pk),
        "p.1.amount": "2",
        "p.1.unit": "mL",
        "f.device_type": "PEN",
        "f.needle_count": "12",
        "f.numbing_agent": "NUMB_NONE",
        "note": "Calm session, even redness.",
    }.items():
        put(doctor.locator(f"main [name='{name}']"), value)
    doctor.locator("[name='f.pain_vas_max'][value='3']").check()
    send(doctor.get_by_role("button", name="Sign and lock"))
    expect(doctor.get_by_text("signed", exact=True).first).to_be_visible()
    record = SessionRecord.objects.get()
    zones = {(zone.side, str(zone.depth_mm), zone.passes) for zone in record.zones.all()}
    assert (record.status, zones) == ("signed", {("L", "1.50", 4), ("R", "1.50", 4)})


def send(button: Locator) -> None:
    """Presses it and waits for the page that answers."""
    with button.page.expect_navigation():
        button.click()


def put(field: Locator, value: str) -> None:
    """Types or chooses, as the field wants it."""
    if field.evaluate("one => one.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def the_patient_answers_that_pus_came_out(phone: Page, texts: list[Any]) -> None:
    follow_up(timezone.now())
    drain(now=timezone.now() + timedelta(minutes=1))
    check = RecoveryCheck.objects.get(code="C2")
    phone.goto(link_in(texts, LinkPurpose.RECOVERY_CHECK))
    for label, figure in (("Day", "14"), ("Month", "3"), ("Year", "1988")):
        phone.get_by_label(label, exact=True).fill(figure)
    send(phone.locator(".btn-primary"))
    answer_all(phone, Q_PUS="yes")
    expect(phone.get_by_role("heading", name="We will call you today")).to_be_visible()
    check.refresh_from_db()
    assert (check.grade, check.urgency) == ("red", "SAME_DAY")


def answer_all(phone: Page, **special: str) -> None:
    for _ in range(20):
        if "/p/check/done" in phone.url:
            return
        code = phone.locator("input[name=q]")
        if code.count():
            options = phone.eval_on_selector_all("input[name=value]", "all => all.map(i => i.value)")
            usual = next((one for one in ("1", "no") if one in options), options[0] if options else "")
            wanted = special.get(code.first.input_value(), usual)
            if options:
                phone.locator(f"input[name=value][value='{wanted}']").check()
        send(phone.locator("main .btn-primary"))
    raise AssertionError("the questions do not end")


def the_doctor_sees_an_urgent_task_and_settles_it(doctor: Page) -> None:
    doctor.goto("/tasks/")
    expect(doctor.get_by_text("pus or wet yellow crust").first).to_be_visible()
    doctor.goto("/recovery/")
    doctor.get_by_role("link", name="Leyla Demir").first.click()
    expect(doctor.get_by_text("act now").first).to_be_visible()
    doctor.get_by_label("What was said").fill("Called: comes in at four.")
    send(doctor.locator("button[name=outcome][value=comes]"))
    expect(doctor.get_by_text("Called: comes in at four.").first).to_be_visible()
    task = Task.objects.get(kind="recovery")
    assert (task.status, task.urgency) == ("done", "SAME_DAY")
    assert TreatmentPlan.objects.get().status == "on-hold"


def link_in(texts: list[Any], purpose: LinkPurpose) -> str:
    """The newest link of that purpose that the phone received."""
    known = set(PatientLink.objects.filter(purpose=purpose).values_list("token_hash", flat=True))
    for text in reversed(texts):
        for token in re.findall(r"/p/([A-Za-z0-9_-]+)/", text.text):
            if token_hash(token) in known:
                return f"/p/{token}/"
    raise AssertionError(f"no link for {purpose} was sent")
