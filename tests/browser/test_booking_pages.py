"""The pages of bookings in a browser: a whole series, six keystrokes, the patient's phone, and axe on each of them."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.slots import next_free
from bookings.visits import visit_of
from clinic import roles
from clinic.links import make_link
from clinic.words import LinkPurpose
from tests.bookings.conftest import Clinic
from tests.browser.looking import is_clean_in_both_themes, sign_in
from tests.factories import PatientFactory, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def row(clinic: Clinic) -> Appointment:
    """The first session of a plan, booked for the next free time."""
    visit = visit_of(clinic.plan(sessions=3).sessions.get(number=1))
    slot = next_free(visit, now=clinic.now, from_day=clinic.now.date() + timedelta(days=3))[0]
    return actions.book(
        visit=visit, starts_at=slot.start, chosen=slot.assignment, by=clinic.desk, now=clinic.now
    )


def test_desk_books_a_series_from_the_patient_to_the_plan(desk: Page, clinic: Clinic) -> None:
    plan = clinic.plan(sessions=3)
    desk.goto(f"/patients/{plan.patient_id}/")
    desk.get_by_role("link", name=plan.title).first.click()
    desk.get_by_role("link", name="Find dates for 3 sessions").click()
    expect(desk.get_by_role("heading", name="Dates of the series")).to_be_visible()
    desk.locator("summary").nth(1).click()
    desk.locator("[name=session-2]").last.check()
    expect(desk.get_by_text("follows, before")).to_be_visible()
    expect(desk.locator("[name=session-2]:checked")).to_be_focused()
    is_clean_in_both_themes(desk)
    desk.get_by_role("button", name="Book all 3").click()
    expect(desk.locator(".toast")).to_contain_text("3 sessions booked.")
    assert Appointment.objects.of_plan(plan).count() == 3


def test_booking_takes_six_keystrokes(desk: Page, clinic: Clinic) -> None:
    patient = PatientFactory(at=clinic.location, given_name="Zoë", family_name="Quandt")
    desk.goto("/board/")
    pressed: list[str] = []

    def press(key: str) -> None:
        pressed.append(key)
        desk.keyboard.press(key)

    press("n")
    expect(desk.locator("#who")).to_be_focused()
    press("q")
    press("u")
    expect(desk.locator("#found a.hit")).to_have_count(1)
    press("Enter")
    expect(desk.get_by_role("button", name="Book", exact=True).first).to_be_focused()
    press("Enter")
    expect(desk.locator(".toast")).to_contain_text("Booked for Zoë Quandt.")
    assert (Appointment.objects.occupying().get().patient, len(pressed)) == (patient, 5)


def test_a_name_typed_too_early_is_no_key_of_the_page_that_is_left(desk: Page) -> None:
    desk.goto("/board/")
    # The click is stopped: this is the board as it stands while the next page is fetched.
    desk.evaluate(
        "document.querySelector('[data-key=n]').addEventListener('click', (press) => press.preventDefault())"
    )
    desk.keyboard.press("n")
    desk.keyboard.press("/")
    expect(desk.get_by_label("Find patient, phone, appointment")).not_to_be_focused()


def test_patient_confirms_on_a_phone_without_script(
    browser: Browser, row: Appointment, clinic: Clinic, base_url: str
) -> None:
    link = make_link(
        patient=row.patient,
        location=clinic.location,
        purpose=LinkPurpose.APPOINTMENT,
        subject_type="appointment",
        subject_id=row.pk,
        expires_at=row.starts_at,
        now=clinic.now,
    )
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, base_url=base_url)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"/p/{link.rsplit('/p/')[1]}")
    page.get_by_role("button", name="Yes, I am coming").click()
    expect(page.get_by_text("Thank you: we expect you.")).to_be_visible()
    page.get_by_role("link", name="Another time").click()
    expect(page.get_by_role("radio").first).to_be_visible()
    context.close()
    row.refresh_from_db()
    assert row.confirmed_at is not None


def test_patient_pages_are_accessible_on_a_phone(page: Page, row: Appointment, clinic: Clinic) -> None:
    link = make_link(
        patient=row.patient,
        location=clinic.location,
        purpose=LinkPurpose.APPOINTMENT,
        subject_type="appointment",
        subject_id=row.pk,
        expires_at=row.starts_at,
        now=clinic.now,
    )
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"/p/{link.rsplit('/p/')[1]}")
    for path in ("", "change/", "cancel/"):
        page.goto(f"/p/appointment/{path}")
        is_clean_in_both_themes(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_pages_of_the_desk_are_accessible(desk: Page, row: Appointment, clinic: Clinic) -> None:
    clinic.plan(sessions=2)
    paths = [
        f"/appointments/{row.pk}/",
        f"/appointments/{row.pk}/move/",
        f"/appointments/{row.pk}/cancel/",
        "/book/?q=leyla",
        f"/book/{row.patient_id}/",
        "/due/",
        "/calls/",
        "/waitlist/",
        "/closures/",
        "/waiting-room/",
        "/board/list/",
    ]
    for path in paths:
        desk.goto(path)
        is_clean_in_both_themes(desk)
    desk.set_viewport_size({"width": 688, "height": 985})  # A4 within its margins
    desk.goto(f"/board/list/?day={row.starts_at.date()}")
    desk.emulate_media(media="print")
    assert desk.evaluate("document.documentElement.scrollWidth") <= 688


def test_my_day_is_accessible(page: Page, row: Appointment, clinic: Clinic, base_url: str) -> None:
    sign_in(page, staff(roles.PRACTITIONER, at=clinic.location), base_url)
    page.goto(f"/my-day/?day={row.starts_at.date().isoformat()}&who={clinic.weiss}")
    expect(page.get_by_text(row.patient.full_name).first).to_be_visible()
    is_clean_in_both_themes(page)
