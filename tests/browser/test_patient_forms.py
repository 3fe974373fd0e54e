"""What only a real browser shows: the forms of patient pages arrive, without script."""

from datetime import date, timedelta

import pytest
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Browser, expect

from clinic.links import make_link
from clinic.words import LinkPurpose
from tests.factories import LocationFactory, PatientFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_patient_can_send_a_form_from_a_browser(browser: Browser, base_url: str) -> None:
    # A too strict referrer policy makes browsers send "Origin: null", which the CSRF check refuses.
    place, now = LocationFactory(), timezone.now()
    patient = PatientFactory(at=place, born_on=date(1988, 3, 14))
    with override_settings(PUBLIC_URL=base_url):
        address = make_link(
            patient=patient,
            location=place,
            purpose=LinkPurpose.SCREENING,
            subject_type="treatmentsession",
            subject_id=1,
            expires_at=now + timedelta(days=1),
            now=now,
        )
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(address)
    for label, figure in (("Day", "1"), ("Month", "1"), ("Year", "1990")):
        page.get_by_label(label, exact=True).fill(figure)
    page.locator(".btn-primary").click()
    expect(page.get_by_text("That does not match.")).to_be_visible()
    page.context.close()
