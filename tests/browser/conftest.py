"""What the desk's browser tests begin with: a clinic as it is today, and the front desk signed in."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.bookings.conftest import Clinic, open_clinic
from tests.browser.looking import sign_in

#: A busy machine needs longer for a page than a person would wait; what is right appears at once either way.
expect.set_options(timeout=15_000)


@pytest.fixture
def clinic() -> Clinic:
    """The clinic as it is today."""
    made = open_clinic()
    made.now = timezone.now()
    return made


@pytest.fixture
def desk(page: Page, clinic: Clinic, base_url: str) -> Page:
    """The front desk's browser."""
    sign_in(page, clinic.desk, base_url)
    return page
