"""Hours that shrink say first who would be left outside, and leave a list behind that empties by itself."""

from datetime import time, timedelta

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.outside import outside_now
from bookings.visits import visit_of
from clinic import roles
from clinic.models import OpeningHours, WorkingHours
from tests.bookings.conftest import FIRST, Clinic
from tests.factories import staff

LINES = {f"day-{number}": "8:00-20:00" for number in range(7)}


@pytest.fixture
def manager(client: Client, clinic: Clinic) -> Client:
    """Who runs the place, signed in."""
    client.force_login(staff(roles.MANAGER, at=clinic.location))
    return client


@pytest.fixture
def rows(clinic: Clinic) -> list[Appointment]:
    """A Monday at nine and the Tuesday after it at nine, with Dr. Weiss."""
    return [
        actions.book(
            visit=visit_of(clinic.plan().sessions.get(number=1)),
            starts_at=FIRST + timedelta(days=days),
            chosen=clinic.chosen(),
            by=clinic.desk,
            now=clinic.now,
        )
        for days in (0, 1)
    ]


def test_fewer_working_hours_list_who_falls_outside_before_saving(
    manager: Client, rows: list[Appointment], clinic: Clinic
) -> None:
    before = set(WorkingHours.objects.values_list("pk", "opens", "valid_until"))
    path = f"/settings/resources/{clinic.weiss}/hours/"
    answer = manager.post(path, {**LINES, "day-0": "14:00-20:00"})
    page = answer.content.decode()
    assert (answer.status_code, "1 appointment would lie outside" in page) == (422, True)
    assert (rows[0].patient.full_name in page, f"/appointments/{rows[1].pk}/" in page) == (True, False)
    assert 'value="14:00-20:00"' in page
    assert set(WorkingHours.objects.values_list("pk", "opens", "valid_until")) == before


def test_who_is_left_outside_is_a_list_until_moved(
    manager: Client, rows: list[Appointment], clinic: Clinic
) -> None:
    path = f"/settings/resources/{clinic.weiss}/hours/"
    answer = manager.post(path, {**LINES, "day-0": "14:00-20:00", "sure": "yes"})
    assert answer["Location"] == "/outside-hours/"
    page = manager.get("/outside-hours/").content.decode()
    assert ("Dr. Weiss does not work then." in page, rows[0].patient.full_name in page) == (True, True)
    assert outside_now(clinic.location, now=clinic.now) == {rows[0].pk: ["Dr. Weiss"]}
    later = FIRST + timedelta(hours=6)
    actions.move(appointment=rows[0], starts_at=later, by=clinic.desk, now=clinic.now)
    assert "Everything lies inside the hours" in manager.get("/outside-hours/").content.decode()


def test_a_shorter_day_of_the_house_asks_too(
    manager: Client, rows: list[Appointment], clinic: Clinic
) -> None:
    path = f"/settings/{clinic.location.pk}/hours/"
    lines = {**LINES, "day-1": ""}
    assert "1 appointment would lie outside" in manager.post(path, lines).content.decode()
    assert manager.post(path, {**lines, "sure": "yes"})["Location"] == "/outside-hours/"
    assert "The house is closed then." in manager.get("/outside-hours/").content.decode()
    assert OpeningHours.objects.filter(weekday=1, valid_until=None, opens=time(8)).count() == 0


def test_hours_that_leave_nobody_outside_are_saved_at_once(
    manager: Client, rows: list[Appointment], clinic: Clinic
) -> None:
    path = f"/settings/resources/{clinic.weiss}/hours/"
    assert manager.post(path, LINES)["Location"] == f"/settings/resources/{clinic.weiss}/"
