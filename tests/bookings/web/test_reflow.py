"""Life happens to a series: the page shows the difference, and one press changes all of it or nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from bookings.actions import appointments
from bookings.actions.series import book_series, chosen_from, propose_series
from bookings.models import Appointment
from clinic.messaging.models import Message
from clinic.models import Task
from clinic.timekeeping import local_day
from tests.treatments.day import NOW, Clinic, make_clinic, treated
from treatments.actions.gentler import accept_gentler
from treatments.actions.reactions import close_reaction, open_reaction
from treatments.models import AdverseReaction, TreatmentPlan
from treatments.words import ReactionSeverity

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def clinic(db: None) -> Clinic:
    """A clinic that can treat as well as book."""
    return make_clinic()


@pytest.fixture
def series(clinic: Clinic) -> list[Appointment]:
    """A series of four, 28 days apart, the first on Tuesday 3 March at ten."""
    plan = clinic.plan(now=NOW - 7 * DAY)
    times = chosen_from(propose_series(plan, now=NOW - HOUR, alternatives=0))
    return book_series(plan=plan, chosen=times, by=clinic.desk, now=NOW - HOUR)


def plan_of(series: list[Appointment]) -> TreatmentPlan:
    session = series[0].treatment_session
    assert session is not None
    return session.plan


class Desk:
    """The front desk at a moment: the page that fits a plan's series again, and the buttons of appointments."""

    def __init__(self, clinic: Clinic, clock: Any) -> None:
        self.clinic, self.clock, self.client = clinic, clock, Client()

    def at(self, when: datetime) -> Desk:
        """Signed in anew at that moment."""
        self.clock.move_to(when)
        self.client.force_login(self.clinic.desk)
        return self

    def press(self, row: Appointment, verb: str, **told: str) -> None:
        """A button of an appointment's page."""
        self.client.post(f"/appointments/{row.pk}/{verb}/", told)

    def shown(self, plan: TreatmentPlan, **query: str) -> list[str]:
        """What the form of the difference carries."""
        context = self.client.get(f"/plans/{plan.pk}/reflow/", query).context
        return [value for _one, value in context["changes"]]

    def accepts(self, plan: TreatmentPlan, values: list[str], **told: str) -> Any:
        """The answer to the one press."""
        return self.client.post(f"/plans/{plan.pk}/reflow/", {"session": values, **told})

    def is_led_there(self, plan: TreatmentPlan) -> bool:
        """Whether the plan's page leads to it."""
        return f"/plans/{plan.pk}/reflow/" in self.client.get(f"/plans/{plan.pk}/series/").content.decode()


@pytest.fixture
def desk(clinic: Clinic, clock: Any) -> Desk:
    """The front desk."""
    return Desk(clinic, clock)


def numbers(values: list[str]) -> list[int]:
    return [int(value.split("|")[0]) for value in values]


def days(plan: TreatmentPlan) -> list[date]:
    """Where the appointments that take time are, in order."""
    rows = Appointment.objects.occupying().of_plan(plan).order_by("starts_at")
    return [local_day(row.starts_at, plan.location.tz) for row in rows]


def gaps(plan: TreatmentPlan) -> list[int]:
    return [(later - earlier).days for earlier, later in pairwise(days(plan))]


def test_missed_session_is_placed_and_the_rest_follows_in_one_press(
    desk: Desk, series: list[Appointment]
) -> None:
    plan = plan_of(series)
    desk.at(series[0].starts_at + HOUR / 2).press(series[0], "do/noshow")
    desk.at(series[0].starts_at + 2 * DAY)
    assert desk.is_led_there(plan)
    values = desk.shown(plan)
    assert numbers(values) == [1, 2, 3, 4]
    assert numbers(desk.shown(plan, missing="no")) == []
    answer = desk.accepts(plan, values)
    assert (answer.status_code, gaps(plan)) == (302, [28, 28, 28])
    assert not desk.is_led_there(plan)
    undo = next(iter(get_messages(answer.wsgi_request))).extra_tags
    desk.client.post(undo)
    assert (gaps(plan), Appointment.objects.occupying().of_plan(plan).count()) == ([28, 28], 3)


def test_cancelled_session_is_placed_again_and_nothing_else_moves(
    desk: Desk, series: list[Appointment]
) -> None:
    plan = plan_of(series)
    desk.at(NOW).press(series[1], "cancel", reason="time")
    assert (desk.is_led_there(plan), len(days(plan))) == (True, 3)
    values = desk.shown(plan)
    assert numbers(values) == [2]
    assert desk.accepts(plan, values, tell="yes").status_code == 302
    assert (gaps(plan), [row.version for row in standing(plan)]) == ([28, 28, 28], [1, 1, 1, 1])


def standing(plan: TreatmentPlan) -> list[Appointment]:
    return list(Appointment.objects.occupying().of_plan(plan).order_by("starts_at"))


def test_late_performance_asks_the_desk_and_moves_the_rest_by_as_much(
    desk: Desk, clinic: Clinic, series: list[Appointment]
) -> None:
    plan, late = plan_of(series), NOW + 3 * DAY
    appointments.move(appointment=series[0], starts_at=late, by=clinic.desk, now=NOW)
    appointments.arrive(appointment=series[0], by=clinic.desk, now=late)
    treated(plan, clinic, now=late)
    asked = Task.objects.get(kind="series-drifted")
    assert (asked.subject_id, "28 days" in asked.sentence) == (series[1].pk, True)
    desk.at(late + 2 * HOUR)
    assert desk.is_led_there(plan)
    values = desk.shown(plan)
    before = days(plan)
    assert desk.accepts(plan, values).status_code == 302
    assert [(new - old).days for new, old in zip(days(plan), before, strict=True)] == [0, 3, 3, 3]


def reacted(clinic: Clinic, plan: TreatmentPlan) -> AdverseReaction:
    """Three days after session 1 something is wrong with the skin."""
    return open_reaction(
        plan,
        code="FL_PUS",
        severity=ReactionSeverity.MODERATE,
        onset_on=(NOW + 3 * DAY).date(),
        by=clinic.doctor_user,
        now=NOW + 3 * DAY,
        session=plan.sessions.get(number=1),
    )


def test_adverse_reaction_holds_the_dates_until_it_is_closed_and_then_moves_them(
    desk: Desk, clinic: Clinic, series: list[Appointment]
) -> None:
    plan, then = plan_of(series), NOW + 3 * DAY
    appointments.arrive(appointment=series[0], by=clinic.desk, now=NOW)
    treated(plan, clinic)
    reaction = reacted(clinic, plan)
    accept_gentler(
        plan.sessions.get(number=1), days=42, depth_mm=Decimal("0.75"), by=clinic.doctor_user, now=then
    )
    asked = Task.objects.filter(kind="series-drifted").values_list("subject_id", flat=True)
    assert set(asked) == {row.pk for row in series[1:]}
    desk.at(then)
    values = desk.shown(plan)
    refused = desk.accepts(plan, values)
    assert (refused.status_code, "Nothing was changed." in refused.content.decode()) == (422, True)
    assert gaps(plan) == [28, 28, 28]

    close_reaction(reaction, action_taken="antibiotic cream", by=clinic.doctor_user, now=then)
    assert desk.accepts(plan, desk.shown(plan)).status_code == 302
    assert gaps(plan) == [42, 28, 28]


def test_difference_is_refused_whole_when_one_of_it_was_changed_meanwhile(
    desk: Desk, clinic: Clinic, series: list[Appointment]
) -> None:
    plan = plan_of(series)
    desk.at(series[0].starts_at + HOUR / 2).press(series[0], "do/noshow")
    values = desk.at(series[0].starts_at + 2 * DAY).shown(plan)
    appointments.confirm(appointment=series[3], by=clinic.desk, now=series[0].starts_at + 2 * DAY)
    before = (days(plan), Message.objects.count())
    answer = desk.accepts(plan, values, tell="yes")
    assert (answer.status_code, "Look again" in answer.content.decode()) == (412, True)
    assert (days(plan), Message.objects.count()) == before
    assert desk.accepts(plan, ["", "x|y", "2|1|tomorrow"]).status_code == 422
