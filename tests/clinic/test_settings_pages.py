"""A manager sets up a place without the operator's pages."""

from datetime import date, time
from typing import Any

import pytest
from django.test import Client

from clinic import roles
from clinic.actions.places import update_location
from clinic.errors import DomainError
from clinic.models import ClinicSettings, Location, Membership, OpeningHours, Resource, User, WorkingHours
from clinic.web.settings_forms import read_line
from tests.conftest import MORNING as NOW
from tests.factories import LocationFactory, device, practitioner, room, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Location:
    """A place with the usual hours."""
    return LocationFactory(name="Riverside")


@pytest.fixture
def manager(client: Client, place: Location, clock: Any) -> Client:
    """Its manager, signed in."""
    client.force_login(staff(roles.MANAGER, at=place))
    return client


def week(**days: str) -> dict[str, str]:
    """The seven lines of the form, closed where nothing is said."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return {f"day-{number}": days.get(name, "") for number, name in enumerate(names)}


def standing(rules: Any) -> list[tuple[int, time, time]]:
    """The weekly rules that have no end."""
    return sorted(rules.filter(valid_until=None).values_list("weekday", "opens", "closes"))


def test_hours_change_from_today_and_the_past_stays(manager: Client, place: Location) -> None:
    OpeningHours.objects.filter(location=place).delete()
    before = OpeningHours.objects.create(
        location=place, weekday=0, opens=time(8), closes=time(18), valid_from=date(2020, 1, 1)
    )
    told = week(mon="9-12:30, 13:30-18", sat="10:00–14:00")
    assert manager.post(f"/settings/{place.pk}/hours/", told)["Location"] == "/settings/"
    assert standing(OpeningHours.objects.filter(location=place)) == [
        (0, time(9), time(12, 30)),
        (0, time(13, 30), time(18)),
        (5, time(10), time(14)),
    ]
    before.refresh_from_db()
    assert before.valid_until == date(2026, 3, 2)
    page = manager.get(f"/settings/{place.pk}/hours/").content.decode()
    assert "09:00-12:30, 13:30-18:00" in page


def test_nonsense_about_hours_says_what_is_wrong_and_keeps_it(manager: Client, place: Location) -> None:
    before = standing(OpeningHours.objects.filter(location=place))
    answer = manager.post(f"/settings/{place.pk}/hours/", week(mon="when we like", tue="9-12, 11-14"))
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("is not a stretch of time", "These times overlap", 'value="when we like"'):
        assert words in page
    assert standing(OpeningHours.objects.filter(location=place)) == before


@pytest.mark.parametrize("text", ["25-26", "9:70-10", "9-9", "9", "-", "9-12 13-14"])
def test_a_line_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_line(0, text)


def test_a_manager_adds_changes_and_switches_off_what_can_be_booked(manager: Client, place: Location) -> None:
    told = {"name": "Room 9", "locations": place.pk, "kind": "treatment", "is_active": "on"}
    manager.post(f"/settings/{place.pk}/new/room/", told)
    made = Resource.objects.get(name="Room 9")
    assert (made.kind, made.room.kind, list(made.locations.all())) == ("room", "treatment", [place])
    told = {"name": "Room 9b", "locations": place.pk, "kind": "numbing", "daily_quota": "6"}
    manager.post(f"/settings/resources/{made.pk}/", told)
    made = Resource.objects.get(pk=made.pk)
    assert (made.name, made.room.kind, made.daily_quota, made.is_active) == ("Room 9b", "numbing", 6, False)


def test_a_device_that_is_known_is_not_entered_twice(manager: Client, place: Location) -> None:
    known = device(at=place)
    told = {
        "name": "Pen Z",
        "locations": place.pk,
        "model": known.model_id,
        "serial_number": known.serial_number,
        "is_active": "on",
    }
    answer = manager.post(f"/settings/{place.pk}/new/device/", told)
    assert (answer.status_code, "is entered already" in answer.content.decode()) == (422, True)
    assert not Resource.objects.filter(name="Pen Z").exists()


def test_a_practitioner_gets_hours_at_this_place(manager: Client, place: Location) -> None:
    told = {
        "name": "Dr. Osei",
        "locations": place.pk,
        "qualification": "DOC",
        "colour": "3",
        "is_active": "on",
    }
    manager.post(f"/settings/{place.pk}/new/practitioner/", told)
    person = Resource.objects.get(name="Dr. Osei")
    answer = manager.post(f"/settings/resources/{person.pk}/hours/?at={place.pk}", week(wed="10-19"))
    assert answer["Location"] == f"/settings/resources/{person.pk}/"
    assert standing(WorkingHours.objects.filter(resource=person)) == [(2, time(10), time(19))]


def test_reminders_are_a_list_that_a_manager_writes(manager: Client, place: Location) -> None:
    lines = [("3", "days", "17:30", "preferred"), ("2", "hours", "", "sms"), ("", "", "", "preferred")]
    told = {"reminder-TOTAL_FORMS": "3", "reminder-INITIAL_FORMS": "0"}
    for number, line in enumerate(lines):
        told |= {
            f"reminder-{number}-{name}": value
            for name, value in zip(("number", "unit", "at", "channel"), line, strict=True)
        }
    manager.post(f"/settings/{place.pk}/cadence/", told)
    assert ClinicSettings.objects.get(location=place).reminders == [
        {"code": "R_3D", "days_before": 3, "at": "17:30", "channel": "preferred"},
        {"code": "R_2H", "hours_before": 2, "channel": "sms"},
    ]
    twice = told | {"reminder-2-number": "3", "reminder-2-unit": "days", "reminder-2-at": "9:00"}
    answer = manager.post(f"/settings/{place.pk}/cadence/", twice)
    assert (answer.status_code, "keep one of them" in answer.content.decode()) == (422, True)
    no_time = told | {"reminder-0-at": ""}
    assert "Say at what time" in manager.post(f"/settings/{place.pk}/cadence/", no_time).content.decode()


def test_a_new_location_is_managed_by_whoever_opens_it(manager: Client, place: Location) -> None:
    told = {
        "name": "Harbour",
        "slug": "harbour",
        "message_name": "Harbour",
        "phone": "+493012345678",
        "zone": "Europe/Berlin",
        "country": "DE",
        "language": "en",
        "emergency_number": "112",
    }
    assert manager.post("/settings/new/", told | {"zone": "Mars/Base"}).status_code == 422
    telling = manager.post("/settings/new/", told | {"message_name": "Harbour Skin Laser"})
    assert (telling.status_code, "“laser” tells too much" in telling.content.decode()) == (422, True)
    manager.post("/settings/new/", told)
    made = Location.objects.get(slug="harbour")
    assert [row.role for row in made.memberships.all()] == ["manager"]
    assert "Harbour" in manager.get("/settings/").content.decode()


def test_a_name_in_messages_stays_neutral_by_page_and_by_action(manager: Client, place: Location) -> None:
    with pytest.raises(DomainError, match="must be neutral"):
        update_location(location=place, by=None, now=NOW, message_name="Botox am Ufer")
    told = {name: getattr(place, name) for name in ("name", "slug", "zone", "country", "language")}
    told |= {"phone": str(place.phone), "emergency_number": "112", "message_name": "河畔"}
    shown = manager.post(f"/settings/{place.pk}/details/", told, follow=True).content.decode()
    assert "70 characters instead of 160" in shown
    place.refresh_from_db()
    assert place.message_name == "河畔"


def test_staff_are_let_in_and_roles_are_taken_but_not_ones_own(manager: Client, place: Location) -> None:
    told = {"name": "Noor Said", "email": "noor@riverside.example", "role": "front-desk"}
    manager.post(f"/settings/{place.pk}/staff/", told)
    noor = User.objects.get(email="noor@riverside.example")
    assert ([row.role for row in noor.memberships.all()], noor.has_usable_password()) == (
        ["front-desk"],
        False,
    )
    mine = Membership.objects.get(role="manager", location=place)
    manager.post(f"/settings/roles/{mine.pk}/take/")
    manager.post(f"/settings/roles/{noor.memberships.get().pk}/take/")
    assert (Membership.objects.filter(pk=mine.pk).exists(), noor.memberships.count()) == (True, 0)


def test_what_stands_elsewhere_does_not_exist_for_this_manager(manager: Client, place: Location) -> None:
    there = LocationFactory()
    theirs = [practitioner(at=there).pk, room(at=there, name="Far").pk]
    for path in (
        f"/settings/{there.pk}/hours/",
        f"/settings/{there.pk}/details/",
        f"/settings/{there.pk}/new/room/",
        *(f"/settings/resources/{pk}/" for pk in theirs),
    ):
        assert manager.get(path).status_code == 404
    shared = room(at=place, name="Shared").resource
    shared.placements.create(location=there)
    told = {"name": "Shared", "locations": place.pk, "kind": "treatment", "is_active": "on"}
    manager.post(f"/settings/resources/{shared.pk}/", told)
    assert set(shared.locations.all()) == {place, there}


def test_rules_keep_what_was_typed_when_one_is_wrong(manager: Client, place: Location) -> None:
    told = {
        "quiet_from": "20:00",
        "quiet_until": "08:30",
        "slot_minutes": "10",
        "hold_minutes": "15",
        "notice_minutes": "60",
        "horizon_days": "180",
        "undo_seconds": "10",
        "idle_minutes": "9999",
    }
    answer = manager.post(f"/settings/{place.pk}/", told)
    assert (answer.status_code, 'value="9999"' in answer.content.decode()) == (422, True)
    manager.post(f"/settings/{place.pk}/", told | {"idle_minutes": "45"})
    row = ClinicSettings.objects.get(location=place)
    assert (row.quiet_from, row.slot_minutes, row.idle_minutes) == (time(20), 10, 45)
