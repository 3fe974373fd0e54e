"""The appointments of the board as plain values: a board of hundreds is read every few seconds by every desk.

Instants come as whole seconds since 1970, and become datetimes only where somebody asks: turning thousands of them
into objects that no card shows would take longer than the query.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from phonenumber_field.phonenumber import PhoneNumber, to_python

from bookings.models.appointment_sets import CAME, LONGEST
from bookings.words import OCCUPYING, AppointmentKind
from clinic.intervals import Interval
from clinic.models import Location

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BoardPatient(NamedTuple):
    """Who comes, as far as a card or a list says it."""

    full_name: str
    alert: str
    born_on: date | None
    phone_text: str

    @property
    def phone(self) -> PhoneNumber | None:
        """The number as something that can be dialled and written; parsed only where it is shown."""
        return to_python(self.phone_text) if self.phone_text else None


class BoardSession(NamedTuple):
    """The treatment session that an appointment is based on."""

    pk: int
    number: int
    status: str
    plan_id: int
    plan_status: str
    concern: str
    title: str


class BoardVisit(NamedTuple):
    """One appointment. The names are those of `Appointment`, so that pages and marks read both."""

    pk: int
    patient_id: int
    location_id: int
    kind: str
    status: str
    #: Seconds since 1970, as the two below.
    starts: int
    ends: int
    held: int | None
    confirmed: int | None
    version: int
    has_been_here: bool
    patient: BoardPatient
    treatment_session: BoardSession | None

    @property
    def starts_at(self) -> datetime:
        """When it begins, in UTC."""
        return instant_of(self.starts)

    @property
    def ends_at(self) -> datetime:
        """When it ends, in UTC."""
        return instant_of(self.ends)

    @property
    def held_until(self) -> datetime | None:
        """When a hold lapses, in UTC; None for anything but a hold."""
        return None if self.held is None else instant_of(self.held)

    @property
    def confirmed_at(self) -> datetime | None:
        """When the patient said yes, in UTC; None when not yet."""
        return None if self.confirmed is None else instant_of(self.confirmed)

    def get_kind_display(self) -> str:
        """The kind in words."""
        return str(AppointmentKind(self.kind).label)


def instant_of(seconds: int) -> datetime:
    """The instant so many seconds after the first of 1970, in UTC."""
    return _EPOCH + timedelta(seconds=seconds)


def seconds_of(instant: datetime) -> int:
    """The whole seconds from the first of 1970 to an instant."""
    return int(instant.timestamp())


#: Not through a QuerySet: what a card shows, in the order of the tuples above, and nothing to be built per row.
_VISITS = """
    SELECT a.id, a.patient_id, a.location_id, a.kind, a.status,
           extract(epoch FROM a.starts_at)::bigint, extract(epoch FROM a.ends_at)::bigint,
           extract(epoch FROM a.held_until)::bigint, extract(epoch FROM a.confirmed_at)::bigint, a.version,
           EXISTS (SELECT 1 FROM bookings_appointment b
                    WHERE b.patient_id = a.patient_id AND b.starts_at < %(start)s AND b.status = ANY(%(came)s)),
           trim(p.given_name || ' ' || p.family_name), p.alert, p.born_on, coalesce(p.phone, ''),
           s.id, s.number, s.status, s.plan_id, l.status, l.concern, l.title
      FROM bookings_appointment a
      JOIN clinic_patient p ON p.id = a.patient_id
      LEFT JOIN treatments_treatmentsession s ON s.id = a.treatment_session_id
      LEFT JOIN treatments_treatmentplan l ON l.id = s.plan_id
     WHERE a.location_id = %(location)s AND a.ends_at > %(start)s
       AND a.starts_at > %(earliest)s AND a.starts_at < %(end)s
       AND a.status = ANY(%(shown)s) AND (a.held_until IS NULL OR a.held_until > %(now)s) {more}
     ORDER BY a.starts_at, a.id
"""
_TAKING = """
       AND a.id IN (SELECT c.appointment_id FROM bookings_claim c
                     WHERE c.resource_id = %(only)s AND c.starts_at < %(end)s AND c.ends_at > %(start)s)
"""
_OWN, _PERSON = 11, 15
_FACTS: dict[str, Any] = {"came": [str(one) for one in CAME], "shown": [str(one) for one in OCCUPYING]}


def board_visits(
    location: Location, bounds: Interval, *, now: datetime, only: int | None = None
) -> list[BoardVisit]:
    """What takes a time at a location within some days, without holds that have lapsed; one query.

    In the order of the starts. With `only`, what has claimed that resource. Lapsed holds, cancelled and missed
    appointments are left out.
    """
    told: dict[str, Any] = {
        "location": location.pk,
        "start": bounds.start,
        "end": bounds.end,
        "now": now,
        "only": only,
    }
    told |= {"earliest": bounds.start - LONGEST, **_FACTS}
    with connection.cursor() as cursor:
        cursor.execute(_VISITS.format(more="" if only is None else _TAKING), told)
        return [_visit(row) for row in cursor.fetchall()]


def _visit(row: Sequence[Any]) -> BoardVisit:
    session = None if row[_PERSON] is None else BoardSession._make(row[_PERSON:])
    return BoardVisit._make((*row[:_OWN], BoardPatient._make(row[_OWN:_PERSON]), session))
