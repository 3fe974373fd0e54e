"""Closures take what is free at once and the rest as it is left; series inside are re-flowed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.actions import appointments
from bookings.actions.closures import close, lift, worklist
from bookings.actions.impact import accept_all, impact
from bookings.actions.reflowing import NewTime, accept_reflow, propose_reflow, times_of
from bookings.actions.series import book_series, chosen_from, propose_series
from bookings.models import Appointment, Claim
from bookings.problems import problems_for
from clinic.errors import Stale, Taken
from clinic.models import ClinicSettings, Closure, Resource
from clinic.timekeeping import day_bounds, local_day
from tests.bookings.conftest import FIRST, Clinic
from treatments.models import TreatmentPlan

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_closure_takes_the_free_time_at_once_and_lists_who_is_inside(clinic: Clinic) -> None:
    inside = appointments.book(
        visit=clinic.visit(), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )
    weiss = Resource.objects.get(pk=clinic.weiss)
    closed = close(
        location=clinic.location,
        resource=weiss,
        starts_at=FIRST - HOUR,
        ends_at=FIRST + 3 * HOUR,
        kind="leave",
        by=clinic.desk,
        now=clinic.now,
    )
    assert closed.inside == [inside]
    assert sorted(closed.closure.claims.values_list("starts_at", "ends_at")) == [
        (FIRST - HOUR, FIRST),
        (FIRST + timedelta(minutes=20), FIRST + timedelta(minutes=55)),
        (FIRST + timedelta(minutes=90), FIRST + 3 * HOUR),
    ]
    with pytest.raises(Taken):
        appointments.book(
            visit=clinic.visit(),
            starts_at=FIRST + timedelta(minutes=95),
            chosen=clinic.chosen(),
            by=clinic.desk,
            now=clinic.now,
        )


def test_appointment_that_leaves_hands_its_time_to_the_closure(clinic: Clinic) -> None:
    inside = appointments.book(
        visit=clinic.visit(), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )
    closed = close(
        location=clinic.location,
        starts_at=FIRST - HOUR,
        ends_at=FIRST + 3 * HOUR,
        kind="closed-day",
        by=clinic.desk,
        now=clinic.now,
    )
    appointments.move(appointment=inside, starts_at=FIRST + DAY, by=clinic.desk, now=clinic.now)
    assert worklist(closed.closure) == []
    for resource in clinic.chosen().values():
        spans = closed.closure.claims.filter(resource=resource).order_by("starts_at")
        assert sum(((one.ends_at - one.starts_at) for one in spans), timedelta()) == 4 * HOUR


def test_lifting_gives_the_time_back_except_to_another_closure(clinic: Clinic) -> None:
    weiss = Resource.objects.get(pk=clinic.weiss)

    def leave(until: timedelta) -> Closure:
        return close(
            location=clinic.location,
            resource=weiss,
            starts_at=FIRST,
            ends_at=FIRST + until,
            kind="leave",
            by=clinic.desk,
            now=clinic.now,
        ).closure

    longer, shorter = leave(3 * HOUR), leave(HOUR)
    lift(closure=longer, by=clinic.desk, now=clinic.now)
    assert list(Claim.objects.values_list("closure_id", "starts_at", "ends_at")) == [
        (shorter.pk, FIRST, FIRST + HOUR)
    ]


def test_closed_time_is_explained_by_its_reason(clinic: Clinic) -> None:
    close(
        location=clinic.location,
        resource=Resource.objects.get(pk=clinic.weiss),
        starts_at=FIRST,
        ends_at=FIRST + 8 * HOUR,
        kind="leave",
        by=clinic.desk,
        now=clinic.now,
    )
    found = problems_for(clinic.visit(), start=FIRST, now=clinic.now, by=clinic.desk)
    closed = [problem for problem in found if problem.code == "closed"]
    assert [str(problem.sentence) for problem in closed] == [
        "Dr. Weiss is not available (leave) until Mon 30 Mar 17:00."
    ]


def booked_plan(clinic: Clinic) -> TreatmentPlan:
    plan: TreatmentPlan = clinic.plan()
    book_series(
        plan=plan, chosen=chosen_from(propose_series(plan, now=clinic.now)), by=clinic.desk, now=clinic.now
    )
    return plan


def test_moving_one_session_offers_the_rest_with_the_fewest_moves(clinic: Clinic) -> None:
    plan = booked_plan(clinic)
    second = Appointment.objects.get(treatment_session__plan=plan, treatment_session__number=2)
    appointments.move(
        appointment=second, starts_at=second.starts_at + 3 * DAY, by=clinic.desk, now=clinic.now
    )
    proposal = propose_reflow(plan, now=clinic.now, kept=[2])
    assert [change.number for change in proposal.changes] == [3, 4]
    assert proposal.kept == (1, 2)
    rows = accept_reflow(
        plan=plan,
        times=times_of(proposal),
        by=clinic.desk,
        now=clinic.now,
    )
    assert [row.version for row in rows] == [2, 2]
    assert not propose_reflow(plan, now=clinic.now).is_needed


def test_reflow_is_refused_whole_when_an_appointment_changed_meanwhile(clinic: Clinic) -> None:
    plan = booked_plan(clinic)
    second, fourth = (
        Appointment.objects.get(treatment_session__plan=plan, treatment_session__number=number)
        for number in (2, 4)
    )
    appointments.move(
        appointment=second, starts_at=second.starts_at + 3 * DAY, by=clinic.desk, now=clinic.now
    )
    proposal = propose_reflow(plan, now=clinic.now, kept=[2])
    appointments.confirm(appointment=fourth, by=None, now=clinic.now)
    with pytest.raises(Stale):
        accept_reflow(
            plan=plan,
            times=times_of(proposal),
            by=clinic.desk,
            now=clinic.now,
        )
    third = Appointment.objects.get(treatment_session__plan=plan, treatment_session__number=3)
    assert third.version == 1


def test_series_inside_a_closure_are_solved_together_and_accepted_together(clinic: Clinic) -> None:
    ClinicSettings.objects.update(notice_minutes=24 * 60)
    clinic.location.settings.refresh_from_db()
    plans = [booked_plan(clinic) for _ in range(2)]
    firsts = Appointment.objects.filter(treatment_session__number=1).order_by("starts_at")
    start, end = firsts[0].starts_at, firsts[1].ends_at
    closed = close(
        location=clinic.location,
        starts_at=start - HOUR,
        ends_at=end + HOUR,
        kind="closed-day",
        by=clinic.desk,
        now=clinic.now,
    )
    found = impact(closed.closure, now=clinic.now)
    assert {proposal.plan.pk for proposal in found.proposals} == {plan.pk for plan in plans}
    accept_all(proposals=found.proposals, by=clinic.desk, now=clinic.now)
    assert worklist(closed.closure) == []
    assert Appointment.objects.occupying().count() == 8


def test_together_they_keep_to_the_number_of_a_day(clinic: Clinic) -> None:
    """Two first sessions leave one day; Dr. Weiss takes one a day, so they go to two."""
    ClinicSettings.objects.update(notice_minutes=24 * 60)
    clinic.location.settings.refresh_from_db()
    for _plan in range(2):
        booked_plan(clinic)
    Resource.objects.filter(pk=clinic.weiss).update(daily_quota=1)
    firsts = Appointment.objects.filter(treatment_session__number=1)
    day = local_day(firsts[0].starts_at, clinic.location.tz)
    assert {local_day(row.starts_at, clinic.location.tz) for row in firsts} == {day}
    whole = day_bounds(day, clinic.location.tz)
    closed = close(
        location=clinic.location,
        starts_at=whole.start,
        ends_at=whole.end,
        kind="closed-day",
        by=clinic.desk,
        now=clinic.now,
    )
    accept_all(proposals=impact(closed.closure, now=clinic.now).proposals, by=clinic.desk, now=clinic.now)
    days = [local_day(row.starts_at, clinic.location.tz) for row in firsts.all()]
    assert (len(set(days)), day in days) == (2, False)


def test_a_planned_move_is_solved_around_before_it_is_made(clinic: Clinic) -> None:
    plan = booked_plan(clinic)
    second = Appointment.objects.get(treatment_session__plan=plan, treatment_session__number=2)
    later = NewTime(second.starts_at + 5 * DAY, clinic.chosen(), second.version)
    proposal = propose_reflow(plan, now=clinic.now, fixed={2: later})
    assert [change.number for change in proposal.changes] == [3, 4]
