"""Worklists, adherence, outcomes, texts before the visit: counted from facts, for who may see them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from clinic.errors import DomainError
from clinic.models import Task
from tests.factories import LocationFactory, protocol_version, staff
from tests.treatments.day import DAY, NOW, Clinic, consent, drafted, needling, screen, started, treated
from treatments.actions.outcomes import score_outcome
from treatments.actions.patients import save_profile
from treatments.actions.plans import add_session
from treatments.actions.reactions import open_reaction
from treatments.actions.screening import AnswerInput
from treatments.booked import forget_booked_days, tell_booked_days
from treatments.combinations import combinations_for
from treatments.gate import problems_for
from treatments.models import TreatmentPlan
from treatments.pretreatment import texts_before, texts_for
from treatments.queries.adherence import adherence_by_protocol
from treatments.queries.outcomes import outcome_series, outcomes_due, pain_of
from treatments.queries.worklists import (
    consents_to_renew,
    due_lines,
    open_reactions,
    overdue_lines,
    packages_at_risk,
    records_to_sign,
    unfinished_lines,
)
from treatments.reminders import PlanSubject
from treatments.series import series_of
from treatments.suggestions import concerns, protocols_for
from treatments.words import ReactionSeverity

pytestmark = pytest.mark.django_db


def test_overdue_plan_shows_days_beyond_its_latest_day(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    assert overdue_lines(clinic.desk, now=NOW + 42 * DAY) == []
    lines = overdue_lines(clinic.desk, now=NOW + 45 * DAY)
    assert [(line.plan, line.days, line.sessions_left) for line in lines] == [(plan, 3, 3)]
    booked = {plan.pk: {2: date(2026, 4, 20), 3: date(2026, 5, 20), 4: date(2026, 6, 20)}}
    assert overdue_lines(clinic.desk, now=NOW + 45 * DAY, anchors=booked) == []


def test_due_list_begins_a_week_before_the_window(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    assert due_lines(clinic.desk, now=NOW + 20 * DAY) == []
    assert [line.plan for line in due_lines(clinic.desk, now=NOW + 21 * DAY)] == [plan]


def test_stranger_sees_no_worklist(clinic: Clinic) -> None:
    treated(clinic.plan(), clinic)
    stranger = staff(at=LocationFactory())
    later = NOW + 60 * DAY
    assert overdue_lines(stranger, now=later) == []
    assert unfinished_lines(stranger, now=later) == []
    assert list(records_to_sign(stranger)) == []


def test_unfinished_plans_are_sorted_by_silence(clinic: Clinic) -> None:
    first, second = clinic.plan(), clinic.plan()
    treated(first, clinic)
    treated(second, clinic, now=NOW + 5 * DAY)
    lines = unfinished_lines(clinic.desk, now=NOW + 30 * DAY)
    assert [(line.plan, line.sessions_done, line.sessions_left) for line in lines] == [
        (first, 1, 3),
        (second, 1, 3),
    ]
    assert lines[0].days_silent == 29


def test_package_at_risk_says_how_many_sessions_fit(clinic: Clinic) -> None:
    plan = clinic.plan(package_ends_on=date(2026, 5, 20))
    treated(plan, clinic)
    (line,) = packages_at_risk(clinic.desk, now=NOW + 10 * DAY)
    assert (line.plan, line.fit.left, line.fit.fit) == (plan, 3, 2)
    TreatmentPlan.objects.update(package_ends_on=date(2026, 9, 1))
    assert packages_at_risk(clinic.desk, now=NOW + 10 * DAY) == []


def test_drafts_and_open_reactions_wait_for_the_practitioner(clinic: Clinic) -> None:
    plan = clinic.plan()
    record = drafted(started(plan, clinic), clinic, needling(clinic))
    reaction = open_reaction(
        plan,
        code="FL_PIH",
        severity=ReactionSeverity.MILD,
        onset_on=NOW.date(),
        by=clinic.doctor_user,
        now=NOW,
    )
    assert list(records_to_sign(clinic.doctor_user)) == [record]
    assert list(open_reactions(clinic.doctor_user)) == [reaction]
    assert list(records_to_sign(clinic.desk)) == []
    assert list(open_reactions(clinic.desk)) == []


def test_consents_to_renew_name_the_reason(clinic: Clinic) -> None:
    plan = clinic.plan()
    (line,) = consents_to_renew(clinic.desk, now=NOW)
    assert (line.plan, line.reasons) == (plan, ("No consent is signed for this plan.",))
    consent(plan, clinic)
    assert consents_to_renew(clinic.desk, now=NOW + 10 * DAY) == []
    (line,) = consents_to_renew(clinic.desk, now=NOW + timedelta(days=340))
    assert (line.plan, line.reasons) == (
        plan,
        ("The consent is valid until Wed 3 Mar 2027 only and must be signed again.",),
    )


def test_adherence_counts_on_time_drift_and_drop_off(clinic: Clinic) -> None:
    steady, gone = clinic.plan(), clinic.plan()
    treated(steady, clinic)
    treated(steady, clinic, number=2, now=NOW + 30 * DAY)
    treated(gone, clinic)
    (line,) = adherence_by_protocol(clinic.doctor_user, now=NOW + 60 * DAY)
    assert (line.performed, line.on_time_share, line.median_drift_days) == (1, 1.0, 2)
    assert line.by_number[1] == (2, 2)
    assert line.by_number[2] == (2, 1)
    assert line.drop_off(2) == 0.5


def test_worklists_ask_the_same_queries_for_one_and_for_three_plans(
    clinic: Clinic, django_assert_max_num_queries: object
) -> None:
    for _ in range(3):
        treated(clinic.plan(), clinic)
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        assert len(overdue_lines(clinic.desk, now=NOW + 60 * DAY)) == 3
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        assert len(consents_to_renew(clinic.desk, now=NOW + 340 * DAY)) == 3


# --- outcomes -------------------------------------------------------------------------------------


def test_score_must_fit_its_scale(clinic: Clinic) -> None:
    plan = clinic.plan()
    fits = {"scale": "GB_QUAL", "moment": "BASE", "by": clinic.doctor_user, "now": NOW}
    score_outcome(plan, score=Decimal(4), **fits)  # type: ignore[arg-type]
    for wrong in ("0", "5", "2.5"):
        with pytest.raises(DomainError, match="runs from"):
            score_outcome(plan, score=Decimal(wrong), **fits)  # type: ignore[arg-type]
    with pytest.raises(DomainError) as person:
        score_outcome(plan, score=Decimal(3), by_patient=True, **fits)  # type: ignore[arg-type]
    assert person.value.code == "wrong_scorer"


def test_drop_of_one_grade_is_a_response(clinic: Clinic) -> None:
    """Catalogue 8.2 responder flag: GB_QUAL drop of 1 or more."""
    plan = clinic.plan()
    for moment, score, days in (("BASE", 4, 0), ("END30", 3, 120)):
        score_outcome(
            plan,
            scale="GB_QUAL",
            moment=moment,
            score=Decimal(score),
            by=clinic.doctor_user,
            now=NOW + days * DAY,
        )
    (series,) = outcome_series(plan)
    assert (series.is_primary, series.is_response) == (True, True)
    assert series.change is not None
    assert (series.change.difference, series.change.is_better) == (Decimal(-1), True)


def test_moments_follow_the_last_session(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    days = {one.moment.code: one.on for one in outcomes_due(plan) if one.moment.anchor == "last_session"}
    assert days == {
        "END30": NOW.date() + 30 * DAY,
        "END90": NOW.date() + 90 * DAY,
        "END180": NOW.date() + 180 * DAY,
    }
    assert pain_of(plan) == [(1, Decimal(3))]


# --- planning and texts ---------------------------------------------------------------------------


def test_concern_suggests_protocols_with_reasons() -> None:
    for code in ("MN_WRINKLE", "MS_REJUV"):
        protocol_version(code)
    first, second = protocols_for("LINES")
    assert (first.code, first.is_first_choice, second.code) == ("MN_WRINKLE", True, "MS_REJUV")
    assert first.reasons
    assert (first.sessions_from, first.sessions_typical, first.sessions_to, first.weeks_typical) == (
        3,
        4,
        6,
        13,
    )
    assert len(concerns()) == 14
    (combination,) = combinations_for("LINES")
    assert combination.days == (0, 14, 28, 42, 56, 70)
    assert combination.protocols == ("MN_WRINKLE", "MS_REJUV") * 3


def test_maintenance_is_invited_on_the_ideal_day(clinic: Clinic) -> None:
    plan = clinic.plan(sessions=3)
    for number in (1, 2, 3):
        treated(plan, clinic, number=number, now=NOW + (number - 1) * 30 * DAY)
    plan = TreatmentPlan.objects.get(pk=plan.pk)
    invited = [one for one in PlanSubject().wanted(plan, NOW + 70 * DAY) if one.kind == "maintenance_due"]
    (wanted,) = invited
    assert wanted.scheduled_for.date() == NOW.date() + timedelta(days=60 + 180)
    session = add_session(plan, by=clinic.desk, now=NOW + 200 * DAY)
    again = TreatmentPlan.objects.get(pk=plan.pk)
    assert {one.kind for one in PlanSubject().wanted(again, NOW + 200 * DAY)} == {"next_session_due"}
    window = series_of(again, now=NOW + 200 * DAY)[3].window
    assert window is not None
    assert (window.ideal - NOW.date()).days == 60 + 180
    codes = {problem.code for problem in problems_for(session, on=window.ideal, now=NOW + 200 * DAY)}
    assert not codes & {"stale", "too_late", "too_soon", "beyond_series"}


def test_texts_before_the_visit_fit_the_patient(clinic: Clinic) -> None:
    plan = clinic.plan(numbing=True, numbs_at_home=True)
    session = plan.sessions.get(number=1)
    codes = [text.code for text in texts_for(session)]
    assert "P_2H" in codes
    assert not {"P_14_FST", "P_2_HSV", "P_1_SHAVE", "P_1_HAIR", "P_1_BODY"} & set(codes)
    fourteen = next(text for text in texts_for(session) if text.code == "P_14")
    assert "dental" not in fourteen.text
    save_profile(plan.patient, skin_type=5, hsv_prescribed=True, shaves_area=True, by=None, now=NOW)
    again = TreatmentPlan.objects.get(pk=plan.pk).sessions.get(number=1)
    assert {"P_14_FST", "P_2_HSV", "P_1_SHAVE"} <= {text.code for text in texts_for(again)}


def test_late_visit_gets_one_merged_text(clinic: Clinic) -> None:
    session = clinic.plan().sessions.get(number=1)
    texts = texts_before(session, starts_at=NOW + 6 * DAY, now=NOW)
    assert [text.code for text in texts][:2] == ["P_MERGED", "P_5"]
    assert "dental" not in texts[0].text
    assert "vitamin A" in texts[0].text
    assert [text.send_at for text in texts] == sorted(text.send_at for text in texts)


def test_screening_that_needs_a_signature_becomes_a_task(clinic: Clinic) -> None:

    plan = clinic.plan()
    screen(plan, now=NOW, DIABETES=AnswerInput(answer="yes"))
    task = Task.objects.get(kind="screening")
    assert (task.owner, task.urgency, task.is_clinical) == (clinic.doctor_user, "NEXT_DAY", True)
    assert "DIABETES" in task.sentence


def test_session_nobody_booked_is_spoken_of_until_it_has_a_day(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    plan = TreatmentPlan.objects.get(pk=plan.pk)
    restore = forget_booked_days()
    try:
        due, late = PlanSubject().wanted(plan, NOW + DAY)
        assert (due.rule, late.rule) == ("DUE_2_2026-03-31", "LATE_2_2026-03-31")
        assert due.scheduled_for == datetime(2026, 3, 24, 8, 0, tzinfo=UTC)
        assert dict(due.extra) == {"from_on": "2026-03-31", "until_on": "2026-04-14"}
        assert late.scheduled_for == datetime(2026, 4, 15, 8, 0, tzinfo=UTC)
        tell_booked_days(lambda plan, *, now: {2: date(2026, 4, 2)})
        assert PlanSubject().wanted(plan, NOW + DAY) == []
    finally:
        forget_booked_days()
        restore()
