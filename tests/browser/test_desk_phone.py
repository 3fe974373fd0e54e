"""Somebody is on the phone: five times held with a countdown, two desks at once, six keystrokes; and checking in."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.visits import visit_of
from clinic.models import Patient
from tests.bookings.conftest import Clinic
from tests.browser.looking import is_clean_in_both_themes, sign_in
from tests.factories import PatientFactory, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def times_of(page: Page) -> list[str]:
    """The times as they are read out."""
    return page.locator("#choices .hit-name").all_inner_texts()


def leave(page: Page) -> None:
    """Goes back to the board, and waits until what was held is given back: the browser sends that on its way out."""
    page.get_by_role("link", name="Day board").first.click()
    expect(page.locator(".board")).to_be_visible()
    for _look in range(100):
        if not Appointment.objects.occupying().exists():
            return
        page.wait_for_timeout(50)
    raise AssertionError("the choices are still held")


def test_five_times_are_held_until_the_page_is_left(desk: Page, clinic: Clinic) -> None:
    patient = PatientFactory(at=clinic.location)
    desk.goto(f"/book/{patient.pk}/?for=consultation")
    expect(desk.locator(".held-now")).to_contain_text("All 5 are held for you until")
    expect(desk.locator(".countdown")).to_have_text(re.compile(r"^\((10:00|9:\d\d)\)$"))
    expect(desk.locator("#take-1")).to_be_focused()
    assert Appointment.objects.occupying().count() == 5
    is_clean_in_both_themes(desk)
    desk.get_by_label("afternoons").check()
    desk.get_by_role("button", name="Look again").click()
    expect(desk.locator(".held-now")).to_be_visible()
    assert Appointment.objects.occupying().count() == 5
    leave(desk)
    assert Appointment.objects.occupying().count() == 0


def test_two_desks_are_never_offered_the_same_time(
    desk: Page, clinic: Clinic, browser: Browser, base_url: str
) -> None:
    mine, theirs = PatientFactory(at=clinic.location), PatientFactory(at=clinic.location)
    context = browser.new_context(base_url=base_url)
    other = context.new_page()
    sign_in(other, staff(at=clinic.location, name="Ben Roth"), base_url)
    desk.goto(f"/book/{mine.pk}/?for=consultation")
    expect(desk.locator(".held-now")).to_be_visible()
    other.goto(f"/book/{theirs.pk}/?for=consultation")
    expect(other.locator(".held-now")).to_be_visible()
    assert not set(times_of(desk)) & set(times_of(other))
    desk.locator("#take-2").click()
    expect(desk.locator(".toast")).to_contain_text("Booked for")
    other.locator("#take-1").press("Enter")
    expect(other.locator(".toast")).to_contain_text("Booked for")
    context.close()
    assert {row.patient for row in Appointment.objects.occupying()} == {mine, theirs}


def test_a_hold_that_ran_out_says_so_and_is_looked_for_again(desk: Page, clinic: Clinic) -> None:
    patient = PatientFactory(at=clinic.location)
    desk.clock.install()
    desk.goto(f"/book/{patient.pk}/?for=consultation")
    expect(desk.locator(".countdown")).to_have_text(re.compile(r"\d:\d\d"))
    desk.clock.fast_forward("11:00")
    expect(desk.get_by_text("no longer held")).to_be_visible()
    desk.get_by_role("button", name="Look and hold again").press("Enter")
    expect(desk.locator(".held-now")).to_be_visible()
    assert Appointment.objects.occupying().count() == 5
    leave(desk)


def test_somebody_new_is_booked_by_keys_alone(desk: Page, clinic: Clinic) -> None:
    desk.goto("/board/")
    desk.keyboard.press("n")
    expect(desk.locator("#who")).to_be_focused()
    desk.keyboard.type("ana silva")
    desk.keyboard.press("Enter")
    expect(desk.get_by_label("Family name")).to_have_value("Silva")
    desk.get_by_label("Mobile phone").focus()
    desk.keyboard.type("0151 23456789")
    desk.keyboard.press("Enter")
    expect(desk.locator("#take-1")).to_be_focused()
    expect(desk.locator(".held-now")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk.locator(".toast")).to_contain_text("Booked for Ana Silva.")
    assert Appointment.objects.occupying().get().patient == Patient.objects.get(family_name="Silva")


def test_single_keys_are_turned_off_with_the_login(desk: Page, clinic: Clinic) -> None:
    desk.goto("/waiting-room/")
    desk.keyboard.press("?")
    with desk.expect_response("**/keys/"):
        desk.get_by_label("Use single keys, wherever I sign in").press("Space")
    desk.keyboard.press("Escape")
    desk.goto("/board/")
    desk.keyboard.press("n")
    expect(desk).to_have_url(re.compile("/board/$"))
    clinic.desk.refresh_from_db()
    assert clinic.desk.shortcuts_enabled is False


def test_check_in_takes_another_room_by_keys_and_the_room_changes_later(desk: Page, clinic: Clinic) -> None:
    clinic.location.opening_hours.update(opens="00:00", closes="23:59")
    session = clinic.plan().sessions.get(number=1)
    row = actions.book(
        visit=visit_of(session),
        starts_at=clinic.now.replace(minute=clinic.now.minute // 5 * 5, second=0, microsecond=0),
        chosen=clinic.chosen(),
        by=clinic.desk,
        now=clinic.now,
    )
    desk.goto("/board/")
    desk.locator(f"[data-pk='{row.pk}']").first.press("Enter")
    dialog = desk.get_by_role("dialog", name=row.patient.full_name)
    dialog.get_by_label("Room").select_option(label="Room 2")
    dialog.get_by_role("button", name="Check in").press("Enter")
    expect(desk.locator(".toast")).to_contain_text("Checked in.")
    assert row.claims.filter(resource=clinic.rooms[1]).exists()
    desk.goto("/waiting-room/")
    desk.get_by_role("link", name="Other room").click()
    desk.get_by_label("Room").select_option(label="Room 1")
    desk.get_by_role("button", name="Change room").click()
    expect(desk.locator(".toast")).to_contain_text("The room is changed.")
    expect(desk.locator("#waiting-room")).to_contain_text("Room 1")
