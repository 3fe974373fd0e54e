"""Patients: registering, updating, and finding who is known already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from clinic.errors import DomainError
from clinic.models import Location, Patient, Registration
from clinic.searching import search_text
from clinic.timekeeping import local_day

#: What a form, an import or the API may say about a patient.
DETAILS = (
    "given_name",
    "family_name",
    "born_on",
    "phone",
    "email",
    "language",
    "preferred_channel",
    "alert",
    "desk_note",
    "extra_minutes",
)


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """A patient who is known already, and what is the same: `person` (name and birth date), `phone`, `email`."""

    patient: Patient
    same: tuple[str, ...]

    @property
    def is_same_person(self) -> bool:
        """Name and birth date agree; a shared phone alone may be a family."""
        return "person" in self.same


@transaction.atomic
def register_patient(*, location: Location, by: Any, now: datetime, **details: Any) -> Patient:
    """A new patient, at home at the location. `details` are named in `DETAILS`; language defaults to the location's.

    Does not look for duplicates: show `find_duplicates` first. Refuses an empty name (`name_missing`) and a birth
    date in the future (`born_in_the_future`).
    """
    (patient,) = register_patients(rows=[details], location=location, by=by, now=now)
    return patient


@transaction.atomic
def register_patients(
    *, rows: Iterable[Mapping[str, Any]], location: Location, by: Any, now: datetime
) -> list[Patient]:
    """Many new patients at once, all or none, in few statements."""
    patients = [_new(details, location, now) for details in rows]
    Patient.objects.bulk_create(patients, batch_size=1000)
    Registration.objects.bulk_create(
        [
            Registration(patient=patient, location=location, registered_at=now, registered_by=by)
            for patient in patients
        ],
        batch_size=1000,
    )
    return patients


@transaction.atomic
def register_at(*, patient: Patient, location: Location, by: Any, now: datetime) -> bool:
    """The patient is known at this location too; False when they were already."""
    _registration, is_new = Registration.objects.get_or_create(
        patient=patient,
        location=location,
        defaults={"is_home": False, "registered_at": now, "registered_by": by},
    )
    return is_new


@transaction.atomic
def update_patient(*, patient: Patient, by: Any, now: datetime, **details: Any) -> list[str]:
    """Changes what differs and names it. Messages that wait are sent to the new number: they render when they leave.

    Refuses as `register_patient` does, and an anonymised patient (`anonymised`).
    """
    row = Patient.objects.select_for_update().get(pk=patient.pk)
    if row.anonymised_at is not None:
        raise DomainError(
            "anonymised", "This patient's details were removed on request; there is nothing to change."
        )
    changed = [name for name, value in _known(details).items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, details[name])
        setattr(patient, name, details[name])
    _refuse_wrong(row, now.date())
    if changed:
        row.save(update_fields=changed)
    return changed


def find_duplicates(
    *,
    given_name: str = "",
    family_name: str = "",
    born_on: date | None = None,
    phone: Any = "",
    email: str = "",
    among: Any = None,
) -> list[Duplicate]:
    """Who is probably the same person, most alike first.

    `among` narrows the search, for example to `Patient.objects.visible_to(user)`: a desk is never told about a
    patient of a place where its user does not work (P7). Accents and case of names do not matter.
    """
    patients = Patient.objects.all() if among is None else among
    alike = Q(pk=None)
    if born_on and family_name:
        alike |= Q(born_on=born_on)
    if phone:
        alike |= Q(phone=phone)
    if email:
        alike |= Q(email__iexact=email)
    wanted = Likeness.of(given_name, family_name, born_on, phone, email)
    found = [
        Duplicate(patient=patient, same=same)
        for patient in patients.filter(alike, anonymised_at=None)
        if (same := wanted.same(Likeness.of_patient(patient)))
    ]
    return sorted(found, key=lambda one: (not one.is_same_person, -len(one.same), one.patient.pk))


@dataclass(frozen=True)
class Likeness:
    """What makes two rows the same person, in a form that compares: without accents, case and punctuation."""

    person: tuple[str, date] | None
    phone: str
    email: str

    @classmethod
    def of(cls, given_name: str, family_name: str, born_on: date | None, phone: Any, email: str) -> Likeness:
        """From the single facts; without a birth date a name is no likeness."""
        name = search_text(f"{given_name} {family_name}")
        return cls((name, born_on) if born_on and name else None, str(phone or ""), email.strip().casefold())

    @classmethod
    def of_patient(cls, patient: Patient) -> Likeness:
        """From a row."""
        return cls.of(patient.given_name, patient.family_name, patient.born_on, patient.phone, patient.email)

    def same(self, other: Likeness) -> tuple[str, ...]:
        """What agrees: `person`, `phone`, `email`, in this order."""
        return tuple(
            name
            for name in ("person", "phone", "email")
            if getattr(self, name) and getattr(self, name) == getattr(other, name)
        )


def _new(details: Mapping[str, Any], location: Location, now: datetime) -> Patient:
    patient = Patient(**{"language": location.language, **_known(details)})
    _refuse_wrong(patient, local_day(now, location.tz))
    if patient.preferred_channel == "sms" and not patient.phone and patient.email:
        patient.preferred_channel = "email"
    patient.search = patient.searchable()
    return patient


def _known(details: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(details) - set(DETAILS):
        raise TypeError(f"not a detail of a patient: {', '.join(sorted(unknown))}")
    return dict(details)


def _refuse_wrong(patient: Patient, today: date) -> None:
    if not patient.given_name.strip() or not patient.family_name.strip():
        raise DomainError("name_missing", "A patient needs a given name and a family name.")
    if patient.born_on and patient.born_on > today:
        raise DomainError("born_in_the_future", f"{patient.born_on:%d.%m.%Y} is in the future.")
