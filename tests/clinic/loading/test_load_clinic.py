"""Loading a clinic: one transaction, found again by its own keys, nothing changes the second time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from clinic.loading.changes import Changes
from clinic.loading.clinic_file import read_clinic
from clinic.loading.findings import FileRefused
from clinic.loading.load import load_clinic
from clinic.models import Closure, Device, Location, Practitioner, Resource, User, WorkingHours

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 4, 7, 9, 0, tzinfo=UTC)
TEXT = """
[[locations]]
slug = "riverside"
name = "Riverside"
zone = "Europe/Berlin"
country = "DE"
subdivision = "BE"
phone = "030 23125 100"
hours = { mon-fri = "08:00-20:00" }
[[locations.rooms]]
name = "Room 1"

[[device_models]]
code = "pen"
name = "Pen"
kind = "EQ_PEN"
max_depth_mm = 2.5

[[devices]]
model = "pen"
serial = "NP-1"
name = "Pen A"
locations = ["riverside"]

[[practitioners]]
name = "Dr. Weiss"
email = "weiss@clinic.example"
qualification = "DOC"
[practitioners.hours.riverside]
mon-tue = "09:00-17:00"

[[staff]]
name = "Mira Sommer"
email = "desk@clinic.example"
roles = ["front-desk"]
locations = ["riverside"]
"""


def test_a_name_in_messages_that_tells_too_much_refuses_the_whole_file() -> None:
    telling = TEXT.replace('name = "Riverside"', 'name = "Riverside Dermatology"', 1)
    with pytest.raises(FileRefused, match=r"locations\[0\].message_name.*“dermatology” tells too much"):
        load(telling)
    assert not Location.objects.exists()
    load(telling.replace("zone =", 'message_name = "Riverside"\nzone =', 1))
    assert Location.objects.get().message_name == "Riverside"


def load(text: str = TEXT, *, now: datetime = NOW, check: bool = False) -> Changes:
    """Loads a text as the command would."""
    return load_clinic(read_clinic(text), by=None, now=now, check=check)


def test_clinic_is_written_and_reported() -> None:
    changes = load()
    assert changes.made[:7] == [
        "location riverside",
        "room riverside Room 1",
        "device model pen",
        "device pen NP-1",
        "practitioner Dr. Weiss",
        "login weiss@clinic.example",
        "login desk@clinic.example",
    ]
    assert changes.changed == changes.kept == changes.notes == []
    weiss = Practitioner.objects.get(user__email="weiss@clinic.example")
    hours = weiss.resource.working_hours.values_list("weekday", "opens", "closes", "valid_from")
    assert list(hours) == [(day, time(9), time(17), date(2026, 3, 3)) for day in (0, 1)]
    assert str(Device.objects.get().model.max_depth_mm) == "2.50"
    desk = User.objects.get(email="desk@clinic.example")
    assert not desk.has_usable_password()
    assert [(one.location.slug, one.role) for one in desk.memberships.all()] == [("riverside", "front-desk")]


def test_second_run_changes_nothing() -> None:
    load()
    changes = load(now=LATER)
    assert changes.lines() == ["nothing changed"]


def test_check_says_what_would_change_and_writes_nothing() -> None:
    assert load(check=True).made[0] == "location riverside"
    assert Location.objects.count() == Resource.objects.count() == User.objects.count() == 0


def test_differences_are_written_and_named() -> None:
    load()
    edited = (
        TEXT.replace('name = "Riverside"', 'name = "Riverside Mitte"')
        .replace('serial = "NP-1"', 'serial = "NP-1"\nserviced_on = 2026-03-30')
        .replace("08:00-20:00", "08:00-18:00")
    )
    assert load(edited, now=LATER).changed == [
        "location riverside: name Riverside → Riverside Mitte, message_name Riverside → Riverside Mitte",
        "location riverside: hours Monday 08:00–20:00, Tuesday 08:00–20:00, Wednesday 08:00–20:00, "
        "Thursday 08:00–20:00, Friday 08:00–20:00 → Monday 08:00–18:00, Tuesday 08:00–18:00, "
        "Wednesday 08:00–18:00, Thursday 08:00–18:00, Friday 08:00–18:00",
        "device pen NP-1: serviced_on nothing → 2026-03-30",
    ]


def test_changed_hours_leave_the_past_as_it_was() -> None:
    load()
    load(TEXT.replace("09:00-17:00", "10:00-16:00"), now=LATER)
    mondays = WorkingHours.objects.filter(weekday=0, resource__kind="practitioner").order_by("valid_from")
    assert list(mondays.values_list("opens", "valid_from", "valid_until")) == [
        (time(9), date(2026, 3, 3), date(2026, 4, 6)),
        (time(10), date(2026, 4, 7), None),
    ]


def test_renamed_practitioner_is_found_by_the_login() -> None:
    load()
    changes = load(TEXT.replace('name = "Dr. Weiss"', 'name = "Dr. Weiss-Roth"'))
    assert changes.changed == [
        "practitioner Dr. Weiss-Roth: name Dr. Weiss → Dr. Weiss-Roth",
        "login weiss@clinic.example: name Dr. Weiss → Dr. Weiss-Roth",
    ]
    assert Practitioner.objects.count() == 1


def test_what_the_file_no_longer_names_is_kept_and_told() -> None:
    load()
    without = TEXT.replace('[[locations.rooms]]\nname = "Room 1"\n', "").replace(
        '["front-desk"]', '["manager"]'
    )
    changes = load(without)
    assert changes.kept == ["role front-desk of desk@clinic.example at riverside", "room Room 1"]
    assert changes.changed == ["login desk@clinic.example: now manager at riverside"]


def test_holidays_of_the_subdivision_close_whole_local_days() -> None:
    load()
    closures = Closure.objects.filter(label="Women's Day")
    assert list(closures.values_list("starts_at", "ends_at")) == [
        (datetime(2026, 3, 7, 23, tzinfo=UTC), datetime(2026, 3, 8, 23, tzinfo=UTC)),
        (datetime(2027, 3, 7, 23, tzinfo=UTC), datetime(2027, 3, 8, 23, tzinfo=UTC)),
    ]
    assert Closure.objects.order_by("starts_at").first() == closures.first()  # New Year's Day is over


def test_holiday_on_a_clock_change_day_has_the_length_of_that_day() -> None:
    """Easter Sunday 2024 in Brandenburg was a public holiday of 23 hours."""
    load(TEXT.replace('"BE"', '"BB"'), now=datetime(2024, 1, 2, tzinfo=UTC))
    easter = Closure.objects.get(starts_at=datetime(2024, 3, 30, 23, tzinfo=UTC))
    assert (easter.label, easter.ends_at) == ("Easter Sunday", datetime(2024, 3, 31, 22, tzinfo=UTC))


def test_holiday_that_somebody_opened_again_stays_open() -> None:
    load()
    Closure.objects.update(lifted_at=NOW)
    assert load().lines() == ["nothing changed"]
    assert not Closure.objects.standing().exists()


def test_worked_and_unwanted_holidays_are_left_out() -> None:
    load(TEXT.replace('subdivision = "BE"', 'subdivision = "BE"\nopen_on = ["labor day"]'))
    assert not Closure.objects.filter(label="Labor Day").exists()
    Closure.objects.all().delete()
    load(TEXT.replace('subdivision = "BE"', 'subdivision = "BE"\nholidays = false'))
    assert not Closure.objects.exists()


def test_failure_in_the_middle_undoes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the second write")

    monkeypatch.setattr("clinic.loading.load.people.write_staff", break_down)
    with pytest.raises(RuntimeError):
        load()
    assert Location.objects.count() == Resource.objects.count() == 0


def test_demo_file_loads_twice_without_a_change() -> None:
    text = Path("bookings/demo/clinic.toml").read_text(encoding="utf-8")
    load(text)
    assert load(text).lines() == ["nothing changed"]
