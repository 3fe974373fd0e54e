"""When life happens to a series: missed, or treated late; what need not move stays, the rest keeps its distances."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from bookings.actions import appointments
from bookings.actions.reflowing import accept_reflow, propose_reflow, times_of
from bookings.actions.series import book_series, chosen_from, propose_series
from bookings.models import Appointment
from clinic.timekeeping import local_day
from tests.bookings.conftest import Clinic
from treatments.models import TreatmentPlan, TreatmentSession

DAY = timedelta(days=1)


@pytest.fixture
def rows(clinic: Clinic) -> list[Appointment]:
    """A series of four, booked 28 days apart."""
    plan = clinic.plan(sessions=4)
    chosen = chosen_from(propose_series(plan, now=clinic.now))
    return book_series(plan=plan, chosen=chosen, by=clinic.desk, now=clinic.now)


def plan_of(rows: list[Appointment]) -> TreatmentPlan:
    session = rows[0].treatment_session
    assert session is not None
    return session.plan


def gaps(plan: TreatmentPlan) -> list[int]:
    """Days between the appointments that stand."""
    standing = Appointment.objects.live().of_plan(plan).order_by("starts_at")
    days = [local_day(row.starts_at, plan.location.tz) for row in standing]
    return [(later - earlier).days for earlier, later in pairwise(days)]


def test_missed_session_is_placed_on_the_same_day_when_that_moves_nothing_else(
    clinic: Clinic, rows: list[Appointment]
) -> None:
    now = rows[0].starts_at + timedelta(minutes=20)
    appointments.mark_noshow(appointment=rows[0], by=clinic.desk, now=now)
    proposal = propose_reflow(plan_of(rows), now=now, places_missing=True)
    assert [(one.number, one.before) for one in proposal.changes] == [(1, None)]
    assert (proposal.moves, proposal.kept) == (0, (2, 3, 4))
    accept_reflow(plan=plan_of(rows), times=times_of(proposal), by=clinic.desk, now=now)
    assert gaps(plan_of(rows)) == [28, 28, 28]


def test_session_missed_and_seen_two_days_later_takes_the_rest_along_as_little_as_possible(
    clinic: Clinic, rows: list[Appointment]
) -> None:
    appointments.mark_noshow(appointment=rows[0], by=clinic.desk, now=rows[0].starts_at)
    now = rows[0].starts_at + 2 * DAY
    proposal = propose_reflow(plan_of(rows), now=now, places_missing=True)
    assert [one.number for one in proposal.changes] == [1, 2, 3, 4]
    assert (proposal.moves, [one.days_moved for one in proposal.changes[1:]]) == (3, [2, 2, 2])
    accept_reflow(plan=plan_of(rows), times=times_of(proposal), by=clinic.desk, now=now)
    assert gaps(plan_of(rows)) == [28, 28, 28]


def test_session_performed_late_moves_those_after_it_by_as_much(
    clinic: Clinic, rows: list[Appointment]
) -> None:
    late = rows[0].starts_at + 5 * DAY
    appointments.move(appointment=rows[0], starts_at=late, by=clinic.desk, now=clinic.now)
    appointments.fulfil(appointment=rows[0], by=clinic.desk, now=late)
    TreatmentSession.objects.filter(plan=plan_of(rows), number=1).update(
        status="completed", performed_at=late
    )
    proposal = propose_reflow(plan_of(rows), now=late + timedelta(hours=3))
    assert [(one.number, one.days_moved) for one in proposal.changes] == [(2, 5), (3, 5), (4, 5)]
    assert proposal.is_acceptable
