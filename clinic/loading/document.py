"""What a clinic file says, as values: the typed form between reading and writing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic.timekeeping import WeeklyWindow

Week = tuple[WeeklyWindow, ...]


@dataclass(frozen=True, kw_only=True)
class RoomEntry:
    """`[[locations.rooms]]`."""

    name: str
    kind: str
    daily_quota: int | None = None
    hours: Week = ()


@dataclass(frozen=True, kw_only=True)
class LocationEntry:
    """`[[locations]]`; `columns` and `settings` are the model's own, `open_on` names holidays that are worked."""

    slug: str
    columns: Mapping[str, Any]
    settings: Mapping[str, Any]
    hours: Week
    keeps_holidays: bool
    open_on: tuple[str, ...]
    rooms: tuple[RoomEntry, ...]


@dataclass(frozen=True, kw_only=True)
class DeviceModelEntry:
    """`[[device_models]]`."""

    code: str
    columns: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DeviceEntry:
    """`[[devices]]`: one machine; several locations when it travels."""

    model: str
    serial_number: str
    name: str
    locations: tuple[str, ...]
    serviced_on: date | None = None
    daily_quota: int | None = None


@dataclass(frozen=True, kw_only=True)
class PractitionerEntry:
    """`[[practitioners]]`: `hours` by slug of the location; the e-mail is the login and may be empty."""

    name: str
    full_name: str
    email: str
    columns: Mapping[str, Any]
    roles: tuple[str, ...]
    daily_quota: int | None
    hours: Mapping[str, Week]


@dataclass(frozen=True, kw_only=True)
class StaffEntry:
    """`[[staff]]`: a login that treats nobody."""

    name: str
    email: str
    roles: tuple[str, ...]
    locations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ClinicFile:
    """The whole file."""

    locations: tuple[LocationEntry, ...]
    device_models: tuple[DeviceModelEntry, ...]
    devices: tuple[DeviceEntry, ...]
    practitioners: tuple[PractitionerEntry, ...]
    staff: tuple[StaffEntry, ...]
