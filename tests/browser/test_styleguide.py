"""The design system in a browser: readable by everyone, usable by keyboard, clean under the content policy."""

import re
import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from clinic.models import User

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
PAGES = [
    "/styleguide/",
    "/styleguide/?page=patient_aftercare",
    "/styleguide/?page=patient_check",
    "/styleguide/?page=patient_series",
    "/styleguide/?page=sheet",
    "/account/login/",
    "/account/password/reset/",
    "/nowhere/",
]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser writes to its console; a refused style or script ends up here. Empty at the end."""
    heard: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "404 (Not Found)" not in message.text:
            heard.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    assert heard == []


@pytest.fixture
def desk(page: Page, client: Client, base_url: str) -> Page:
    """The styleguide with its shell, as somebody who is signed in."""
    client.force_login(User.objects.create_superuser(email="amina@clinic.example", name="Amina Adeyemi"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base_url}])
    page.emulate_media(reduced_motion="reduce")
    page.goto("/styleguide/")
    return page


def violations(page: Page) -> list[str]:
    """What axe finds wrong, one line for each element."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]
    ]


def test_pages_are_accessible_in_both_themes(page: Page, complaints: list[str]) -> None:
    page.emulate_media(reduced_motion="reduce")
    for path in PAGES:
        page.goto(path)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            assert violations(page) == [], (path, theme)


def test_pages_never_scroll_sideways(page: Page) -> None:
    for path in PAGES:
        page.goto(path)
        for width in (1440, 1024, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_shell_is_accessible_on_a_tablet_and_on_a_phone(desk: Page, complaints: list[str]) -> None:
    for theme, width in (("light", 900), ("dark", 390)):
        desk.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        desk.set_viewport_size({"width": width, "height": 800})
        assert violations(desk) == [], (theme, width)


def test_theme_is_chosen_and_kept_without_a_flash(desk: Page) -> None:
    desk.get_by_role("button", name="Dark").first.click()
    assert desk.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(22, 24, 26)"
    desk.reload()
    # The attribute is there before the first paint: a blocking script set it, and the styles came after it.
    assert desk.evaluate("document.documentElement.dataset.theme") == "dark"
    assert desk.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(22, 24, 26)"


def test_a_key_works_but_not_while_typing(desk: Page) -> None:
    desk.keyboard.press("/")
    search = desk.get_by_label("Find patient, phone, appointment")
    expect(search).to_be_focused()
    desk.keyboard.type("n?/")
    expect(search).to_have_value("n?/")
    expect(desk.get_by_role("dialog")).to_have_count(0)


def test_keys_are_listed_and_can_be_turned_off(desk: Page) -> None:
    desk.keyboard.press("?")
    listing = desk.get_by_role("dialog", name="Keyboard")
    expect(listing).to_contain_text("Find patient, phone, appointment")
    listing.get_by_label(re.compile("^Use single keys")).uncheck()
    desk.keyboard.press("Escape")
    expect(listing).to_be_hidden()
    desk.keyboard.press("?")
    expect(listing).to_be_hidden()


def test_dialog_takes_the_focus_and_gives_it_back(desk: Page) -> None:
    opener = desk.get_by_role("button", name="Move the appointment")
    opener.focus()
    desk.keyboard.press("Enter")
    dialog = desk.get_by_role("dialog", name="Move Leyla Demir")
    expect(dialog.get_by_label("Ill")).to_be_focused()
    assert violations(desk) == []
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_menu_opens_by_keyboard_and_moves_with_arrows(desk: Page) -> None:
    desk.get_by_role("button", name="More", exact=True).focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#menu-sample a").first).to_be_focused()
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("#menu-sample a").last).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator("#menu-sample a").last).to_be_hidden()


def test_toast_from_the_server_offers_a_way_back(desk: Page) -> None:
    desk.evaluate(
        "document.body.dispatchEvent(new CustomEvent('toast', {bubbles: true,"
        " detail: {text: 'Moved to Tue 22 Dec.', undo: '/undo/'}}))"
    )
    toast = desk.locator("#toasts .toast", has_text="Moved to Tue 22 Dec.")
    expect(toast.locator("form")).to_have_attribute("action", "/undo/")
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_have_count(0)


def test_draft_outlives_a_lost_network_and_a_reload(desk: Page) -> None:
    note = desk.locator("#draft textarea")
    status = desk.locator("#draft [data-autosave-status]")
    note.fill("cheeks 1.50 mm")
    expect(status).to_have_text("Saved")
    assert desk.evaluate("localStorage.getItem('draft:styleguide')") is None
    desk.route(
        "**/styleguide/", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    note.fill("cheeks 1.50 mm, forehead 0.75 mm")
    expect(status).to_have_text("Kept on this device")
    desk.reload()
    expect(note).to_have_value("cheeks 1.50 mm, forehead 0.75 mm")
    desk.unroute("**/styleguide/")
    desk.evaluate("dispatchEvent(new Event('online'))")
    expect(status).to_have_text("Saved")


def test_draft_typed_over_another_version_is_never_sent_by_itself(desk: Page) -> None:
    old = '{"text": "version=0&draft-note=mine", "at": ' + str(int(time.time() * 1000)) + "}"
    desk.evaluate("text => localStorage.setItem('draft:styleguide', text)", old)
    sent: list[str] = []
    desk.on("request", lambda request: sent.append(request.method))
    desk.reload()
    note = desk.locator("#draft textarea")
    expect(note).to_have_value("")
    assert "POST" not in sent
    desk.get_by_role("button", name="Use the text from this device").click()
    expect(note).to_have_value("mine")


def test_lost_network_is_said_and_unsaid(desk: Page) -> None:
    banner = desk.get_by_text("No connection.")
    desk.context.set_offline(True)
    expect(banner).to_be_visible()
    desk.context.set_offline(False)
    expect(banner).to_be_hidden()


def test_drawer_opens_on_a_phone_and_closes_with_escape(desk: Page) -> None:
    desk.set_viewport_size({"width": 390, "height": 800})
    menu = desk.get_by_role("button", name="Menu").last
    menu.click()
    drawer = desk.get_by_role("navigation", name="Main")
    expect(drawer).to_be_visible()
    assert violations(desk) == []
    desk.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(menu).to_be_focused()


def test_focus_is_never_hidden_behind_what_sticks(desk: Page) -> None:
    desk.set_viewport_size({"width": 390, "height": 700})
    desk.locator("#form input[name=name]").focus()
    for _ in range(25):
        desk.keyboard.press("Tab")
        seen = desk.evaluate(
            """() => { const box = document.activeElement.getBoundingClientRect();
                const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return !hit || document.activeElement.contains(hit) || hit.contains(document.activeElement)
                    || hit.closest('label')?.control === document.activeElement; }"""
        )
        assert seen, desk.evaluate("document.activeElement.outerHTML")


def test_targets_of_patients_are_at_least_44_pixels(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    for name in ("patient_aftercare", "patient_check", "patient_series"):
        page.goto(f"/styleguide/?page={name}")
        small = page.evaluate(
            """() => [...document.querySelectorAll('main :is(a.btn, button, label), header a, footer a')]
                .filter((e) => { const b = e.getBoundingClientRect();
                    return b.width && Math.min(b.height, b.width) < 44; })
                .map((e) => e.outerHTML)"""
        )
        assert small == []


def test_page_without_script_still_has_its_navigation(browser: Browser, base_url: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{base_url}/styleguide/")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    context.close()


def test_drawings_survive_forced_colours(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    page.goto("/styleguide/#ribbon")
    fill = page.evaluate("getComputedStyle(document.querySelector('.ribbon-full .rb-performed')).fill")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert fill != ground


def test_the_content_policy_is_the_strict_one(page: Page) -> None:
    answer = page.goto("/styleguide/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["script-src"] == ["'self'"]
