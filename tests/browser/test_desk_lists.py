"""The desk's lists, each once with the mouse and once with the keyboard alone: cancel, waitlist, closures, calls."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from bookings.actions import appointments as actions
from bookings.actions.calling import overdue_not_reached
from bookings.models import Appointment
from bookings.slots import next_free
from bookings.visits import visit_of
from clinic.messaging.actions.inbound import take_inbound
from clinic.messaging.channels.base import Inbound
from clinic.models import Closure, Task
from tests.bookings.conftest import Clinic
from tests.browser.looking import is_clean_in_both_themes
from tests.factories import PatientFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Press = Callable[[Locator], None]


@pytest.fixture(params=["mouse", "keys"])
def press(request: pytest.FixtureRequest) -> Press:
    """Presses what is named: with the mouse, or by Tab until it has the focus and Enter (Space for a tick)."""
    return by_keys if request.param == "keys" else by_mouse


def by_mouse(wanted: Locator) -> None:
    wanted.click()


def by_keys(wanted: Locator) -> None:
    page = wanted.page
    expect(wanted).to_be_visible()
    for _step in range(120):
        if wanted.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(wanted).to_be_focused()
    is_tick = wanted.evaluate("one => ['checkbox', 'radio'].includes(one.type)")
    page.keyboard.press("Space" if is_tick else "Enter")


def booked(clinic: Clinic, *, days: int = 3, phone: str = "") -> Appointment:
    """The first session of a plan at the next free time from some days ahead on."""
    patient = PatientFactory(at=clinic.location, given_name="Leyla", family_name="Demir", phone=phone)
    visit = visit_of(clinic.plan(sessions=3, patient=patient).sessions.get(number=1))
    slot = next_free(visit, now=clinic.now, from_day=clinic.now.date() + timedelta(days=days))[0]
    return actions.book(
        visit=visit, starts_at=slot.start, chosen=slot.assignment, by=clinic.desk, now=clinic.now
    )


def said(page: Page, text: str) -> None:
    """The page says so."""
    expect(page.locator(".toast", has_text=text).first).to_be_visible()


def test_a_cancelled_time_goes_to_who_waits(desk: Page, clinic: Clinic, press: Press) -> None:
    row, other = booked(clinic), clinic.plan().sessions.get(number=1)
    desk.goto(f"/sessions/{other.pk}/waitlist/")
    is_clean_in_both_themes(desk)
    press(desk.get_by_role("button", name="Put on the waitlist"))
    said(desk, "is on the waitlist.")
    desk.goto(f"/appointments/{row.pk}/")
    press(desk.get_by_role("link", name="Cancel", exact=True))
    press(desk.get_by_role("radio", name="Ill"))
    press(desk.get_by_role("button", name="Cancel the appointment"))
    said(desk, "Cancelled. The time is free.")
    desk.goto(f"/gaps/{row.pk}/")
    is_clean_in_both_themes(desk)
    press(desk.get_by_role("button", name="Offer"))
    said(desk, "and held. The message leaves now.")
    desk.goto("/waitlist/")
    press(desk.get_by_role("button", name="Accepts"))
    said(desk, "Booked.")
    taken = Appointment.objects.of_session(other).occupying().get()
    assert (taken.status, taken.starts_at) == ("booked", row.starts_at)


def test_a_closure_names_who_is_inside_and_moves_them(desk: Page, clinic: Clinic, press: Press) -> None:
    row = booked(clinic)
    desk.goto("/closures/")
    desk.get_by_label("Who or what").select_option(str(clinic.weiss))
    desk.get_by_label("From day").fill(row.starts_at.date().isoformat())
    press(desk.get_by_role("button", name="Close", exact=True))
    expect(desk.get_by_text("1 appointment is inside.")).to_be_visible()
    press(desk.get_by_label("Close anyway"))
    press(desk.get_by_role("button", name="Close", exact=True))
    said(desk, "still inside")
    is_clean_in_both_themes(desk)
    press(desk.get_by_role("button", name="Move it and tell the patient"))
    said(desk, "1 appointments moved.")
    expect(desk.get_by_text("Nobody is inside")).to_be_visible()
    before = row.starts_at
    row.refresh_from_db()
    assert row.starts_at.date() != before.date()
    desk.goto("/closures/")
    press(desk.get_by_role("button", name="Lift"))
    said(desk, "Lifted. The time is free.")
    assert Closure.objects.standing().count() == 0


def test_a_call_ends_with_what_came_of_it(desk: Page, clinic: Clinic, press: Press) -> None:
    for _patient in range(2):
        session = clinic.plan().sessions.get(number=1)
        overdue_not_reached(session=session, by=clinic.desk, now=clinic.now)
    desk.goto("/calls/")
    is_clean_in_both_themes(desk)
    first = desk.get_by_role("article").first
    first.get_by_label("What was said").fill("Comes on Monday.")
    press(first.get_by_role("button", name="reached: will book later"))
    said(desk, "Noted.")
    press(desk.get_by_role("article").first.get_by_role("button", name="No answer"))
    said(desk, "comes back tomorrow")
    outcomes = Task.objects.filter(status="done").order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["reached: will book later. Comes on Monday.", "no answer"]
    assert Task.objects.waiting().count() == 1


def test_here_by_text_shows_on_an_open_board_and_loses_nothing(desk: Page, clinic: Clinic) -> None:
    clinic.location.opening_hours.update(opens="00:00", closes="23:59")
    row = today(clinic, phone="+4915123456789")
    desk.set_viewport_size({"width": 1440, "height": 1000})
    desk.goto("/board/")
    card = desk.locator(f"[id^='a{row.pk}-']").first
    expect(card).to_contain_text("booked")
    desk.locator("#board").evaluate("board => { board.scrollTop = 40; }")
    card.focus(timeout=2000)
    top = desk.locator("#board").evaluate("board => board.scrollTop")
    take_inbound("memory", Inbound(report_id="1", sender="+4915123456789", text="Here"), now=timezone.now())
    expect(card).to_contain_text("arrived", timeout=7000)
    expect(card).to_be_focused()
    assert desk.locator("#board").evaluate("board => board.scrollTop") == top


def today(clinic: Clinic, *, phone: str) -> Appointment:
    """Booked for this very moment."""
    patient = PatientFactory(at=clinic.location, phone=phone)
    start: datetime = clinic.now.replace(minute=clinic.now.minute // 5 * 5, second=0, microsecond=0)
    visit = visit_of(clinic.plan(patient=patient).sessions.get(number=1))
    return actions.book(visit=visit, starts_at=start, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now)
