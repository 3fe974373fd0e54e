"""Reads a clinic file: TOML text in, a checked `ClinicFile` out, or every finding at once. Pure."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from clinic.loading.document import ClinicFile, DeviceEntry, DeviceModelEntry
from clinic.loading.findings import FileRefused, Finding
from clinic.loading.people import read_practitioner, read_staff
from clinic.loading.places import read_location
from clinic.loading.tables import Table
from clinic.loading.weeks import in_words, outside
from clinic.words import DeviceKind


def read_clinic(text: str, *, file: str = "clinic.toml") -> ClinicFile:
    """The file's content; `FileRefused` with every finding when anything is wrong."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as problem:
        raise FileRefused(file, [Finding("the file", f"is not TOML: {problem}.")]) from problem
    findings: list[Finding] = []
    table = Table(data, "", findings)
    found = ClinicFile(
        locations=tuple(read_location(one) for one in table.tables("locations")),
        device_models=tuple(_device_model(one) for one in table.tables("device_models")),
        devices=tuple(_device(one) for one in table.tables("devices")),
        practitioners=tuple(read_practitioner(one) for one in table.tables("practitioners")),
        staff=tuple(read_staff(one) for one in table.tables("staff")),
    )
    table.done()
    findings += [*_repeated(found), *_unknown_references(found)]
    if not found.locations:
        findings.append(Finding("locations", "is missing; a clinic has at least one [[locations]]."))
    if findings:
        raise FileRefused(file, findings)
    return found


def notes(file: ClinicFile) -> Iterator[str]:
    """Remarks that stop nothing: hours in which nobody can be booked, because the place is closed."""
    opening = {location.slug: location.hours for location in file.locations}
    for person in file.practitioners:
        for slug, week in person.hours.items():
            for window in outside(week, opening.get(slug, ())):
                yield (
                    f"{person.name} works {in_words(window)} at {slug}, partly outside its opening hours; "
                    "nobody can be booked then."
                )


def _device_model(table: Table) -> DeviceModelEntry:
    code = table.text("code", required=True, longest=40)
    entry = DeviceModelEntry(
        code=code,
        columns={
            "name": table.text("name", required=True, longest=80),
            "kind": table.choice("kind", DeviceKind.values, required=True, noun="a kind of device"),
            "maker": table.text("maker", longest=80),
            "max_depth_mm": table.decimal("max_depth_mm", places=2, most=10),
        },
    )
    table.done()
    return entry


def _device(table: Table) -> DeviceEntry:
    entry = DeviceEntry(
        model=table.text("model", required=True),
        serial_number=table.text("serial", required=True, longest=60),
        name=table.text("name", required=True, longest=80),
        locations=tuple(table.texts("locations")),
        serviced_on=table.day("serviced_on"),
        daily_quota=table.number("daily_quota", default=None, least=1, most=500),
    )
    if not entry.locations:
        table.wrong("locations", 'is missing; write the slugs, like ["riverside"].')
    table.done()
    return entry


def _repeated(file: ClinicFile) -> Iterator[Finding]:
    """Two entries that would be the same thing."""
    yield from _twice("locations", "slug", [one.slug for one in file.locations])
    yield from _twice("device_models", "code", [one.code for one in file.device_models])
    yield from _twice("devices", "serial", [f"{one.model} {one.serial_number}" for one in file.devices])
    people = [person.email for person in (*file.practitioners, *file.staff)]  # type: ignore[attr-defined]
    yield from _twice("practitioners and staff", "email", people)
    yield from _twice("practitioners", "name", [one.name for one in file.practitioners if not one.email])
    for number, location in enumerate(file.locations, start=1):
        yield from _twice(f"locations[{number}].rooms", "name", [room.name for room in location.rooms])


def _twice(where: str, key: str, words: Iterable[str]) -> Iterator[Finding]:
    for word, count in Counter(word for word in words if word).items():
        if count > 1:
            yield Finding(where, f"{key} {word!r} is written {count} times; it must name one thing.")


def _unknown_references(file: ClinicFile) -> Iterator[Finding]:
    slugs = [location.slug for location in file.locations]
    models = [model.code for model in file.device_models]
    for number, device in enumerate(file.devices, start=1):
        if device.model and device.model not in models:
            yield Finding(f"devices[{number}].model", _choose(device.model, "a device model", models))
        yield from _places(f"devices[{number}].locations", device.locations, slugs)
    for number, person in enumerate(file.practitioners, start=1):
        yield from _places(f"practitioners[{number}].hours", person.hours, slugs)
    for number, login in enumerate(file.staff, start=1):
        yield from _places(f"staff[{number}].locations", login.locations, slugs)


def _places(where: str, named: Iterable[str], slugs: list[str]) -> Iterator[Finding]:
    for slug in named:
        if slug not in slugs:
            yield Finding(where, _choose(slug, "a location of this file", slugs))


def _choose(word: str, noun: str, words: list[str]) -> str:
    return f"{word!r} is not {noun}; choose from {', '.join(words) or 'none'}."
