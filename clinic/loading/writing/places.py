"""Writes locations, rooms, device models and devices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from clinic.loading.changes import Changes, bring_up_to_date
from clinic.loading.document import DeviceEntry, DeviceModelEntry, LocationEntry, RoomEntry
from clinic.loading.writing.weeks import write_week
from clinic.models import (
    ClinicSettings,
    Device,
    DeviceModel,
    Location,
    OpeningHours,
    Placement,
    Resource,
    Room,
    WorkingHours,
)
from clinic.timekeeping import local_day
from clinic.words import ResourceKind


def write_location(entry: LocationEntry, changes: Changes, *, now: datetime) -> Location:
    """The location with its settings, hours and rooms."""
    what = f"location {entry.slug}"
    location = Location.objects.filter(slug=entry.slug).first()
    if location is None:
        location = Location.objects.create(slug=entry.slug, **entry.columns)
        changes.created(what)
    else:
        bring_up_to_date(location, what, entry.columns, changes)
    _write_settings(entry, location, changes)
    today = local_day(now, location.tz)
    write_week(
        OpeningHours.objects, {"location": location}, entry.hours, what=what, today=today, changes=changes
    )
    for room in entry.rooms:
        _write_room(room, location, changes, now=now)
    return location


def _write_settings(entry: LocationEntry, location: Location, changes: Changes) -> None:
    settings, is_new = ClinicSettings.objects.get_or_create(location=location, defaults=dict(entry.settings))
    if not is_new:
        bring_up_to_date(settings, f"settings {entry.slug}", entry.settings, changes)


def _write_room(entry: RoomEntry, location: Location, changes: Changes, *, now: datetime) -> None:
    what = f"room {location.slug} {entry.name}"
    resource = Resource.objects.of_kind(ResourceKind.ROOM).filter(
        name=entry.name, placements__location=location
    )
    room = Room.objects.filter(resource__in=resource).first()
    if room is None:
        room = Room.objects.create(resource=new_resource(ResourceKind.ROOM, entry.name), kind=entry.kind)
        changes.created(what)
    bring_up_to_date(room, what, {"kind": entry.kind}, changes)
    write_resource(room.resource, what, entry.daily_quota, {location.slug: location}, changes)
    write_hours(room.resource, location, entry.hours, what, changes, now=now)


def write_device_model(entry: DeviceModelEntry, changes: Changes) -> DeviceModel:
    """The type of machine."""
    what = f"device model {entry.code}"
    model = DeviceModel.objects.filter(code=entry.code).first()
    if model is None:
        changes.created(what)
        return DeviceModel.objects.create(code=entry.code, **entry.columns)
    bring_up_to_date(model, what, entry.columns, changes)
    return model


def write_device(
    entry: DeviceEntry, model: DeviceModel, locations: Mapping[str, Location], changes: Changes
) -> None:
    """One machine, placed exactly where the file says."""
    what = f"device {entry.model} {entry.serial_number}"
    device = Device.objects.filter(model=model, serial_number=entry.serial_number).first()
    if device is None:
        resource = new_resource(ResourceKind.DEVICE, entry.name)
        device = Device.objects.create(resource=resource, model=model, serial_number=entry.serial_number)
        changes.created(what)
    bring_up_to_date(device, what, {"serviced_on": entry.serviced_on}, changes)
    bring_up_to_date(device.resource, what, {"name": entry.name}, changes)
    here = {slug: locations[slug] for slug in entry.locations}
    write_resource(device.resource, what, entry.daily_quota, here, changes)


def new_resource(kind: ResourceKind, name: str) -> Resource:
    """Something that a time can be taken from, not placed anywhere yet."""
    return Resource.objects.create(kind=kind, name=name)


def write_resource(
    resource: Resource,
    what: str,
    daily_quota: int | None,
    locations: Mapping[str, Location],
    changes: Changes,
) -> None:
    """The common columns, and the places: exactly these."""
    changes.named.add(resource.pk)
    bring_up_to_date(resource, what, {"daily_quota": daily_quota, "is_active": True}, changes)
    placed = {
        placement.location.slug: placement for placement in resource.placements.select_related("location")
    }
    for slug in sorted(set(locations) - set(placed)):
        Placement.objects.create(resource=resource, location=locations[slug])
        changes.updated(what, f"now at {slug}")
    for slug in sorted(set(placed) - set(locations)):
        placed[slug].delete()
        changes.updated(what, f"no longer at {slug}")


def write_hours(
    resource: Resource, location: Location, week: Any, what: str, changes: Changes, *, now: datetime
) -> None:
    """The weekly hours of a resource at a location."""
    write_week(
        WorkingHours.objects,
        {"resource": resource, "location": location},
        week,
        what=what,
        today=local_day(now, location.tz),
        changes=changes,
    )


def strangers(changes: Changes, locations: Iterable[Location]) -> list[str]:
    """Active practitioners, rooms and devices at these locations that the file does not name."""
    here = Resource.objects.filter(placements__location__in=list(locations), is_active=True)
    return [f"{one.kind} {one.name}" for one in here.exclude(pk__in=changes.named).distinct()]
