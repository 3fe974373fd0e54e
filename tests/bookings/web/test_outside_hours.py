"""Hours that shrink say first who would be left outside, and leave a list behind that empties by itself."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.outside import outside_now
from bookings.visits import visit_of
from clinic import roles
from clinic.models import Membership, OpeningHours, Practitioner, Resource, WorkingHours
from tests.bookings.conftest import FIRST, Clinic
from tests.factories import LocationFactory, staff

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


def booked_with_weiss(clinic: Clinic, changes: dict[str, Any]) -> dict[str, Any]:
    """The form of Dr. Weiss as it is, with what is to change."""
    form = {"name": "Dr. Weiss", "locations": [clinic.location.pk], "is_active": "on", "qualification": "DOC"}
    return {**form, "colour": "1", **changes}


def test_who_can_no_longer_be_booked_is_asked_about_first(
    manager: Client, rows: list[Appointment], clinic: Clinic
) -> None:
    path = f"/settings/resources/{clinic.weiss}/"
    told = booked_with_weiss(clinic, {"is_active": ""})
    answer = manager.post(path, told)
    page = answer.content.decode()
    assert (answer.status_code, "2 appointments are still booked with Dr. Weiss." in page) == (422, True)
    assert Resource.objects.get(pk=clinic.weiss).is_active
    assert manager.post(path, {**told, "sure": "yes"})["Location"] == "/outside-hours/"
    assert outside_now(clinic.location, now=clinic.now) == {row.pk: ["Dr. Weiss"] for row in rows}
    assert manager.post(path, booked_with_weiss(clinic, {"name": "Dr. W."}))["Location"] == "/settings/"


def test_moving_to_another_location_asks_too(
    manager: Client, rows: list[Appointment], clinic: Clinic
) -> None:
    elsewhere = LocationFactory()
    manager_of = Membership.objects.get(role=roles.MANAGER.code).user
    Membership.objects.create(user=manager_of, location=elsewhere, role=roles.MANAGER.code)
    told = booked_with_weiss(clinic, {"locations": [elsewhere.pk]})
    page = manager.post(f"/settings/resources/{clinic.weiss}/", told).content.decode()
    assert "2 appointments are still booked with Dr. Weiss." in page


def test_taking_the_role_of_who_treats_asks_what_becomes_of_the_calendar(
    manager: Client, rows: list[Appointment], clinic: Clinic
) -> None:
    user = staff(roles.PRACTITIONER, at=clinic.location)
    Practitioner.objects.filter(resource=clinic.weiss).update(user=user)
    path = f"/settings/roles/{user.memberships.get().pk}/take/"
    assert "2 appointments are still booked with Dr. Weiss." in manager.post(path).content.decode()
    assert user.memberships.count() == 1
    assert manager.post(path, {"then": "stop"})["Location"] == "/outside-hours/"
    assert (
        user.memberships.count(),
        Resource.objects.at(clinic.location).filter(pk=clinic.weiss).count(),
    ) == (
        0,
        0,
    )
    assert set(outside_now(clinic.location, now=clinic.now)) == {row.pk for row in rows}
