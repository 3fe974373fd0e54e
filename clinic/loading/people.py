"""Reads `[[practitioners]]` and `[[staff]]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clinic.loading.document import PractitionerEntry, StaffEntry
from clinic.loading.places import read_email
from clinic.loading.tables import Table
from clinic.loading.weeks import read_week
from clinic.roles import PRACTITIONER, ROLES
from clinic.words import Qualification

#: Trainings that the catalogue asks for (1.4), as it spells them.
CERTIFICATES = ("needling", "device", "lipolysis")


def read_practitioner(table: Table) -> PractitionerEntry:
    """One person giving care, with weekly hours at each location."""
    name = table.text("name", required=True, longest=80)
    entry = PractitionerEntry(
        name=name,
        full_name=table.text("full_name", default=name, longest=120),
        email=read_email(table, "email"),
        columns={
            "title": table.text("title", longest=40),
            "qualification": table.choice(
                "qualification", Qualification.values, required=True, noun="a qualification"
            ),
            "registration_number": table.text("registration_number", longest=60),
            "certificates": _certificates(table.table("certificates")),
            "colour": table.number("colour", default=1, least=1, most=5),
        },
        roles=_roles(table, default=[PRACTITIONER.code]),
        daily_quota=table.number("daily_quota", default=None, least=1, most=100),
        hours=_hours(table.table("hours", required=True)),
    )
    table.done()
    return entry


def read_staff(table: Table) -> StaffEntry:
    """One login of somebody who treats nobody."""
    entry = StaffEntry(
        name=table.text("name", required=True, longest=120),
        email=read_email(table, "email", required=True),
        roles=_roles(table, default=[]),
        locations=tuple(table.texts("locations")),
    )
    if not entry.locations:
        table.wrong("locations", 'is missing; write the slugs, like ["riverside"].')
    table.done()
    return entry


def _hours(table: Table) -> Mapping[str, Any]:
    """`[practitioners.hours.riverside]`: a week for each location's slug."""
    return {str(slug): read_week(table.table(str(slug))) for slug in table.data}


def _roles(table: Table, *, default: list[str]) -> tuple[str, ...]:
    roles = table.texts("roles") or default
    for role in roles:
        if role not in ROLES:
            table.wrong("roles", f"{role!r} is not a role; choose from {', '.join(ROLES)}.")
    if not roles:
        table.wrong("roles", f"is missing; choose from {', '.join(ROLES)}.")
    return tuple(role for role in roles if role in ROLES)


def _certificates(table: Table) -> dict[str, str]:
    """`needling = 2027-06-30` until that day, `lipolysis = true` without an end; stored as an ISO date or nothing."""
    found = {}
    for code, until in table.data.items():
        if code not in CERTIFICATES:
            table.wrong(str(code), f"is not a certificate; choose from {', '.join(CERTIFICATES)}.")
        elif until is True:
            found[str(code)] = ""
        elif day := (table.day(str(code)) if until is not False else None):
            found[str(code)] = day.isoformat()
    return found
