"""What browser tests of pages share: signing in, and what axe finds."""

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from clinic.models import User

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def sign_in(page: Page, user: User, base_url: str) -> None:
    """The browser of somebody who works here."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base_url}])
    page.emulate_media(reduced_motion="reduce")


def violations(page: Page) -> list[str]:
    """What axe finds wrong, one line for each element."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]
    ]


def is_clean_in_both_themes(page: Page) -> None:
    """Fails with what axe finds in the light or in the dark theme."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found = violations(page)
        assert found == [], "\n".join([f"{page.url} in {theme}:", *found])
