"""Everything that can be done with appointments, in any order, against a plain model and SQL invariants."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from bookings.phases import spans_of
from bookings.visits import plain_visit
from bookings.words import AppointmentKind
from tests import factories
from tests.bookings.conftest import Clinic
from tests.bookings.machine.base import ROOMS, STARTS
from tests.bookings.machine.changing import Changing
from tests.bookings.machine.closing import Closing
from tests.bookings.machine.promises import Promises
from tests.bookings.machine.taking import Taking
from tests.bookings.machine.visiting import Visiting
from tests.bookings.machine.waiting import Waiting

#: More of them: `MACHINE_EXAMPLES=200 .venv/bin/pytest tests/bookings/machine`.
EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "12"))


class Machine(Taking, Changing, Visiting, Waiting, Closing, Promises):
    """One clinic in which anything may happen next; it begins where most stories do."""

    @initialize(start=STARTS, room=ROOMS, is_offered=st.booleans())
    def one_is_booked_and_one_waits(self, start: datetime, room: int, is_offered: bool) -> None:
        """So that runs of some twenty steps come to treatments and offers, and not to a single booking."""
        self.treat_at(plan=0, room=room, start=start, status="booked")
        self.wait(plan=1)
        if is_offered:
            self.offer()


@pytest.mark.slow
def test_appointments_hold_their_promises_in_any_order(db: None, clock: Any) -> None:
    """When this fails, it is shrunk to the shortest story that still fails: at most five minutes, and only then."""
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=24,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_model_counts_phases_as_the_visit_does(clinic: Clinic) -> None:
    patient = factories.PatientFactory(at=clinic.location)
    visit = plain_visit(patient, clinic.location, AppointmentKind.CONSULTATION, minutes=45)
    assert [(span.start, span.end) for span in spans_of(visit.phases, "room")] == [(0, 45)]
