"""The clinic that the machine works in, and how the model and an action are made to agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from bookings.models import Appointment
from bookings.visits import Visit, plain_visit, visit_of
from bookings.words import AppointmentKind
from clinic.errors import DomainError
from tests import factories
from tests.bookings.conftest import FIRST, Clinic, open_clinic
from tests.bookings.machine.model import MINUTE, Claims, Known, Model

STEP = timedelta(minutes=15)
STARTS = st.integers(0, 11).map(lambda step: FIRST + step * STEP)
PATIENTS, ROOMS, PLANS = st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)
HOLD = timedelta(minutes=10)


class Base(RuleBasedStateMachine):
    """One desk, one practitioner, two rooms, two pens; three patients who come to talk, and two in treatment."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.clinic: Clinic = open_clinic()
        self.model = Model()
        self.patients = [factories.PatientFactory(at=self.clinic.location) for _ in range(3)]
        self.plans = [self.clinic.plan(sessions=2) for _ in range(2)]

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @property
    def facts(self) -> dict[str, Any]:
        """Who does it, and when."""
        return {"by": self.clinic.desk, "now": self.model.now}

    def agree(self, is_possible: bool, run: Callable[[], Any]) -> Any:
        """The action succeeds exactly when the model says so; gives what it gave, None when it was refused."""
        try:
            found = run()
        except DomainError as refused:
            assert not is_possible, f"refused with {refused.code}: {refused.sentence}"  # noqa: PT017 - an answer here
            return None
        assert is_possible, "done although the model says no"
        return found

    def talk(self, patient: int, minutes: int) -> Visit:
        """A talk of some minutes: practitioner and room."""
        return plain_visit(
            self.patients[patient], self.clinic.location, AppointmentKind.CONSULTATION, minutes=minutes
        )

    def treatment(self, plan: int, number: int = 1) -> Visit:
        """The visit of a session, as it is now."""
        return visit_of(self.plans[plan].sessions.get(number=number))

    def chosen(self, room: int) -> dict[str, int]:
        """Dr. Weiss in a room."""
        return {"practitioner": self.clinic.weiss, "room": self.clinic.rooms[room]}

    def known(
        self,
        visit: Visit,
        start: datetime,
        chosen: dict[str, int],
        status: str,
        *,
        patient: int,
        session: tuple[int, int] | None = None,
        until: datetime | None = None,
    ) -> Known:
        """An appointment as it would be."""
        end = visit.ends_at(start)
        claims = claims_of(visit, chosen)
        return Known(None, patient, start, end, claims, status, until, session, self.model.now)  # type: ignore[arg-type]

    def enter(self, one: Known, row: Appointment | None) -> None:
        """The model knows it from now on, if it was done."""
        if row is not None:
            one.row = row
            self.model.known.append(one)

    def patient_of(self, plan: int) -> int:
        """Patients in treatment come after those who talk."""
        return len(self.patients) + plan

    def some(self, data: st.DataObject, *status: str) -> Known:
        """One of the appointments, or of those in some status."""
        rows = [one for one in self.model.known if not status or one.status in status]
        return data.draw(st.sampled_from(rows))

    def fresh(self, one: Known) -> Appointment:
        """The row as it is now, as somebody who looks reads it."""
        return Appointment.objects.for_change().get(pk=one.row.pk)


def claims_of(visit: Visit, chosen: dict[str, int]) -> Claims:
    """What a visit takes, in minutes from its start."""
    return frozenset(
        (claim.resource, (claim.start - FIRST) // MINUTE, (claim.end - FIRST) // MINUTE)
        for claim in visit.claims(FIRST, chosen)
    )
