"""Fixtures for every test: a clock that stands still, and a browser. Test data: see factories.py."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from pytest_django.live_server_helper import LiveServer
from zeal.constants import initialize_app_registry
from zeal.patch import patch

from tests import chromium, emptying

#: A Tuesday in winter time, far from both DST nights.
MORNING = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Names other than this machine's do not resolve: a page that needs the network fails here.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


def pytest_configure(config: pytest.Config) -> None:
    """Fail a request that asks the database once per row: zeal watches each. What tests commit is emptied quickly."""
    initialize_app_registry()
    patch()
    emptying.install()
    settings.MIDDLEWARE = ["zeal.middleware.zeal_middleware", *settings.MIDDLEWARE]
    # Signing plans five recovery checks, each found or made by itself; more of the same is a query for each row.
    settings.ZEAL_NPLUSONE_THRESHOLD = 8


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    """Attempts of one test are not those of the next."""
    cache.clear()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """MORNING, standing still: `clock.move_to(instant)` and `clock.shift(timedelta)` move it.

    Python's clock only. What asks PostgreSQL for the time is given `now` instead.
    """
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Run the Chromium that is installed, without the network."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.CURE)
    # Playwright's loop runs in this thread; the database calls of a browser test are as synchronous as ever.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return {**browser_type_launch_args, "executable_path": path, "args": BROWSER_FLAGS}


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """What a browser test's `page.goto("/…")` begins with; the test process serves it on the test's rows."""
    return str(live_server.url)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests go last: once Playwright's loop runs in a process, nothing else can start one there."""
    for item in items:
        if "browser_type_launch_args" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
