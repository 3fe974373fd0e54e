"""A clinic that is open: one practitioner, two rooms, two pens, plans of four sessions; the clock stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from bookings.models import Appointment
from bookings.visits import Visit, visit_of
from clinic.models import Location, Patient, User
from tests import factories
from tests.conftest import MORNING

#: A Monday four weeks after MORNING, 09:00 in Berlin.
FIRST = datetime(2026, 3, 30, 7, 0, tzinfo=UTC)


@dataclass
class Clinic:
    """Who works there and with what."""

    location: Location
    desk: User
    weiss: int
    rooms: list[int]
    pens: list[int]
    now: datetime = MORNING

    def plan(self, *, sessions: int = 4, patient: Patient | None = None, **fields: Any) -> Any:
        """A plan of microneedling for a patient of this place."""
        return factories.plan(at=self.location, sessions=sessions, patient=patient, **fields)

    def visit(self, number: int = 1, **fields: Any) -> Visit:
        """The visit of a session of a new plan."""
        return visit_of(self.plan(**fields).sessions.get(number=number))

    def chosen(self, *, room: int = 0, pen: int = 0) -> dict[str, int]:
        """Dr. Weiss with a room and a pen."""
        return {"practitioner": self.weiss, "room": self.rooms[room], "device": self.pens[pen]}


def open_clinic() -> Clinic:
    """Builds the clinic's rows."""
    place = factories.LocationFactory()
    return Clinic(
        location=place,
        desk=factories.staff(at=place, name="Anna Berg"),
        weiss=factories.practitioner(at=place).pk,
        rooms=[factories.room(at=place, name=f"Room {number}").pk for number in (1, 2)],
        pens=[factories.device(at=place, name=f"Pen {letter}").pk for letter in "AB"],
    )


@pytest.fixture
def clinic(db: None, clock: Any) -> Clinic:
    """An open clinic at MORNING."""
    return open_clinic()


def claims_of(appointment: Appointment) -> list[tuple[int, datetime, datetime]]:
    """What an appointment has claimed, in order."""
    return sorted(appointment.claims.values_list("resource_id", "starts_at", "ends_at"))
