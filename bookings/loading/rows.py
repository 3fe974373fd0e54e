"""What a row names, looked up at one location: patient, session or kind of visit, start, resources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from bookings.loading.sheet import SheetRow
from bookings.timegrid import CELL_MINUTES
from bookings.visits import CONSULTATION_MINUTES, Visit, plain_visit, visit_of
from bookings.words import AppointmentKind
from clinic.models import Location, Patient, Resource
from clinic.timekeeping import instant
from treatments.models import TreatmentSession

Found = TypeVar("Found")
KINDS = {str(kind): kind for kind in AppointmentKind if kind != AppointmentKind.TREATMENT}
ROLES = ("practitioner", "room", "device")


class NotUsable(Exception):
    """A cell cannot be used; the text is the sentence that says the cure."""


@dataclass(frozen=True)
class Wanted:
    """An appointment as a row asks for it."""

    number: int
    visit: Visit
    starts_at: datetime
    chosen: dict[str, int]
    note: str


def wanted_from(row: SheetRow, location: Location) -> Wanted:
    """The appointment of a row. `NotUsable` with every cell that must be repaired, one sentence each."""
    wrong: list[str] = []

    def read(reader: Callable[[], Found]) -> Found | None:
        try:
            return reader()
        except NotUsable as problem:
            wrong.append(str(problem))
            return None

    starts_at = read(lambda: _start(row["starts at"], location))
    patient = read(lambda: _patient(row["patient"], location))
    visit = read(lambda: _visit(row, patient, location)) if patient is not None else None
    chosen = {role: read(partial(_resource, role, row[role], location)) for role in ROLES if row[role]}
    if wrong or visit is None or starts_at is None:
        raise NotUsable("\n".join(wrong))
    named = {role: pk for role, pk in chosen.items() if pk is not None}
    return Wanted(row.number, visit, starts_at, named, row["note"][:300])


def _start(cell: str, location: Location) -> datetime:
    """Wall time at the location."""
    try:
        wall = datetime.fromisoformat(cell)
    except ValueError:
        raise NotUsable(f"starts at: {cell!r} is not a time such as 2026-05-04 09:30.") from None
    if wall.minute % CELL_MINUTES or wall.second or wall.microsecond:
        raise NotUsable(f"starts at: {cell!r} is not on a mark of {CELL_MINUTES} minutes.")
    return wall if wall.tzinfo else instant(wall.date(), wall.time(), location.tz)


def _patient(cell: str, location: Location) -> Patient:
    """By e-mail, telephone or number; exactly one patient of the location."""
    here = Patient.objects.at(location)
    column = "email__iexact" if "@" in cell else "phone" if cell.startswith("+") else "pk"
    if column == "pk" and not cell.isdigit():
        raise NotUsable(f"patient: {cell!r} is neither an e-mail, nor a telephone like +4930…, nor a number.")
    found = list(here.filter(**{column: cell})[:2])
    if len(found) == 1:
        return found[0]
    how_many = "several patients" if found else "no patient"
    raise NotUsable(f"patient: {how_many} of {location.name} can be found by {cell!r}.")


def _visit(row: SheetRow, patient: Patient, location: Location) -> Visit:
    """A session of the patient's plan, or a visit of a kind that no protocol describes."""
    if row["session"] or row["protocol"]:
        return visit_of(_session(row, patient, location))
    kind = KINDS.get(row["kind"] or str(AppointmentKind.CONSULTATION))
    if kind is None:
        raise NotUsable(
            f"kind: {row['kind']!r} is none of {', '.join(KINDS)}; a treatment names its session."
        )
    minutes = row["minutes"] or str(CONSULTATION_MINUTES)
    if not (minutes.isdigit() and 5 <= int(minutes) <= 480):
        raise NotUsable(f"minutes: {minutes!r} is not a number from 5 to 480.")
    return plain_visit(patient, location, kind, minutes=int(minutes))


def _session(row: SheetRow, patient: Patient, location: Location) -> TreatmentSession:
    sessions = TreatmentSession.objects.to_come().filter(plan__patient=patient, plan__location=location)
    if row["protocol"]:
        sessions = sessions.filter(protocol_version__protocol__code=row["protocol"])
    if row["session"]:
        if not row["session"].isdigit():
            raise NotUsable(f"session: {row['session']!r} is not the number of a session.")
        sessions = sessions.filter(number=int(row["session"]))
    found = list(
        sessions.select_related(
            "plan__patient__clinical_profile", "plan__location__settings", "protocol_version__protocol"
        )[:2]
    )
    if len(found) == 1:
        return found[0]
    how_many = "more than one session" if found else "no session"
    raise NotUsable(
        f"session: {how_many} to come of this patient is meant; name its protocol and its number."
    )


def _resource(role: str, cell: str, location: Location) -> int:
    rows = Resource.objects.at(location).filter(kind=role)
    found = {name: pk for pk, name in rows.values_list("pk", "name")}
    if cell in found:
        return found[cell]
    raise NotUsable(f"{role}: {cell!r} is none of {', '.join(sorted(found)) or 'those here: there is none'}.")
