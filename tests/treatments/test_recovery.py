"""Recovery checks: when they are asked, what answers and silence lead to, reports, messages (catalogue 6, 7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.actions.tasks import escalate_overdue
from clinic.errors import DomainError
from clinic.messaging.models import Message
from clinic.models import ClinicSettings, Task
from tests.treatments.day import DAY, NOW, Clinic, needling, started, treated
from tests.treatments.test_records import injection
from treatments.actions.alarms import raise_alarm
from treatments.actions.calls import log_call
from treatments.actions.recovery import (
    answer_question,
    ask_due,
    close_silent,
    finish,
    instant_flag,
    missing_questions,
    open_report,
    report_problem,
)
from treatments.catalogue import read_catalogue
from treatments.models import RecoveryCheck, TreatmentPlan, TreatmentSession
from treatments.queries.healing import gentler_next
from treatments.queries.recovery import inbox, recovery_case, recovery_curve
from treatments.reminders import SessionSubject
from treatments.rule_lines import rule_lines
from treatments.tasks import follow_up
from treatments.web.recovery_inbox import rows_of
from treatments.words import CheckStatus, PlanStatus

pytestmark = pytest.mark.django_db
END = NOW + timedelta(hours=1)


def check(plan: TreatmentPlan, code: str, number: int = 1) -> RecoveryCheck:
    return RecoveryCheck.objects.get(session__plan=plan, session__number=number, code=code)


def answer_all(row: RecoveryCheck, *, now: datetime, **given: Any) -> RecoveryCheck:
    """Answers everything calmly, except what is given."""
    scores = {"Q_SAT": 4, "Q_AFTER": "yes", "Q_WORRY": "not", "Q_READY": "yes"}
    for question in missing_questions(row):
        calm = scores.get(question, 0 if question in SCORED else "no")
        answer_question(row.pk, question, given.get(question, calm), now=now)
    for question in missing_questions(RecoveryCheck.objects.get(pk=row.pk)):
        answer_question(row.pk, question, given.get(question, "no"), now=now)
    return finish(row.pk, now=now)


SCORED = {
    "Q_RED",
    "Q_SWELL",
    "Q_PAIN",
    "Q_ITCH",
    "Q_DRY",
    "Q_BRUISE",
    "Q_BUMPS",
    "Q_CRUST",
    "Q_NUMB",
    "Q_FIRM",
    "Q_HEADACHE",
    "Q_SHED",
    "Q_LUMPCOUNT",
}


def test_checks_are_due_at_their_offsets_outside_quiet_hours(clinic: Clinic) -> None:
    """Catalogue 7.2: 24, 72, 168, 336, 600 hours; answers count as silence after twice the answer hours."""
    plan = clinic.plan()
    treated(plan, clinic)
    rows = RecoveryCheck.objects.filter(session__plan=plan).order_by("due_at")
    # D25 lies behind the night to summer time: 600 hours after ten are eleven on the wall, still by day.
    assert [row.due_at - END for row in rows] == [timedelta(hours=h) for h in (24, 72, 168, 336, 600)]
    assert [(row.answer_until - row.due_at) / 2 for row in rows] == [
        timedelta(hours=h) for h in (12, 24, 48, 72, 72)
    ]


def test_late_session_is_asked_in_the_morning(clinic: Clinic) -> None:
    evening = datetime(2026, 3, 3, 20, 30, tzinfo=UTC)
    plan = clinic.plan()
    treated(plan, clinic, now=evening - timedelta(hours=1))
    assert check(plan, "C1").due_at == datetime(2026, 3, 5, 7, 0, tzinfo=UTC)


def test_some_checks_only_follow_the_last_session(clinic: Clinic) -> None:
    plan = clinic.plan("MS_HYDRATION", sessions=3)
    treated(plan, clinic, draft=injection(clinic))
    codes = set(RecoveryCheck.objects.filter(session__plan=plan).values_list("code", flat=True))
    assert codes == {"C1", "C2", "C3", "C4", "C5"}


def test_check_is_asked_once_it_is_due_and_answered_page_by_page(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    assert ask_due(END + timedelta(hours=23)) == 0
    assert ask_due(END + timedelta(hours=24)) == 1
    assert ask_due(END + timedelta(hours=24)) == 0
    row = check(plan, "C1")
    answer_question(row.pk, "Q_RED", 5, now=END + timedelta(hours=25))
    answer_question(row.pk, "Q_RED", 4, now=END + timedelta(hours=25))
    assert [answer.value for answer in row.answers.all()] == [4]
    with pytest.raises(DomainError) as missing:
        finish(row.pk, now=END + timedelta(hours=25))
    assert missing.value.code == "unanswered"


@pytest.mark.parametrize(("question", "value"), [("Q_RED", 11), ("Q_RED", "much"), ("Q_BREATH", "maybe")])
def test_answer_that_the_question_does_not_allow_is_refused(
    clinic: Clinic, question: str, value: object
) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    with pytest.raises(DomainError) as refused:
        answer_question(check(plan, "C1").pk, question, value, now=END + DAY)
    assert refused.value.code == "unknown_answer"


def test_fever_brings_the_question_about_feeling_ill(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    row = check(plan, "C1")
    answer_question(row.pk, "Q_FEVER", "yes", now=END + DAY, extras={"temperature_c": "38,4"})
    assert "Q_UNWELL" in missing_questions(row)
    done = answer_all(row, now=END + DAY, Q_UNWELL="yes")
    assert (done.urgency, plan_status(plan)) == ("EMERGENCY", PlanStatus.ON_HOLD)


def plan_status(plan: TreatmentPlan) -> str:
    return TreatmentPlan.objects.values_list("status", flat=True).get(pk=plan.pk)


def test_emergency_speaks_before_anything_is_sent_and_again_by_message(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    row, now = check(plan, "C1"), END + DAY
    advice = instant_flag(row, "Q_BREATH", "yes", now=now)
    assert advice is not None
    assert (advice.flag, advice.emergency_number) == ("FL_ANAPHYLAXIS", "112")
    assert not row.answers.exists()
    assert instant_flag(row, "Q_BREATH", "no", now=now) is None
    answer_all(row, now=now, Q_BREATH="yes")
    message = Message.objects.get(kind="recovery_emergency")
    assert (message.status, message.ignores_quiet_hours) == ("pending", True)
    assert Task.objects.get(kind="recovery").due_at == now


def test_an_emergency_that_is_never_sent_is_followed_up_all_the_same(clinic: Clinic) -> None:
    """Who taps yes and then calls the emergency number does not come back to press "send"."""
    plan = clinic.plan()
    treated(plan, clinic)
    row, other, now = check(plan, "C1"), check(plan, "C2"), END + 2 * DAY
    RecoveryCheck.objects.filter(pk=other.pk).update(status=CheckStatus.SILENT)
    ask_due(END + 2 * DAY)
    row.refresh_from_db()
    alarm(row, now=now)
    alarm(row, now=now + timedelta(minutes=1))
    row.refresh_from_db()
    assert (row.status, row.grade, row.urgency) == ("asked", "red", "EMERGENCY")
    assert plan_status(plan) == PlanStatus.ON_HOLD
    reaction = plan.reactions.get()
    assert (reaction.code, reaction.severity, reaction.session_id) == (
        "FL_ANAPHYLAXIS",
        "severe",
        row.session_id,
    )
    task = Task.objects.get(kind="recovery")
    assert (task.urgency, task.due_at, task.owner) == ("EMERGENCY", now, clinic.doctor_user)
    message = Message.objects.get(kind="recovery_emergency")
    assert (message.scheduled_for, message.ignores_quiet_hours) == (now, True)
    assert [one.pk for one in inbox(clinic.doctor_user)] == [row.pk, other.pk]
    first, second = rows_of(inbox(clinic.doctor_user), user=clinic.doctor_user, now=now + timedelta(hours=1))
    assert (first.task, first.is_late, first.is_held, first.day) == (task, True, True, 2)
    assert [one["label"] for one in first.findings] == ["severe allergy"]
    assert (second.check.pk, second.course, second.is_held) == (other.pk, None, True)


def test_an_emergency_taken_back_stays_on_top_until_somebody_called(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    row, now = check(plan, "C1"), END + DAY
    alarm(row, now=now)
    answer_all(row, now=now + timedelta(minutes=5))
    row.refresh_from_db()
    assert (row.status, row.grade, row.urgency) == ("answered", "green", "")
    assert [one.pk for one in inbox(clinic.doctor_user)] == [row.pk]
    log_call(row, outcome="fine", by=clinic.doctor_user, now=now + timedelta(minutes=9))
    assert list(inbox(clinic.doctor_user)) == []
    assert plan_status(plan) == PlanStatus.ON_HOLD


def alarm(row: RecoveryCheck, *, now: datetime) -> None:
    advice = instant_flag(row, "Q_BREATH", "yes", now=now)
    assert advice is not None
    raise_alarm(row, advice, now=now)


def test_amber_opens_a_task_for_a_day_and_leaves_the_plan_running(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    now = END + timedelta(hours=26)
    done = answer_all(check(plan, "C1"), now=now, Q_RED=7)
    assert (done.grade, done.urgency, plan_status(plan)) == ("amber", "NEXT_DAY", PlanStatus.ACTIVE)
    task = Task.objects.get(kind="recovery")
    assert (task.due_at, task.owner) == (now + timedelta(hours=24), clinic.doctor_user)
    assert finish(done.pk, now=now + DAY).answered_at == now
    assert Task.objects.filter(kind="recovery").count() == 1


def test_rise_against_the_check_before_is_noticed(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    answer_all(check(plan, "C1"), now=END + DAY, Q_SWELL=0)
    done = answer_all(check(plan, "C2"), now=END + 4 * DAY, Q_SWELL=1)
    assert [finding["code"] for finding in done.findings] == ["FL_SWELL_LATE"]


def test_silence_becomes_a_call_and_a_late_answer_still_counts(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    follow_up(END + timedelta(hours=24))
    row = check(plan, "C1")
    assert close_silent(row.answer_until - timedelta(minutes=1)) == 0
    assert close_silent(row.answer_until) == 1
    assert close_silent(row.answer_until) == 0
    call = Task.objects.get(kind="call")
    assert (call.subject_id, call.is_clinical, call.owner) == (row.pk, False, clinic.doctor_user)
    assert answer_all(row, now=row.answer_until + timedelta(hours=1)).status == CheckStatus.ANSWERED


def test_check_after_the_next_session_asks_only_about_lumps_and_patches(clinic: Clinic) -> None:
    """Catalogue 7.2, rules: no double messages."""
    plan = clinic.plan("MN_SCALP", sessions=6, zones=("S_FRONTAL",))
    draft = needling(clinic, depth="0.50", zone="S_FRONTAL")
    draft["zones"] = [{**draft["zones"][0], "side": "M", "endpoint": "MILD_ERYTHEMA"}]
    treated(plan, clinic, draft=draft)
    second = NOW + 7 * DAY
    ask_due(END + timedelta(hours=24))
    answer_all(check(plan, "C1"), now=END + DAY)
    started(plan, clinic, number=2, now=second)
    ask_due(END + 7 * DAY)
    assert check(plan, "C2").questions == ["Q_LUMP", "Q_PHOTO", "Q_FREE"]


def test_reported_problem_runs_through_the_same_triage(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    session = plan.sessions.get(number=1)
    done = report_problem(session, answers={"Q_PUS": "yes"}, now=END + 5 * DAY)
    assert (done.code, done.grade, done.urgency) == ("R1", "red", "SAME_DAY")
    assert [finding["code"] for finding in done.findings] == ["FL_PUS"]
    again = open_report(session, now=END + 6 * DAY)
    assert (again.code, open_report(session, now=END + 6 * DAY).pk) == ("R2", again.pk)
    assert not Message.objects.about("recovery_check", again.pk).exists()


def test_a_problem_told_only_in_words_is_read_within_a_day(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    now = END + 5 * DAY
    done = report_problem(plan.sessions.get(number=1), answers={"Q_FREE": "It looks odd."}, now=now)
    assert (done.grade, done.urgency, plan_status(plan)) == ("amber", "NEXT_DAY", PlanStatus.ACTIVE)
    assert [(one["code"], one["value"]) for one in done.findings] == [("own_words", "It looks odd.")]
    assert Task.objects.get(kind="recovery").due_at == now + DAY
    assert done in inbox(clinic.doctor_user)


def test_recovery_inbox_is_worst_first_and_only_for_who_may_see(clinic: Clinic) -> None:
    calm, amber, red = clinic.plan(), clinic.plan(), clinic.plan()
    for plan, given in ((calm, {}), (amber, {"Q_RED": 7}), (red, {"Q_EYE": "yes"})):
        treated(plan, clinic)
        answer_all(check(plan, "C1"), now=END + DAY, **given)
    assert [row.session.plan for row in inbox(clinic.doctor_user)] == [red, amber]
    assert list(inbox(clinic.desk)) == []


def test_calls_are_kept_and_only_a_reached_patient_leaves_the_inbox(clinic: Clinic) -> None:
    """In one tap on the page: nobody reached keeps the task escalating, reached ends it; the freeze is shown."""
    plan = clinic.plan()
    treated(plan, clinic)
    row = answer_all(check(plan, "C1"), now=END + DAY, Q_EYE="yes")
    doctor = Client()
    doctor.force_login(clinic.doctor_user)
    page, act = reverse("treatments:case", args=[row.pk]), reverse("treatments:case-act", args=[row.pk])
    assert "The plan is on hold" in doctor.get(page).content.decode()
    doctor.post(act, {"outcome": "no-answer", "note": "rang twice"})
    task = Task.objects.get(kind="recovery")
    assert (task.status, list(inbox(clinic.doctor_user))) == ("open", [row])
    assert escalate_overdue(now=task.due_at) == 1
    doctor.post(act, {"outcome": "hm"})
    assert row.calls.count() == 1
    doctor.post(act, {"outcome": "comes", "back": "inbox"})
    task.refresh_from_db()
    assert (task.status, task.outcome) == ("done", "reached: comes in today")
    assert list(inbox(clinic.doctor_user)) == []
    shown = doctor.get(page).content.decode()
    assert "rang twice" in shown
    assert "Reached: comes in today" in shown


def test_case_shows_answers_reasons_lots_and_curve(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    row = answer_all(check(plan, "C1"), now=END + DAY, Q_RED=7)
    case = recovery_case(row, now=END + DAY)
    assert (case.day, [lot.pk for lot in case.lots]) == (1, [clinic.cartridge.pk, clinic.glide.pk])
    assert case.findings[0]["symptom"] == "erythema"
    redness = next(curve for curve in recovery_curve(row.session) if curve.symptom == "erythema")
    assert [(point.day, point.score, point.expected, point.grade) for point in redness.points] == [
        (1, 7, 6, "amber")
    ]


def test_aftercare_timeline_merges_what_falls_together(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    session = plan.sessions.get(number=1)
    timeline = SessionSubject().timeline(session)
    assert [message.code for message in timeline[0].messages] == ["A_MN_00", "A_MN_00a", "A_MN_00b"]
    assert timeline[0].is_dont
    assert [step.at - END for step in timeline[:4]] == [timedelta(hours=h) for h in (0, 6, 24, 48)]
    planned = Message.objects.about("session", session.pk)
    assert planned.count() == len(timeline)


def test_every_time_of_the_aftercare_has_a_switch_of_its_own(clinic: Clinic) -> None:
    codes = {line.code for line in rule_lines(clinic.location) if line.kind == "aftercare_step"}
    begun = [
        next(one.code for one in protocol.aftercare if one.offset == offset)
        for protocol in read_catalogue().protocols
        for offset in {one.offset for one in protocol.aftercare}
    ]
    assert (len(begun) > 80, set(begun)) == (True, codes)


def test_a_step_that_the_location_switched_off_is_not_said_and_the_others_are(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    subject, pk = SessionSubject(), plan.sessions.get(number=1).pk
    before = [step.code for step in subject.timeline(TreatmentSession.objects.get(pk=pk))]
    settings, _is_new = ClinicSettings.objects.get_or_create(location=plan.location)
    ClinicSettings.objects.filter(pk=settings.pk).update(muted_rules=["A_MN_24"])
    after = [step.code for step in subject.timeline(TreatmentSession.objects.get(pk=pk))]
    assert ("A_MN_24" in before, after) == (True, [code for code in before if code != "A_MN_24"])


def test_slow_healing_proposes_more_days_and_less_depth(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    proposal = gentler_next(plan.sessions.get(number=1), findings=["erythema"])
    assert proposal is not None
    assert (proposal.usual_days, proposal.min_days, str(proposal.depth_mm)) == (28, 42, "0.75")
