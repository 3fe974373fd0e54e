"""Forms of the desk when something goes wrong: no network, a login that ended, two desks; and search and settings."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect

from bookings.actions.series import book_series, chosen_from, propose_series
from bookings.models import Appointment
from clinic import roles
from clinic.models import Patient
from clinic.words import ResourceKind
from tests.bookings.conftest import Clinic
from tests.browser.looking import is_clean_in_both_themes, sign_in
from tests.factories import PatientFactory, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_nothing_typed_is_lost_without_network_or_login(desk: Page, clinic: Clinic, base_url: str) -> None:
    desk.goto("/patients/new/")
    desk.get_by_label("Given name").fill("Noor")
    desk.get_by_label("Family name").fill("Quandt")
    desk.get_by_label("E-mail").first.fill("noor@example.org")
    desk.context.set_offline(True)
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator(".toast-red")).to_contain_text("The network is gone: nothing was saved.")
    desk.context.set_offline(False)
    Session.objects.all().delete()
    desk.get_by_role("button", name="Save").press("Enter")
    expect(desk.locator(".toast-red")).to_contain_text("You were signed out")
    expect(desk.get_by_label("Given name")).to_have_value("Noor")
    assert not Patient.objects.filter(family_name="Quandt").exists()
    sign_in(desk, clinic.desk, base_url)
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator(".toast")).to_contain_text("Noor Quandt is registered")


def test_search_answers_while_one_types_and_arrows_choose(desk: Page, clinic: Clinic) -> None:
    patient = PatientFactory(at=clinic.location, given_name="Zoë", family_name="Quandt")
    PatientFactory(at=clinic.location, given_name="Amina", family_name="Quandt")
    desk.goto("/waiting-room/")
    desk.keyboard.press("/")
    desk.keyboard.type("quandt")
    expect(desk.locator("#search-found a.hit")).to_have_count(2)
    is_clean_in_both_themes(desk)
    desk.keyboard.press("Escape")
    expect(desk.locator("#search-found a.hit")).to_have_count(0)
    desk.keyboard.type(" zoe")
    expect(desk.locator("#search-found a.hit")).to_have_count(1)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(rf"/patients/{patient.pk}/"))


def test_a_move_shows_the_difference_and_takes_the_rest_by_keys_alone(desk: Page, clinic: Clinic) -> None:
    plan = clinic.plan(sessions=3)
    rows = book_series(
        plan=plan, chosen=chosen_from(propose_series(plan, now=clinic.now)), by=clinic.desk, now=clinic.now
    )
    second, third = rows[1].starts_at, rows[2].starts_at
    desk.goto(f"/appointments/{rows[1].pk}/move/?from={third.date().isoformat()}")
    expect(desk.get_by_role("button", name="Choose").first).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("so that the distances hold")).to_be_visible()
    is_clean_in_both_themes(desk)
    expect(desk.get_by_role("button", name="Move", exact=True)).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator(".toast").first).to_contain_text(re.compile("[23] sessions moved"))
    moved = [row.starts_at for row in Appointment.objects.of_plan(plan).order_by("starts_at")]
    assert (moved[1] > second, moved[2] > third) == (True, True)


def test_the_second_of_two_desks_is_told_what_the_first_has_done(
    desk: Page, browser: Browser, clinic: Clinic, base_url: str
) -> None:
    plan = clinic.plan(sessions=1)
    (row,) = book_series(
        plan=plan, chosen=chosen_from(propose_series(plan, now=clinic.now)), by=clinic.desk, now=clinic.now
    )
    context = browser.new_context(base_url=base_url)
    other = context.new_page()
    sign_in(other, staff(at=clinic.location, name="Jana Ortmann"), base_url)
    for one in (desk, other):
        one.goto(f"/appointments/{row.pk}/cancel/")
        one.get_by_label("Ill").check()
    other.get_by_role("button", name="Cancel the appointment").click()
    expect(other.locator(".toast")).to_contain_text("Cancelled. The time is free.")
    desk.get_by_role("button", name="Cancel the appointment").click()
    expect(desk.locator(".toast-red").first).to_contain_text("Jana Ortmann changed this")
    context.close()
    assert row.status_changes.filter(to_status="cancelled").count() == 1


def test_settings_and_lists_are_accessible(page: Page, clinic: Clinic, base_url: str) -> None:
    sign_in(page, staff(roles.MANAGER, at=clinic.location), base_url)
    room = clinic.location.resources.filter(kind=ResourceKind.ROOM).earliest("pk")
    place = clinic.location.pk
    for path in (
        "/settings/",
        f"/settings/{place}/hours/",
        f"/settings/{place}/cadence/",
        f"/settings/{place}/staff/",
        f"/settings/resources/{room.pk}/",
        "/board/?view=week",
        "/board/?view=list",
        "/cancelled/",
        "/outside-hours/",
        "/board/needs/",
        "/unconfirmed/",
    ):
        page.goto(path)
        is_clean_in_both_themes(page)
    page.goto(f"/settings/{place}/hours/")
    page.get_by_label("Sunday").fill("eleven")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("is not a stretch of time").first).to_be_visible()
    expect(page.get_by_label("Sunday")).to_have_value("eleven")
