"""Everything that can be done with appointments, in any order, against a plain model and SQL invariants."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bookings.actions import appointments
from bookings.actions.closures import close, lift
from bookings.models import Appointment, Claim
from bookings.phases import spans_of
from bookings.reminders import AppointmentSubject
from bookings.visits import Visit, plain_visit
from bookings.words import OCCUPYING, AppointmentKind
from clinic.errors import DomainError
from clinic.messaging.models import Message
from clinic.models import Closure, Resource
from tests import factories
from tests.bookings.conftest import FIRST, Clinic, open_clinic
from tests.conftest import MORNING
from tests.races.conftest import invariants

STEP = timedelta(minutes=15)
STARTS = st.integers(0, 11).map(lambda step: FIRST + step * STEP)
PATIENTS, ROOMS = st.integers(0, 2), st.integers(0, 1)
LENGTHS = st.sampled_from([15, 30, 45])
HOLD = timedelta(minutes=10)


@dataclass
class Known:
    """An appointment as the model knows it."""

    row: Appointment
    patient: int
    start: datetime
    end: datetime
    resources: frozenset[int]
    status: str
    until: datetime | None = None

    def occupies(self, now: datetime) -> bool:
        """Whether it takes its time: a lapsed hold no longer does."""
        return self.status in OCCUPYING and not (self.until is not None and self.until <= now)


@dataclass
class Shut:
    """A closure as the model knows it."""

    row: Closure
    resource: int
    start: datetime
    end: datetime


@dataclass
class Model:
    """What the clinic looks like if everything was done right."""

    now: datetime = MORNING
    known: list[Known] = field(default_factory=list)
    shut: list[Shut] = field(default_factory=list)

    def is_free(
        self,
        patient: int,
        start: datetime,
        end: datetime,
        resources: frozenset[int],
        but: Known | None = None,
    ) -> bool:
        """Whether nobody and no closure is in the way; an appointment inside a closure may stay where it is."""
        for one in self.known:
            overlaps = one.start < end and start < one.end
            shares = one.patient == patient or bool(one.resources & resources)
            if one is not but and one.occupies(self.now) and overlaps and shares:
                return False
        return not any(
            shut.resource in resources and self._is_shut(shut, start, end, but) for shut in self.shut
        )

    def _is_shut(self, shut: Shut, start: datetime, end: datetime, but: Known | None) -> bool:
        """A closure holds all of its time that no appointment holds; the mover's own time is still the mover's."""
        moment = max(start, shut.start)
        while moment < min(end, shut.end):
            own = but is not None and but.start <= moment < but.end and shut.resource in but.resources
            if not own:
                return True
            moment += timedelta(minutes=5)
        return False


class Machine(RuleBasedStateMachine):
    """One desk, one practitioner, two rooms, three patients, three hours of a day."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.clinic: Clinic = open_clinic()
        self.model = Model()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @initialize()
    def people(self) -> None:
        """Three patients of the place."""
        self.patients = [factories.PatientFactory(at=self.clinic.location) for _ in range(3)]

    def visit(self, patient: int, minutes: int) -> Visit:
        """A talk of some minutes: practitioner and room."""
        return plain_visit(
            self.patients[patient], self.clinic.location, AppointmentKind.CONSULTATION, minutes=minutes
        )

    def chosen(self, room: int) -> dict[str, int]:
        """Dr. Weiss in a room."""
        return {"practitioner": self.clinic.weiss, "room": self.clinic.rooms[room]}

    def agree(self, is_possible: bool, run: Any) -> Any:
        """The action succeeds exactly when the model says so."""
        try:
            found = run()
        except DomainError as refused:
            assert not is_possible, f"refused with {refused.code}: {refused.sentence}"  # noqa: PT017 - refusal is an answer here
            return None
        assert is_possible, "done although the model says no"
        return found

    @rule(patient=PATIENTS, room=ROOMS, start=STARTS, minutes=LENGTHS, is_hold=st.booleans())
    def take(self, patient: int, room: int, start: datetime, minutes: int, is_hold: bool) -> None:
        """Books or holds."""
        end, chosen = start + timedelta(minutes=minutes), self.chosen(room)
        resources = frozenset(chosen.values())
        free = self.model.is_free(patient, start, end, resources)
        verb = appointments.hold if is_hold else appointments.book
        row = self.agree(
            free,
            lambda: verb(
                visit=self.visit(patient, minutes),
                starts_at=start,
                chosen=chosen,
                by=self.clinic.desk,
                now=self.model.now,
            ),
        )
        if row is not None:
            until = self.model.now + HOLD if is_hold else None
            status = "held" if is_hold else "booked"
            self.model.known.append(Known(row, patient, start, end, resources, status, until))

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data(), start=STARTS)
    def move(self, data: st.DataObject, start: datetime) -> None:
        """Moves with the same resources and length."""
        one = data.draw(st.sampled_from(self.model.known))
        end = start + (one.end - one.start)
        live = one.status in ("held", "booked") and one.occupies(self.model.now)
        free = live and self.model.is_free(one.patient, start, end, one.resources, but=one)
        row = self.agree(
            free,
            lambda: appointments.move(
                appointment=one.row, starts_at=start, by=self.clinic.desk, now=self.model.now
            ),
        )
        if row is not None:
            one.start, one.end = start, end

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Cancels what is held or booked."""
        one = data.draw(st.sampled_from(self.model.known))
        possible = one.status in ("held", "booked")
        if self.model.now >= (one.until or self.model.now + HOLD):
            return
        row = self.agree(
            possible,
            lambda: appointments.cancel(
                appointment=one.row, reason="time", by=self.clinic.desk, now=self.model.now
            ),
        )
        if row is not None:
            one.status, one.until = "cancelled", None

    @precondition(lambda self: any(one.status == "held" for one in self.model.known))
    @rule(data=st.data())
    def confirm_hold(self, data: st.DataObject) -> None:
        """Turns a hold into an appointment while it lasts."""
        one = data.draw(st.sampled_from([one for one in self.model.known if one.status == "held"]))
        row = self.agree(
            one.occupies(self.model.now),
            lambda: appointments.confirm_hold(appointment=one.row, by=self.clinic.desk, now=self.model.now),
        )
        if row is not None:
            one.status, one.until = "booked", None

    @rule(minutes=st.sampled_from([4, 11]))
    def time_passes(self, minutes: int) -> None:
        """The clock goes on; holds lapse by themselves."""
        self.model.now += timedelta(minutes=minutes)

    @rule()
    def let_go(self) -> None:
        """The regular job releases what lapsed."""
        appointments.release_lapsed(now=self.model.now)

    @precondition(lambda self: len(self.model.shut) < 2)
    @rule(start=STARTS, hours=st.integers(1, 2))
    def close_the_practitioner(self, start: datetime, hours: int) -> None:
        """Leave from one hour to the next."""
        end = start + timedelta(hours=hours)
        closed = close(
            location=self.clinic.location,
            resource=Resource.objects.get(pk=self.clinic.weiss),
            starts_at=start,
            ends_at=end,
            kind="leave",
            by=self.clinic.desk,
            now=self.model.now,
        )
        self.model.shut.append(Shut(closed.closure, self.clinic.weiss, start, end))

    @precondition(lambda self: bool(self.model.shut))
    @rule()
    def lift(self) -> None:
        """The first closure ends."""
        lift(closure=self.model.shut.pop(0).row, by=self.clinic.desk, now=self.model.now)

    @invariant()
    def the_database_agrees(self) -> None:
        """No overlap, claims exactly for who occupies, closures hold what nobody else holds."""
        assert invariants() == []
        for one in self.model.known:
            row = Appointment.objects.get(pk=one.row.pk)
            lapsed = one.status == "held" and not one.occupies(self.model.now)
            assert row.status == one.status or (lapsed and row.status == "cancelled")
            assert (row.starts_at, row.ends_at) == (one.start, one.end)

    @invariant()
    def closures_hold_what_is_left(self) -> None:
        """Inside a standing closure every minute of the resource belongs to the closure or to an appointment."""
        for shut in self.model.shut:
            claims = Claim.objects.filter(resource=shut.resource).touching(shut.start, shut.end)
            covered = sum(
                (min(one.ends_at, shut.end) - max(one.starts_at, shut.start) for one in claims), timedelta()
            )
            assert covered == shut.end - shut.start

    @invariant()
    def messages_match(self) -> None:
        """What waits to be sent is what should be said: reconciling again would change nothing."""
        subject = AppointmentSubject()
        for one in self.model.known:
            row = subject.load(one.row.pk)
            assert row is not None
            wanted = {
                (each.rule, each.scheduled_for)
                for each in subject.wanted(row, self.model.now)
                if each.expires_at > self.model.now
            }
            waiting = set(
                Message.objects.about("appointment", row.pk).unsent().values_list("rule", "scheduled_for")
            )
            assert waiting == wanted


@pytest.mark.slow
def test_appointments_hold_their_promises_in_any_order(db: None, clock: Any) -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_model_counts_phases_as_the_visit_does(clinic: Clinic) -> None:
    patient = factories.PatientFactory(at=clinic.location)
    visit = plain_visit(patient, clinic.location, AppointmentKind.CONSULTATION, minutes=45)
    assert [(span.start, span.end) for span in spans_of(visit.phases, "room")] == [(0, 45)]
