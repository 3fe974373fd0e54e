"""Slow healing proposes a gentler next session; a practitioner accepts it, and the series keeps to it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from clinic import roles
from clinic.errors import DomainError, NeedsApproval, NotYours
from tests.factories import staff
from tests.treatments.day import NOW, Clinic, drafted, needling, started, treated
from treatments.actions.gentler import accept_gentler, withdraw_gentler
from treatments.actions.reactions import close_reaction, open_reaction
from treatments.actions.records import open_record
from treatments.gate import problems_for
from treatments.models import GentlerStep, TreatmentPlan, TreatmentSession
from treatments.queries.healing import gentler_after
from treatments.queries.session_records import problems_of
from treatments.series import series_of
from treatments.words import ReactionSeverity

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)


@pytest.fixture
def slow(clinic: Clinic) -> TreatmentSession:
    """Session 1 of four, needled 1 mm deep on 3 March, with a reaction."""
    plan = clinic.plan()
    treated(plan, clinic)
    session = plan.sessions.get(number=1)
    open_reaction(
        plan,
        code="FL_PUS",
        severity=ReactionSeverity.MODERATE,
        onset_on=date(2026, 3, 5),
        by=clinic.doctor_user,
        now=LATER,
        session=session,
    )
    return session


def accepted(session: TreatmentSession, clinic: Clinic) -> GentlerStep:
    return accept_gentler(session, days=42, depth_mm=Decimal("0.75"), by=clinic.doctor_user, now=LATER)


def window_opens(plan: TreatmentPlan) -> date | None:
    second = series_of(plan, now=LATER)[1]
    return second.window.earliest if second.window else None


def test_accepting_moves_the_window_and_binds_the_gate(slow: TreatmentSession, clinic: Clinic) -> None:
    assert window_opens(slow.plan) == date(2026, 3, 31)
    step = accepted(slow, clinic)
    assert (step.min_days, step.usual_days, step.depth_mm, step.accepted_by) == (
        42,
        28,
        Decimal("0.75"),
        clinic.doctor_user,
    )
    assert "slower than expected" in step.reason
    assert window_opens(slow.plan) == date(2026, 4, 14)
    second = slow.plan.sessions.get(number=2)
    found = {one.code: one for one in problems_for(second, on=date(2026, 4, 6), now=LATER)}
    assert isinstance(found["too_soon"], NeedsApproval)
    assert "after its slow healing 42 days were agreed" in str(found["too_soon"].sentence)
    assert "too_soon" not in {one.code for one in problems_for(second, on=date(2026, 4, 14), now=LATER)}


def test_accepting_twice_gives_the_first_and_the_database_keeps_one(
    slow: TreatmentSession, clinic: Clinic
) -> None:
    step = accepted(slow, clinic)
    assert accepted(slow, clinic) == step
    step.pk = None
    with pytest.raises(IntegrityError, match="gentler_step_stands_once_per_session"), transaction.atomic():
        step.save(force_insert=True)


def test_only_what_was_shown_can_be_accepted_and_only_by_those_who_treat(
    slow: TreatmentSession, clinic: Clinic
) -> None:
    with pytest.raises(DomainError) as refused:
        accept_gentler(slow, days=35, depth_mm=Decimal("0.75"), by=clinic.doctor_user, now=LATER)
    assert refused.value.code == "proposal_changed"
    with pytest.raises(NotYours):
        accept_gentler(slow, days=42, depth_mm=Decimal("0.75"), by=clinic.desk, now=LATER)
    assert not GentlerStep.objects.exists()


def test_the_proposal_outlives_the_closing_of_its_reaction(slow: TreatmentSession, clinic: Clinic) -> None:
    close_reaction(slow.reactions.get(), action_taken="antibiotic cream", by=clinic.doctor_user, now=LATER)
    proposal = gentler_after(slow)
    assert proposal is not None
    assert proposal.min_days == 42


def test_next_record_begins_no_deeper_and_deeper_needs_a_signature(
    slow: TreatmentSession, clinic: Clinic
) -> None:
    accepted(slow, clinic)
    close_reaction(slow.reactions.get(), action_taken="cream", by=clinic.doctor_user, now=LATER)
    when = NOW + timedelta(days=43)
    second = started(slow.plan, clinic, number=2, now=when)
    draft = open_record(second, practitioner=clinic.doctor, by=clinic.doctor_user, now=when).draft
    assert {row["depth_mm"] for row in draft["zones"]} == {"0.75"}
    record = drafted(second, clinic, needling(clinic, depth="1.00"), now=when)
    codes = {
        one.code for one in problems_of(record, ended_at=when, now=when) if isinstance(one, NeedsApproval)
    }
    assert codes == {"depth_agreed:F_CHEEK_LATERAL.L", "depth_agreed:F_CHEEK_LATERAL.R"}


def test_taking_back_needs_a_signer_and_a_reason_and_keeps_the_row(
    slow: TreatmentSession, clinic: Clinic
) -> None:
    step = accepted(slow, clinic)
    with pytest.raises(NotYours):
        withdraw_gentler(step, reason="healed", by=clinic.aesthetician_user, now=LATER)
    with pytest.raises(DomainError, match="Write why"):
        withdraw_gentler(step, reason=" ", by=clinic.doctor_user, now=LATER)
    taken = withdraw_gentler(step, reason="It was a cold sore.", by=clinic.doctor_user, now=LATER)
    assert (taken.withdrawn_by, taken.withdrawn_reason) == (clinic.doctor_user, "It was a cold sore.")
    assert window_opens(slow.plan) == date(2026, 3, 31)
    assert GentlerStep.objects.count() == 1
    assert accepted(slow, clinic).pk != step.pk


def test_one_button_on_the_plan_accepts_and_the_page_keeps_the_history(
    slow: TreatmentSession, clinic: Clinic, client: Client
) -> None:
    client.force_login(clinic.doctor_user)
    page = client.get(f"/plans/{slow.plan_id}/care/").content.decode()
    assert "Accept for the next session" in page
    client.post(f"/sessions/{slow.pk}/gentler/", {"days": "42", "depth_mm": "0.75"})
    step = GentlerStep.objects.get()
    page = client.get(f"/plans/{slow.plan_id}/care/").content.decode()
    assert "After session 1: not before 42 days" in page
    assert "Accept for the next session" not in page
    client.post(f"/gentler/{step.pk}/withdraw/", {"reason": "It was a cold sore."})
    page = client.get(f"/plans/{slow.plan_id}/care/").content.decode()
    assert "It was a cold sore." in page


def test_desk_and_manager_cannot_accept(slow: TreatmentSession, clinic: Clinic, client: Client) -> None:
    for role in (roles.FRONT_DESK, roles.MANAGER):
        client.force_login(staff(role, at=clinic.location))
        answer = client.post(f"/sessions/{slow.pk}/gentler/", {"days": "42", "depth_mm": "0.75"})
        assert answer.status_code == 403
