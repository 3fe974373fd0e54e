"""The way of one patient through the clinical actions: plan, questions, consent, treatment, recovery."""

from datetime import date, timedelta

import pytest

from clinic.errors import Blocker, DomainError
from clinic.messaging.models import Message
from clinic.models import Task
from tests.treatments.day import DAY, NOW, Clinic, make_ready, screen, treated
from treatments.actions.recovery import answer_question, ask_due, finish
from treatments.actions.sessions import start_session
from treatments.gate import problems_for
from treatments.models import AftercareGiven, RecoveryCheck
from treatments.series import series_of
from treatments.words import PlanStatus, SessionStatus

pytestmark = pytest.mark.django_db


def test_new_plan_has_numbered_sessions_and_windows_before_anything_is_booked(clinic: Clinic) -> None:
    plan = clinic.plan()
    series = series_of(plan, now=NOW)
    assert [(one.number, one.status) for one in series] == [(n, "preparation") for n in (1, 2, 3, 4)]
    assert series[0].window is None
    window = series[1].window
    assert window is not None
    assert (window.earliest, window.ideal, window.latest) == (
        date(2026, 3, 31),
        date(2026, 3, 31),
        date(2026, 4, 14),
    )


def test_session_does_not_start_before_questions_and_consent_are_settled(clinic: Clinic) -> None:
    plan = clinic.plan()
    session = plan.sessions.get(number=1)
    with pytest.raises(DomainError) as refused:
        start_session(session, by=clinic.doctor_user, now=NOW)
    codes = {problem.code for problem in refused.value.problems if isinstance(problem, Blocker)}
    assert codes == {"consent_missing", "screening_incomplete", "screening_due"}
    make_ready(plan, clinic, session, now=NOW)
    assert start_session(session, by=clinic.doctor_user, now=NOW).status == SessionStatus.IN_PROGRESS


def test_signing_performs_the_session_and_plans_what_follows(clinic: Clinic) -> None:
    plan = clinic.plan()
    record = treated(plan, clinic).record
    session = plan.sessions.get(number=1)
    assert session.status == SessionStatus.COMPLETED
    assert session.performed_at == NOW + timedelta(hours=1)
    assert session.performed_by == clinic.doctor
    assert record.zones.count() == 2
    assert record.details["next_earliest"] == "2026-03-31"
    assert AftercareGiven.objects.get(session=session).care_group == "CG_MN"
    checks = RecoveryCheck.objects.of_session(session)
    assert [check.code for check in checks] == ["C1", "C2", "C3", "C4", "C5"]
    about = Message.objects.about("session", session.pk)
    assert about.count() > 0
    assert all(check.status == "planned" for check in checks)
    window = series_of(plan, now=NOW)[1].window
    assert window is not None
    assert window.earliest == date(2026, 3, 31)


def test_green_answers_become_a_point_and_nothing_else(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    now = NOW + timedelta(hours=26)
    assert ask_due(now) == 1
    check = RecoveryCheck.objects.get(code="C1")
    for question, value in {
        "Q_RED": 4,
        "Q_SWELL": 2,
        "Q_PAIN": 1,
        "Q_BREATH": "no",
        "Q_HIVES": "no",
        "Q_EYE": "no",
        "Q_BLIST": "no",
        "Q_FEVER": "no",
        "Q_AFTER": "yes",
    }.items():
        answer_question(check.pk, question, value, now=now)
    assert finish(check.pk, now=now).grade == "green"
    assert not Task.objects.filter(kind="recovery").exists()
    plan.refresh_from_db()
    assert plan.status == PlanStatus.ACTIVE


def test_red_answer_holds_the_plan_and_reaches_the_practitioner(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    now = NOW + timedelta(hours=26)
    ask_due(now)
    check = RecoveryCheck.objects.get(code="C1")
    for question in check.questions:
        value = {"Q_RED": 4, "Q_SWELL": 2, "Q_PAIN": 1, "Q_BLIST": "yes", "Q_AFTER": "yes"}.get(
            question, "no"
        )
        if question not in ("Q_PHOTO", "Q_FREE"):
            answer_question(check.pk, question, value, now=now)
    done = finish(check.pk, now=now)
    assert (done.grade, done.urgency) == ("red", "SAME_DAY")
    plan.refresh_from_db()
    assert plan.status == PlanStatus.ON_HOLD
    assert {reaction.code for reaction in plan.reactions.open()} == {"FL_BLISTER", "FL_HSV"}
    task = Task.objects.get(kind="recovery")
    assert (task.owner, task.urgency, task.due_at) == (
        clinic.doctor_user,
        "SAME_DAY",
        now + timedelta(hours=4),
    )
    assert clinic.cartridge.number in task.sentence
    found = problems_for(plan.sessions.get(number=2), on=date(2026, 4, 2), now=now)
    assert "plan_frozen" in {problem.code for problem in found if isinstance(problem, Blocker)}


def test_too_early_session_needs_a_signature(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    second = plan.sessions.get(number=2)
    screen(plan, second, now=NOW + 27 * DAY)
    early = problems_for(second, on=date(2026, 3, 30), now=NOW + 27 * DAY)
    assert "too_soon" in {problem.code for problem in early}
    right = problems_for(second, on=date(2026, 3, 31), now=NOW + 27 * DAY)
    assert "too_soon" not in {problem.code for problem in right}
