"""The appointments of the board as plain values: a board of hundreds is read every few seconds by every desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
from phonenumber_field.phonenumber import PhoneNumber, to_python

from bookings.words import AppointmentKind


@dataclass(frozen=True, slots=True)
class BoardPatient:
    """Who comes, as far as a card or a list says it."""

    full_name: str
    alert: str
    born_on: date | None
    phone_text: str

    @property
    def phone(self) -> PhoneNumber | None:
        """The number as something that can be dialled and written; parsed only where it is shown."""
        return to_python(self.phone_text) if self.phone_text else None


@dataclass(frozen=True, slots=True)
class BoardSession:
    """The treatment session that an appointment is based on."""

    pk: int
    number: int
    status: str
    plan_id: int
    plan_status: str
    concern: str
    title: str


@dataclass(frozen=True, slots=True)
class BoardVisit:
    """One appointment. The names are those of `Appointment`, so that pages and marks read both."""

    pk: int
    patient_id: int
    location_id: int
    kind: str
    status: str
    starts_at: datetime
    ends_at: datetime
    held_until: datetime | None
    confirmed_at: datetime | None
    version: int
    has_been_here: bool
    patient: BoardPatient
    treatment_session: BoardSession | None

    def get_kind_display(self) -> str:
        """The kind in words."""
        return str(AppointmentKind(self.kind).label)


_OWN = (
    "pk",
    "patient_id",
    "location_id",
    "kind",
    "status",
    "starts_at",
    "ends_at",
    "held_until",
    "confirmed_at",
    "version",
    "has_been_here",
)
_PATIENT = (
    "patient__given_name",
    "patient__family_name",
    "patient__alert",
    "patient__born_on",
    "phone_text",
)
_SESSION = (
    "treatment_session_id",
    "treatment_session__number",
    "treatment_session__status",
    "treatment_session__plan_id",
    "treatment_session__plan__status",
    "treatment_session__plan__concern",
    "treatment_session__plan__title",
)


def board_visits(rows: Any) -> list[BoardVisit]:
    """The values of some appointments (`with_newcomers`) in the order of their starts; one query."""
    own, person = len(_OWN), len(_OWN) + len(_PATIENT)
    found = []
    # As text: to parse hundreds of numbers that no card shows would take longer than the query.
    rows = rows.annotate(phone_text=Cast("patient__phone", TextField()))
    for values in rows.order_by("starts_at", "id").values_list(*_OWN, *_PATIENT, *_SESSION):
        given, family, alert, born_on, phone = values[own:person]
        patient = BoardPatient(f"{given} {family}".strip(), alert, born_on, phone or "")
        session = BoardSession(*values[person:]) if values[person] is not None else None
        told = dict(zip(_OWN, values, strict=False))
        found.append(BoardVisit(**told, patient=patient, treatment_session=session))
    return found
