"""P2 at every way in: what the gate refuses nobody books, a signature counts everywhere, a hard limit has none."""

from __future__ import annotations

import html
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bookings.actions import appointments
from bookings.actions.series import propose_series
from bookings.care import anchors_of
from bookings.models import Appointment
from bookings.visits import visit_of
from clinic import roles
from clinic.errors import Blocker, DomainError, NeedsApproval
from clinic.models import User
from clinic.timekeeping import local_day
from tests.bookings.conftest import FIRST, Clinic
from tests.bookings.entrances.ways import WAYS, Way
from tests.factories import staff
from tests.treatments.day import screen
from treatments.actions.plans import hold_plan
from treatments.actions.screening import AnswerInput
from treatments.actions.sign_offs import sign_off
from treatments.models import SignOff, TreatmentPlan, TreatmentSession

every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
DAY = timedelta(days=1)


@pytest.fixture
def lead(clinic: Clinic) -> User:
    """A clinician who may sign, and may book."""
    return staff(roles.LEAD, at=clinic.location, name="Dr. Weiss")


def second_of(clinic: Clinic, code: str = "MN_ACNE_SCAR", **fields: Any) -> TreatmentSession:
    """The second session of a plan whose first one is booked at FIRST."""
    plan = clinic.plan(code=code, **fields)
    appointments.book(
        visit=visit_of(plan.sessions.get(number=1)), starts_at=FIRST, by=clinic.desk, now=clinic.now
    )
    return TreatmentSession.objects.select_related("plan__location", "plan__patient").get(plan=plan, number=2)


def is_booked(session: TreatmentSession) -> bool:
    return Appointment.objects.occupying().of_session(session.pk).exists()


def signed(
    session: TreatmentSession, code: str, at: datetime, *, by: User, reason: str, clinic: Clinic
) -> SignOff:
    return sign_off(
        session,
        code,
        reason=reason,
        by=by,
        now=clinic.now,
        on=local_day(at, clinic.location.tz),
        anchors=anchors_of(session.plan, now=clinic.now),
    )


@every_way
def test_too_soon_is_refused_until_somebody_entitled_signs_with_a_reason(
    clinic: Clinic, lead: User, way: Way, tmp_path: Path
) -> None:
    session, early = second_of(clinic), FIRST + 27 * DAY
    told = way(clinic, clinic.desk, session, early, tmp_path)
    assert "asks for 28 days" in html.unescape(told or "")
    assert not is_booked(session)

    for by, reason, code in ((clinic.desk, "she travels", "not_entitled"), (lead, "  ", "reason_missing")):
        with pytest.raises(DomainError) as refused:
            signed(session, "too_soon", early, by=by, reason=reason, clinic=clinic)
        assert refused.value.code == code
    assert way(clinic, clinic.desk, session, early, tmp_path) is not None

    signed(session, "too_soon", early, by=lead, reason="She travels; the skin has healed.", clinic=clinic)
    assert way(clinic, clinic.desk, session, early, tmp_path) is None
    assert is_booked(session)
    found = SignOff.objects.get(session=session)
    assert (found.signed_by, found.signed_at, found.reason) == (
        lead,
        clinic.now,
        "She travels; the skin has healed.",
    )


@every_way
def test_hard_limit_is_refused_to_everybody_and_nobody_may_sign_for_it(
    clinic: Clinic, lead: User, way: Way, tmp_path: Path
) -> None:
    """Six sessions of this medicine, thirty days apart (LIM_DCA_COURSE)."""
    session = second_of(clinic, code="MS_LIPO_SUBMENTAL", zones=["N_SUBMENTAL"])
    early, code = FIRST + 29 * DAY, "limit:LIM_DCA_COURSE"
    for by in (lead, User.objects.create_superuser("root@clinic.example", "a long enough one", name="Root")):
        with pytest.raises(DomainError) as refused:
            signed(session, code, early, by=by, reason="He insists.", clinic=clinic)
        assert refused.value.code == "hard_limit"
    signed(session, "too_soon", early, by=lead, reason="As close as it may be.", clinic=clinic)
    told = way(clinic, lead, session, early, tmp_path)
    assert "30 days" in html.unescape(told or "")
    assert not is_booked(session)


@every_way
def test_blocking_answer_and_a_frozen_plan_are_refused(
    clinic: Clinic, lead: User, way: Way, tmp_path: Path
) -> None:
    session, on_time = second_of(clinic), FIRST + 28 * DAY
    screen(session.plan, now=clinic.now, **BLOCKING)
    assert way(clinic, clinic.desk, session, on_time, tmp_path) is not None
    screen(session.plan, now=clinic.now + timedelta(minutes=1))
    plan = TreatmentPlan.objects.get(pk=session.plan_id)
    hold_plan(plan, reason="healing", by=lead, now=clinic.now)
    told = way(clinic, clinic.desk, session, on_time, tmp_path)
    assert told is not None
    assert not is_booked(session)


BLOCKING: dict[str, Any] = {"PREGNANT": AnswerInput(answer="yes")}


def test_planner_proposes_nothing_that_the_gate_refuses(clinic: Clinic) -> None:
    for code, zones, least in (
        ("MN_ACNE_SCAR", ["F_CHEEK_LATERAL"], 28),
        ("MS_LIPO_SUBMENTAL", ["N_SUBMENTAL"], 30),
    ):
        session = second_of(clinic, code=code, zones=zones)
        found = {one.number: one for one in propose_series(session.plan, now=clinic.now).sessions}
        gap = found[2].day - local_day(FIRST, clinic.location.tz)
        assert gap.days >= least
        assert not [one for one in found[2].problems if isinstance(one, Blocker | NeedsApproval)]
        for row in Appointment.objects.occupying():
            appointments.cancel(appointment=row, reason="other", by=clinic.desk, now=clinic.now)
