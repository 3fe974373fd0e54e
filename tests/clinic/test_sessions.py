"""A login ends by itself: after silence, as long as the location allows, and after a working day."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from clinic.models import ClinicSettings, Location
from tests.conftest import MORNING
from tests.factories import LocationFactory, staff

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def here() -> Location:
    return LocationFactory()


@pytest.fixture
def desk(here: Location, clock: time_machine.Traveller) -> Client:
    """Somebody who has just opened the first page."""
    client = Client()
    client.force_login(staff(at=here))
    assert client.get("/patients/").status_code == 200
    return client


def test_silence_longer_than_the_location_allows_ends_the_login(
    here: Location, desk: Client, clock: time_machine.Traveller
) -> None:
    ClinicSettings.objects.filter(location=here).update(idle_minutes=20)
    clock.shift(20 * MINUTE)
    assert desk.get("/patients/").status_code == 200
    clock.shift(21 * MINUTE)
    assert desk.get("/patients/")["Location"] == "/account/login/?next=/patients/"
    assert "_auth_user_id" not in desk.session


def test_part_of_a_page_is_told_instead_of_being_led_away(
    here: Location, desk: Client, clock: time_machine.Traveller
) -> None:
    ClinicSettings.objects.filter(location=here).update(idle_minutes=20)
    clock.shift(21 * MINUTE)
    answer = desk.get("/patients/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Trigger"]) == (401, "signed-out")


def test_login_ends_after_a_working_day_however_busy(desk: Client, clock: time_machine.Traveller) -> None:
    for _ in range(12):
        clock.shift(60 * MINUTE)
        assert desk.get("/patients/").status_code == 200
    clock.move_to(MORNING + timedelta(hours=12, minutes=1))
    assert desk.get("/patients/").status_code == 302
