"""The search of the desk: people with their next and last appointment, an appointment by number, a day by date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bookings.models import Appointment
from clinic.access import permissions_of
from clinic.models import Location, Patient
from clinic.roles import Permission
from clinic.timekeeping import local_day

#: So many people are shown: more letters find fewer.
MOST = 8
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.?(\d{4})?|(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A person, what comes next, what was last (cancelled and missed ones too), and who else has the same name."""

    patient: Patient
    coming: Appointment | None
    last: Appointment | None
    is_namesake: bool


@dataclass(frozen=True, kw_only=True)
class Found:
    """Everything that some words found."""

    hits: list[Hit]
    appointment: Appointment | None
    day: date | None
    is_cut: bool

    def __bool__(self) -> bool:
        return bool(self.hits or self.appointment or self.day)


def find(user: Any, words: str, location: Location, *, now: datetime) -> Found:
    """What the words mean to the desk. A single letter means nothing; `#208` is an appointment, `27.11.` also a day."""
    patients = people(user, words, most=MOST + 1)
    return Found(
        hits=_hits(user, patients[:MOST], now),
        appointment=_by_number(user, words),
        day=day_in(words, local_day(now, location.tz)),
        is_cut=len(patients) > MOST,
    )


def people(user: Any, words: str, *, most: int = MOST) -> list[Patient]:
    """The first patients that match every word; nobody for a single letter."""
    if len(words) < 2:
        return []
    found = Patient.objects.matching(words)
    if not user.is_superuser:
        found = found.known_at(places_with(user, Permission.SEE_PATIENTS))
    return list(found[:most])


def places_with(user: Any, permission: Permission) -> list[int]:
    """Where the user has the permission."""
    if not user.is_active:
        return []
    return [pk for pk, granted in permissions_of(user).items() if permission in granted]


def _hits(user: Any, patients: list[Patient], now: datetime) -> list[Hit]:
    rows = (
        Appointment.objects.visible_to(user)
        .of_patients(patients)
        .agreed()
        .select_related("treatment_session")
    )
    coming, last = _nearest(rows, now)
    names = [one.full_name for one in patients]
    return [
        Hit(
            patient=one,
            coming=coming.get(one.pk),
            last=last.get(one.pk),
            is_namesake=names.count(one.full_name) > 1,
        )
        for one in patients
    ]


def _nearest(
    rows: Iterable[Appointment], now: datetime
) -> tuple[dict[int, Appointment], dict[int, Appointment]]:
    """Patient → the next appointment that stands, and the latest other one; rows come in the order of time."""
    coming: dict[int, Appointment] = {}
    last: dict[int, Appointment] = {}
    for row in rows:
        if row.is_live and row.ends_at > now:
            coming.setdefault(row.patient_id, row)
        else:
            last[row.patient_id] = row
    return coming, last


def _by_number(user: Any, words: str) -> Appointment | None:
    number = words.removeprefix("#")
    if number == words or not number.isdigit() or len(number) > 12:
        return None
    return Appointment.objects.visible_to(user).agreed().of([int(number)]).select_related("patient").first()


def day_in(words: str, today: date) -> date | None:
    """The day that the words are; without a year the one that comes next."""
    found = _DAY.fullmatch(words)
    if not found:
        return None
    day, month, year, *iso = found.groups()
    try:
        if iso[0]:
            return date(int(iso[0]), int(iso[1]), int(iso[2]))
        near = date(int(year or today.year), int(month), int(day))
    except ValueError:
        return None
    return near if year or near >= today else near.replace(year=near.year + 1, day=min(near.day, 28))
