"""How was it? Off until a location asks; once for a plan, a week later, to who agreed, never while something hurts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clinic.messaging.actions.choices import choose
from clinic.messaging.actions.outbox import reconcile
from clinic.messaging.actions.rules import switch_rule
from clinic.messaging.channels.local import MemorySms
from clinic.messaging.engine.drain import drain
from clinic.messaging.models import Message
from clinic.models import ClinicSettings, Patient
from tests.treatments.day import Clinic, treated
from treatments.models import AdverseReaction, TreatmentPlan
from treatments.reminders import PlanSubject
from treatments.words import PlanStatus, ReactionStatus

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
DAY = timedelta(days=1)
#: Seven days after the last session, at ten in Berlin (summer time by then).
ASKED_AT = datetime(2026, 5, 9, 8, tzinfo=UTC)


@pytest.fixture
def plan(clinic: Clinic, settings: Any) -> TreatmentPlan:
    """A complete series of three at a place that asks for opinions, of a patient who agreed to be asked."""
    settings.SMS_CHANNEL = "memory"
    ClinicSettings.objects.update_or_create(
        location=clinic.location, defaults={"review_url": "https://reviews.example/riverside"}
    )
    made = clinic.plan(sessions=3)
    for number in (1, 2, 3):
        treated(made, clinic, number=number, now=NOW + (number - 1) * 30 * DAY)
    _choose(made.patient, is_wanted=True)
    switch_rule(clinic.location, "review_request", is_on=True, by=clinic.desk, now=NOW)
    done = TreatmentPlan.objects.get(pk=made.pk)
    assert done.status == PlanStatus.COMPLETED
    return done


def _choose(patient: Patient, *, is_wanted: bool) -> None:
    choose(patient, channel="sms", purpose="feedback", is_wanted=is_wanted, source="desk", now=NOW)


def reviews() -> Any:
    return Message.objects.filter(kind="review_request")


def fresh(plan: TreatmentPlan) -> TreatmentPlan:
    return TreatmentPlan.objects.get(pk=plan.pk)


def planned(plan: TreatmentPlan, *, now: datetime = NOW + 61 * DAY) -> list[Message]:
    reconcile("plan", fresh(plan), now=now)
    return list(reviews())


def test_it_is_off_until_the_location_wants_it(plan: TreatmentPlan, clinic: Clinic) -> None:
    switch_rule(clinic.location, "review_request", is_on=False, by=clinic.desk, now=NOW)
    assert planned(plan) == []
    switch_rule(clinic.location, "review_request", is_on=True, by=clinic.desk, now=NOW)
    ClinicSettings.objects.update(review_url="")
    assert planned(plan) == []


def test_it_comes_a_week_after_the_last_session_with_the_clinics_own_link(plan: TreatmentPlan) -> None:
    (message,) = planned(plan)
    assert (message.scheduled_for, message.channel, message.purpose) == (ASKED_AT, "sms", "feedback")
    drain(now=ASKED_AT - timedelta(minutes=1))
    assert reviews().get().status == "pending"
    MemorySms.forget()
    drain(now=ASKED_AT)
    sent = reviews().get()
    assert (sent.status, sent.last_error) == ("sent", "")
    assert "https://reviews.example/riverside" in MemorySms.sent[-1].text


def test_it_comes_once_for_a_plan(plan: TreatmentPlan) -> None:
    planned(plan)
    drain(now=ASKED_AT)
    for later in (8, 9, 15):
        assert len(planned(plan, now=NOW + (60 + later) * DAY)) == 1


def test_it_does_not_come_while_the_plan_goes_on(clinic: Clinic, plan: TreatmentPlan) -> None:
    TreatmentPlan.objects.filter(pk=plan.pk).update(status=PlanStatus.ACTIVE)
    assert planned(plan) == []


def test_it_waits_for_a_yes_and_ends_with_a_no(plan: TreatmentPlan) -> None:
    planned(plan)
    _choose(plan.patient, is_wanted=False)
    drain(now=ASKED_AT)
    found = reviews().order_by("id").first()
    assert (found.status, found.reason) == ("cancelled", "opted-out")
    assert not reviews().filter(status="sent").exists()


def test_it_never_comes_while_a_reaction_is_open(plan: TreatmentPlan) -> None:
    (message,) = planned(plan)
    reaction = AdverseReaction.objects.create(
        plan=plan, code="AE_INFECT", severity="mild", onset_on=date(2026, 5, 4), created_at=NOW
    )
    assert "review_request" not in {one.kind for one in PlanSubject().wanted(fresh(plan), NOW + 61 * DAY)}
    drain(now=ASKED_AT)
    message.refresh_from_db()
    assert (message.status, message.reason) == ("cancelled", "booked-or-changed")
    reaction.status = ReactionStatus.CLOSED
    reaction.save(update_fields=["status"])
    assert {one.kind for one in PlanSubject().wanted(fresh(plan), NOW + 61 * DAY)} == {
        "maintenance_due",
        "outcome_request",
        "review_request",
    }


def test_it_is_too_late_after_two_weeks(plan: TreatmentPlan) -> None:
    planned(plan)
    drain(now=ASKED_AT + 14 * DAY)
    assert reviews().get().status == "expired"
