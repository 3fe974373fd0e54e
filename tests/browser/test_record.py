"""The record on two tablets, without a network and after the login ended: nothing that was typed is lost."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import is_clean_in_both_themes, sign_in
from tests.treatments.day import Clinic, drafted, make_clinic, make_ready, needling
from treatments.actions.sessions import start_session
from treatments.models import SessionRecord

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def record() -> tuple[Clinic, SessionRecord]:
    """A needling of today that is being written down."""
    now, clinic = timezone.now(), make_clinic()
    plan = clinic.plan(now=now)
    session = plan.sessions.get(number=1)
    make_ready(plan, clinic, session, now=now)
    start_session(session, by=clinic.doctor_user, now=now)
    return clinic, drafted(session, clinic, needling(clinic), now=now)


@pytest.fixture
def tablets(browser: Browser, live_server: object) -> Iterator[list[Page]]:
    """Two tablets."""
    url = str(live_server)
    contexts = [
        browser.new_context(base_url=url, viewport={"width": 1180, "height": 820}) for _number in range(2)
    ]
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def note(page: Page) -> str:
    return page.locator("[name='note']").input_value()


def test_one_record_on_two_tablets(
    record: tuple[Clinic, SessionRecord], tablets: list[Page], live_server: object
) -> None:
    clinic, draft = record
    first, second = tablets
    path = f"/sessions/{draft.session_id}/record/"
    for tablet in tablets:
        sign_in(tablet, clinic.doctor_user, str(live_server))
        tablet.goto(path)
    the_map_is_worked_by_keys(first, draft)
    is_clean_in_both_themes(first)
    # The second tablet still knows the older version: it is told, and overwrites nothing.
    second.locator("[name='note']").fill("typed on the second tablet")
    expect(second.locator("[data-autosave-status]")).to_contain_text("Somebody else")
    draft.refresh_from_db()
    assert draft.draft["note"] == "typed on the first tablet"
    second.reload()
    expect(second.locator("[data-autosave-conflict]")).to_be_visible()
    assert note(second) == "typed on the first tablet"
    second.get_by_role("button", name="Forget it").click()
    without_a_network(first, path)
    after_the_login_ended(first, clinic, draft, str(live_server))


def the_map_is_worked_by_keys(page: Page, draft: SessionRecord) -> None:
    """Space on a zone opens its row; too deep is said at once, by the answer to autosave."""
    chin = page.locator("[data-zone='F_CHIN-M']")
    chin.focus()
    page.keyboard.press("Space")
    expect(chin).to_have_attribute("aria-checked", "true")
    row = page.locator("[data-zone-row='F_CHIN-M']")
    row.locator("[name$='.depth_mm']").fill("2.25")
    page.locator("[name='note']").fill("typed on the first tablet")
    expect(row.get_by_text("nobody may go deeper")).to_be_visible()
    expect(page.locator("[data-autosave-status]")).to_have_text("Saved")
    draft.refresh_from_db()
    assert [row["zone"] for row in draft.draft["zones"]].count("F_CHIN") == 1


def without_a_network(page: Page, path: str) -> None:
    """What is typed offline stays on the device and is sent when the network is back."""
    page.context.set_offline(True)
    page.locator("[name='note']").fill("typed without a network")
    expect(page.locator("[data-autosave-status]")).to_have_text("Kept on this device")
    page.context.set_offline(False)
    expect(page.locator("[data-autosave-status]")).to_have_text("Saved")
    assert SessionRecord.objects.get().draft["note"] == "typed without a network"


def after_the_login_ended(page: Page, clinic: Clinic, draft: SessionRecord, url: str) -> None:
    """The session is over in the middle of a sentence: it is still there after signing in again."""
    Session.objects.all().delete()
    page.locator("[name='note']").fill("typed after the login ended")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Sign in again")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    sign_in(page, clinic.doctor_user, url)
    page.goto(f"/sessions/{draft.session_id}/record/")
    assert note(page) == "typed after the login ended"
    expect(page.locator("[data-autosave-status]")).to_have_text("Saved")
    draft.refresh_from_db()
    assert draft.draft["note"] == "typed after the login ended"
