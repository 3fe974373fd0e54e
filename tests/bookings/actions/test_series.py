"""A whole series: proposed inside its due windows, booked whole or not at all."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from unittest.mock import patch

import pytest

from bookings.actions import taking
from bookings.actions.closures import close
from bookings.actions.series import ChosenTime, book_series, chosen_from, find_next_free, propose_series
from bookings.models import Appointment, AppointmentStatusChange, Claim
from bookings.refusals import Refused
from bookings.series import PartOfDay, Wishes
from bookings.visits import visit_of
from clinic.errors import Taken
from clinic.messaging.models import Message
from clinic.models import Resource
from clinic.timekeeping import ONE_DAY, day_start, local_day
from tests import factories
from tests.bookings.conftest import Clinic
from treatments.models import TreatmentPlan


def test_proposal_puts_every_session_on_its_ideal_day(clinic: Clinic) -> None:
    proposal = propose_series(clinic.plan(sessions=4), now=clinic.now)
    days = [one.day for one in proposal.sessions]
    assert proposal.is_bookable
    assert [(later - earlier).days for earlier, later in pairwise(days)] == [28, 28, 28]
    assert all(
        one.slot and set(one.slot.assignment) == {"practitioner", "room", "device"}
        for one in proposal.sessions
    )
    assert [len(one.alternatives) for one in proposal.sessions] == [1, 1, 1, 3]


def test_series_begins_before_its_wished_weekday_when_that_is_more_than_a_week_away(clinic: Clinic) -> None:
    """Wednesdays are wished; Dr. Weiss is away this one, and today is Tuesday."""
    wednesdays = Wishes(weekdays=frozenset({2}))
    tomorrow = day_start(local_day(clinic.now, clinic.location.tz) + ONE_DAY, clinic.location.tz)
    close(
        location=clinic.location,
        resource=Resource.objects.get(pk=clinic.weiss),
        starts_at=tomorrow,
        ends_at=tomorrow + ONE_DAY,
        kind="leave",
        by=clinic.desk,
        now=clinic.now,
    )
    proposal = propose_series(clinic.plan(sessions=3), wishes=wednesdays, now=clinic.now)
    days = [one.day for one in proposal.sessions]
    assert days[0] == local_day(clinic.now, clinic.location.tz)
    assert [day.weekday() for day in days[1:]] == [2, 2]
    assert [(one.ideal, one.distance) for one in proposal.sessions[:1]] == [(None, 0)]


def test_combination_plan_alternates_as_its_template_says(clinic: Clinic) -> None:
    """Needling and mesotherapy in turn: the wash-out rules the first mesotherapy, both rules those after it."""
    plan = clinic.plan(sessions=6)
    TreatmentPlan.objects.filter(pk=plan.pk).update(combination="ALT_MN_MS_FACE")
    plan.sessions.filter(number__in=(2, 4, 6)).update(protocol_version=factories.protocol_version("MS_REJUV"))
    proposal = propose_series(TreatmentPlan.objects.get(pk=plan.pk), now=clinic.now)
    days = [(one.day - proposal.sessions[0].day).days for one in proposal.sessions]
    assert days == [0, 14, 28, 42, 56, 70]
    assert proposal.is_bookable


def test_wished_part_of_day_is_kept_for_the_whole_series(clinic: Clinic) -> None:
    wishes = Wishes(parts=frozenset({PartOfDay.AFTERNOON}))
    proposal = propose_series(clinic.plan(), wishes=wishes, now=clinic.now)
    hours = {one.slot.start.astimezone(clinic.location.tz).hour for one in proposal.sessions if one.slot}
    assert min(hours) >= 12


def test_accepted_proposal_is_booked_whole_and_told_once(clinic: Clinic) -> None:
    plan = clinic.plan(sessions=4)
    rows = book_series(
        plan=plan, chosen=chosen_from(propose_series(plan, now=clinic.now)), by=clinic.desk, now=clinic.now
    )
    assert [row.treatment_session.number for row in rows if row.treatment_session] == [1, 2, 3, 4]
    assert Appointment.objects.occupying().count() == 4
    assert Message.objects.filter(kind="appointment_confirmed").count() == 1
    assert propose_series(plan, now=clinic.now).problems[0].code == "nothing_to_book"


def test_one_taken_time_leaves_nothing_of_the_series(clinic: Clinic) -> None:
    plan, other = clinic.plan(), clinic.plan()
    chosen = chosen_from(propose_series(plan, now=clinic.now))
    last = chosen_from(propose_series(other, now=clinic.now))
    taking.book(
        visit=visit_of(other.sessions.get(number=1)),
        starts_at=chosen[1].starts_at,
        chosen=last[1].assignment,
        by=clinic.desk,
        now=clinic.now,
    )
    with pytest.raises(Taken):
        book_series(plan=plan, chosen=chosen, by=clinic.desk, now=clinic.now)
    assert Appointment.objects.filter(treatment_session__plan=plan).count() == 0


def test_a_broken_write_in_the_middle_leaves_nothing_behind(clinic: Clinic) -> None:
    plan = clinic.plan()
    chosen = chosen_from(propose_series(plan, now=clinic.now))
    calls = []

    def third_time_unlucky(*args: object, **kwargs: object) -> None:
        calls.append(args)
        if len(calls) == 3:
            raise OSError("the third message could not be planned")

    with patch("bookings.actions.series.tell", third_time_unlucky), pytest.raises(OSError, match="third"):
        book_series(plan=plan, chosen=chosen, by=clinic.desk, now=clinic.now)
    counts = [model.objects.count() for model in (Appointment, Claim, AppointmentStatusChange, Message)]
    assert counts == [0, 0, 0, 0]


def test_sessions_too_close_together_are_refused_as_a_whole(clinic: Clinic) -> None:
    plan = clinic.plan()
    chosen = chosen_from(propose_series(plan, now=clinic.now))
    chosen[2] = ChosenTime(chosen[1].starts_at + timedelta(days=7), chosen[1].assignment)
    with pytest.raises(Refused) as refused:
        book_series(plan=plan, chosen=chosen, by=clinic.desk, now=clinic.now)
    assert "too_soon" in {problem.code for problem in refused.value.problems}
    assert Appointment.objects.count() == 0


def test_rest_of_a_series_is_proposed_around_what_is_booked(clinic: Clinic) -> None:
    plan = clinic.plan()
    chosen = chosen_from(propose_series(plan, now=clinic.now))
    book_series(plan=plan, chosen={1: chosen[1]}, by=clinic.desk, now=clinic.now)
    proposal = propose_series(plan, now=clinic.now)
    assert [one.number for one in proposal.to_book] == [2, 3, 4]
    assert proposal.sessions[1].day == proposal.sessions[0].day + timedelta(days=28)


def test_next_free_gives_five_choices_in_the_due_window(clinic: Clinic) -> None:
    plan = clinic.plan()
    chosen = chosen_from(propose_series(plan, now=clinic.now))
    book_series(plan=plan, chosen={1: chosen[1]}, by=clinic.desk, now=clinic.now)
    visit = visit_of(plan.sessions.get(number=2))
    slots = find_next_free(
        visit, now=clinic.now, practitioner=clinic.weiss, wishes=Wishes(parts=frozenset({PartOfDay.MORNING}))
    )
    assert len(slots) == 5
    assert slots[0].start.date() == (chosen[1].starts_at + timedelta(days=28)).date()
    assert {slot.assignment["practitioner"] for slot in slots} == {clinic.weiss}
