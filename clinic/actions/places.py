"""A location and what it has: details, rules, weekly hours, rooms, devices, practitioners. One verb per change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.staff import give_role
from clinic.errors import DomainError
from clinic.loading.changes import Changes
from clinic.loading.writing.weeks import write_week
from clinic.models import (
    ClinicSettings,
    Device,
    Location,
    OpeningHours,
    Placement,
    Practitioner,
    Resource,
    Room,
    WorkingHours,
)
from clinic.neutral_names import refuse_telling_name
from clinic.roles import MANAGER
from clinic.timekeeping import WeeklyWindow, local_day
from clinic.words import ResourceKind

#: Kind of resource → the row beside it.
_DETAILS: dict[ResourceKind, Any] = {
    ResourceKind.PRACTITIONER: Practitioner,
    ResourceKind.ROOM: Room,
    ResourceKind.DEVICE: Device,
}


@transaction.atomic
def open_location(*, by: Any, now: datetime, **details: Any) -> Location:
    """A new location with the usual rules; whoever opens it manages it.

    `slug_taken` when the short name is used, `telling_name` when the name in messages tells more than who writes.
    """
    if Location.objects.filter(slug=details["slug"]).exists():
        raise DomainError("slug_taken", _("There is a location with this short name already."))
    refuse_telling_name(details["message_name"])
    location = Location.objects.create(**details)
    ClinicSettings.objects.create(location=location)
    give_role(user=by, location=location, role=MANAGER.code, by=by, now=now)
    return location


@transaction.atomic
def update_location(*, location: Location, by: Any, now: datetime, **details: Any) -> list[str]:
    """Changes what differs and names it. `telling_name` when a new name in messages tells more than who writes."""
    row = Location.objects.select_for_update().get(pk=location.pk)
    if (name := details.get("message_name", row.message_name)) != row.message_name:
        refuse_telling_name(name)
    return _changed(row, details)


@transaction.atomic
def update_settings(*, location: Location, by: Any, now: datetime, **values: Any) -> list[str]:
    """Changes the rules of a location; what is planned already follows within the hour."""
    row, _is_new = ClinicSettings.objects.select_for_update().get_or_create(location=location)
    return _changed(row, values)


@transaction.atomic
def set_opening_hours(*, location: Location, week: Sequence[WeeklyWindow], by: Any, now: datetime) -> bool:
    """The house opens so from today on; yesterday stays as it was. False when nothing differs."""
    return _write(OpeningHours.objects, {"location": location}, week, location, now)


@transaction.atomic
def set_working_hours(
    *, resource: Resource, location: Location, week: Sequence[WeeklyWindow], by: Any, now: datetime
) -> bool:
    """The resource works so at a location from today on. A room or device without hours follows the house."""
    return _write(WorkingHours.objects, {"resource": resource, "location": location}, week, location, now)


@transaction.atomic
def add_resource(
    *,
    kind: ResourceKind,
    locations: Iterable[Location],
    common: Mapping[str, Any],
    details: Mapping[str, Any],
    by: Any,
    now: datetime,
) -> Resource:
    """A new practitioner, room or device, placed at some locations."""
    _refuse_known_serial(kind, details, None)
    resource = Resource.objects.create(kind=kind, **common)
    for location in locations:
        Placement.objects.create(resource=resource, location=location)
    _DETAILS[kind].objects.create(resource=resource, **details)
    return resource


@transaction.atomic
def update_resource(
    *,
    resource: Resource,
    locations: Iterable[Location],
    among: Iterable[Location],
    common: Mapping[str, Any],
    details: Mapping[str, Any],
    by: Any,
    now: datetime,
) -> list[str]:
    """Changes what differs. `among` are the places that this person may decide about; the others stay."""
    row = Resource.objects.select_for_update().get(pk=resource.pk)
    kind = ResourceKind(row.kind)
    _refuse_known_serial(kind, details, row)
    wanted = {one.pk for one in locations}
    for place in among:
        if place.pk in wanted:
            Placement.objects.get_or_create(resource=row, location=place)
        else:
            Placement.objects.filter(resource=row, location=place).delete()
    return [*_changed(row, common), *_changed(_DETAILS[kind].objects.get(resource=row), details)]


@transaction.atomic
def stop_using(*, resource: Resource, location: Location, by: Any, now: datetime) -> bool:
    """The resource is no longer used there; what is booked with it stays until moved. False when it was not."""
    deleted, _by_model = Placement.objects.filter(resource=resource, location=location).delete()
    return bool(deleted)


def _refuse_known_serial(kind: ResourceKind, details: Mapping[str, Any], row: Resource | None) -> None:
    if kind != ResourceKind.DEVICE:
        return
    same = Device.objects.filter(model=details["model"], serial_number=details["serial_number"])
    if same.exclude(resource=row).exists():
        raise DomainError("serial_taken", _("This device is entered already: model and serial number agree."))


def _changed(row: Any, values: Mapping[str, Any]) -> list[str]:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    return changed


def _write(
    rules: Any, owner: Mapping[str, Any], week: Sequence[WeeklyWindow], location: Location, now: datetime
) -> bool:
    changes = Changes()
    write_week(rules, owner, tuple(week), what="hours", today=local_day(now, location.tz), changes=changes)
    return bool(changes)
