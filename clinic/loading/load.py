"""Writes a clinic file: makes what is new, changes what differs, leaves the rest. A second run changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.loading.changes import Changes
from clinic.loading.clinic_file import notes
from clinic.loading.document import ClinicFile, LocationEntry
from clinic.loading.findings import FileRefused, Finding
from clinic.loading.public_holidays import HolidayClosure, holiday_closures
from clinic.loading.writing import people, places
from clinic.models import Closure, Location
from clinic.neutral_names import findings
from clinic.timekeeping import local_day
from clinic.words import ClosureKind

#: Closes a location for a holiday. The app above gives one that also claims the time; see `close_day`.
CloseDay = Callable[[Location, HolidayClosure], Any]


class _RolledBack(Exception):
    """Ends a check: what was written is undone."""


def load_clinic(
    file: ClinicFile, *, by: Any, now: datetime, close: CloseDay | None = None, check: bool = False
) -> Changes:
    """Writes the file in one transaction and says what changed; with `check` it says so and writes nothing.

    Locations are found by slug, rooms by name within it, device models by code, devices by serial number, people
    by e-mail (without one by name). What the database has and the file has not is kept and reported.
    `FileRefused` when a name in messages tells too much.
    Hours that differ end yesterday and begin anew today (local day of the location), so that the past stays true.
    """
    _refuse_telling_names(file)
    changes = Changes(notes=list(notes(file)))
    try:
        with transaction.atomic():
            _write(file, changes, by=by, now=now, close=close or close_day(by=by, now=now))
            if check:
                raise _RolledBack
    except _RolledBack:
        pass
    return changes


def _refuse_telling_names(file: ClinicFile) -> None:
    """The name stands in every text message; without `message_name` it is the location's own."""
    wrong = [
        Finding(f"locations[{number}].message_name", f"{entry.columns['message_name']!r}: {finding.sentence}")
        for number, entry in enumerate(file.locations)
        for finding in findings(entry.columns["message_name"])
        if finding.is_error
    ]
    if wrong:
        raise FileRefused("clinic.toml", wrong)


def close_day(*, by: Any, now: datetime) -> CloseDay:
    """Closes with a closure row alone: for a clinic without appointments."""

    def close(location: Location, holiday: HolidayClosure) -> Closure:
        return Closure.objects.create(
            location=location,
            kind=ClosureKind.HOLIDAY,
            label=holiday.label,
            starts_at=holiday.starts_at,
            ends_at=holiday.ends_at,
            created_at=now,
            created_by=by,
        )

    return close


def _write(file: ClinicFile, changes: Changes, *, by: Any, now: datetime, close: CloseDay) -> None:
    locations = {entry.slug: places.write_location(entry, changes, now=now) for entry in file.locations}
    models = {entry.code: places.write_device_model(entry, changes) for entry in file.device_models}
    for device in file.devices:
        places.write_device(device, models[device.model], locations, changes)
    for person in file.practitioners:
        people.write_practitioner(person, locations, changes, by=by, now=now)
    for login in file.staff:
        people.write_staff(login, locations, changes, by=by, now=now)
    for entry in file.locations:
        _close_holidays(entry, locations[entry.slug], changes, now=now, close=close)
    changes.kept += places.strangers(changes, locations.values())


def _close_holidays(
    entry: LocationEntry, location: Location, changes: Changes, *, now: datetime, close: CloseDay
) -> None:
    """This year's and next year's holidays from today on. A day that somebody opened again stays open."""
    if not entry.keeps_holidays:
        return
    today = local_day(now, location.tz)
    known = set(
        Closure.objects.filter(location=location, resource=None, kind=ClosureKind.HOLIDAY).values_list(
            "starts_at", flat=True
        )
    )
    for holiday in holiday_closures(
        country=location.country,
        subdivision=location.subdivision,
        language=location.language,
        zone=location.tz,
        years=(today.year, today.year + 1),
        open_on=entry.open_on,
    ):
        if holiday.day >= today and holiday.starts_at not in known:
            close(location, holiday)
            changes.created(f"closure {location.slug} {holiday.day} {holiday.label}")
