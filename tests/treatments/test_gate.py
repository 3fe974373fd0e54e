"""The gate (P2, BR-02, BR-06): what stands against a session on a day, and what a signature changes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.errors import Blocker, DomainError, NeedsApproval, NotYours, Problem
from clinic.errors import Warning as Remark
from tests.factories import protocol_version
from tests.treatments.day import (
    DAY,
    NOW,
    Clinic,
    consent,
    make_ready,
    needling,
    patch_tests,
    screen,
    treated,
)
from tests.treatments.pure.plans import bare_facts, look
from treatments.actions.consents import withdraw_consent, write_text
from treatments.actions.patients import apply_patch_test, read_patch_test, save_profile
from treatments.actions.plans import close_plan, hold_plan, open_plan, release_plan
from treatments.actions.protocols import offer_protocol
from treatments.actions.reactions import close_reaction, open_reaction
from treatments.actions.screening import AnswerInput, note_earlier_treatment
from treatments.actions.sign_offs import sign_off
from treatments.facts import PlanFacts
from treatments.gate import judge, problems_for
from treatments.models import Protocol, TreatmentPlan
from treatments.queries.plan_facts import facts_of
from treatments.rules.intervals import interval_problems
from treatments.series import series_of
from treatments.words import ReactionSeverity

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def kinds(found: list[Problem]) -> dict[str, str]:
    names = {Blocker: "no", NeedsApproval: "sign", Remark: "remark"}
    return {problem.code: names[type(problem)] for problem in found}


def against(
    plan: TreatmentPlan, number: int = 1, *, on: date = TODAY, moment: str = "book", **more: object
) -> dict[str, str]:
    session = plan.sessions.get(number=number)
    found = problems_for(session, on=on, now=NOW, moment=moment, **more)  # type: ignore[arg-type]
    stopping = judge(
        facts_of(session.plan),
        session.pk,
        on=on,
        now=NOW,
        moment=moment,
        with_remarks=False,
        **more,  # type: ignore[arg-type]
    )
    assert stopping == [problem for problem in found if not isinstance(problem, Remark)]
    return kinds(found)


def settled(clinic: Clinic, **more: object) -> TreatmentPlan:
    """A plan with nothing left to remark about questions, consent and tests."""
    plan = clinic.plan(**more)  # type: ignore[arg-type]
    screen(plan, now=NOW - 2 * DAY)
    consent(plan, clinic, now=NOW - 2 * DAY)
    patch_tests(plan, clinic, now=NOW - 2 * DAY)
    return plan


def test_settled_plan_has_nothing_against_it(clinic: Clinic) -> None:
    plan = settled(clinic)
    assert against(plan) == {}


# --- intervals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("depth", "least"), [("0.50", 28), ("1.00", 28), ("1.50", 28), ("2.00", 28), ("2.25", 42)]
)
def test_deeper_needling_waits_longer(clinic: Clinic, depth: str, least: int) -> None:
    """Catalogue 1.1: the larger of the protocol's 28 days and the depth of the last signed record."""
    plan = settled(clinic, zones=("B_FLANK",))
    treated(plan, clinic, draft=needling(clinic, depth=depth, zone="B_FLANK"))
    day = TODAY + timedelta(days=least)
    assert against(plan, 2, on=day - DAY).get("too_soon") == "sign"
    assert "too_soon" not in against(plan, 2, on=day)
    window = series_of(plan, now=NOW)[1].window
    assert window is not None
    assert window.earliest == day


@pytest.mark.parametrize(
    ("code", "depth", "least"),
    [
        ("MN_MELASMA", "0.50", 14),
        ("MN_MELASMA", "0.75", 21),
        ("MN_SCALP", "1.00", 7),
        ("MN_SCALP", "1.25", 28),
    ],
)
def test_shallow_exceptions_keep_their_own_rhythm(clinic: Clinic, code: str, depth: str, least: int) -> None:
    zone = "S_FRONTAL" if code == "MN_SCALP" else "F_CHEEK_LATERAL"
    plan = settled(clinic, code=code, sessions=6, zones=(zone,))
    draft = needling(clinic, depth=depth, zone=zone)
    if code == "MN_SCALP":
        draft["zones"] = [{**draft["zones"][0], "side": "M"}]
    treated(plan, clinic, draft=draft)
    window = series_of(plan, now=NOW)[1].window
    assert window is not None
    assert (window.earliest - TODAY).days == least


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    depth=st.sampled_from(["0.25", "0.50", "0.75", "1.00", "1.25", "2.00", "2.25", "2.50"]),
    gap=st.integers(min_value=0, max_value=60),
)
def test_spacing_follows_the_printed_coupling(depth: str, gap: int) -> None:
    """Catalogue 1.1 read plainly: 14, 21, 28, 42 days by depth, never below the protocol's own 28."""
    mm = Decimal(depth)
    coupled = 14 if mm <= Decimal("0.5") else 21 if mm <= 1 else 28 if mm <= 2 else 42
    facts = bare_facts("MN_ACNE_SCAR", days=[TODAY, None], depths=[mm, None])
    found = kinds(list(interval_problems(facts, facts.sessions[1], look(TODAY + timedelta(days=gap)))))
    expected = {"too_soon": "sign"} if gap < max(28, coupled) else {"too_late": "remark"} if gap > 42 else {}
    assert found == expected


def test_booked_neighbours_count_until_they_are_performed(clinic: Clinic) -> None:
    plan = settled(clinic)
    booked = {1: TODAY + 10 * DAY}
    assert "too_soon" in against(plan, 2, on=TODAY + 37 * DAY, anchors=booked)
    assert "too_soon" not in against(plan, 2, on=TODAY + 38 * DAY, anchors=booked)
    assert against(plan, 1, on=TODAY + 12 * DAY, anchors={2: TODAY + 38 * DAY})["next_too_close"] == "remark"


def test_hard_gap_and_course_limit_cannot_be_signed(clinic: Clinic) -> None:
    """LIM_DCA_COURSE: six sessions, 30 days apart."""
    plan = settled(clinic, code="MS_LIPO_SUBMENTAL", sessions=6, zones=("N_SUBMENTAL",))
    found = against(plan, 2, on=TODAY + 29 * DAY, anchors={1: TODAY})
    assert (found["limit:LIM_DCA_COURSE"], found["too_soon"]) == ("no", "sign")
    assert "limit:LIM_DCA_COURSE" not in against(plan, 2, on=TODAY + 30 * DAY, anchors={1: TODAY})
    with pytest.raises(DomainError) as refused:
        open_plan(
            patient=clinic.patient(),
            location=clinic.location,
            concern="DOUBLE_CHIN",
            protocols=[protocol_version("MS_LIPO_SUBMENTAL")] * 7,
            zones=("N_SUBMENTAL",),
            clinician=clinic.doctor,
            numbing_planned=False,
            by=clinic.doctor_user,
            now=NOW,
            approval_reason="wanted",
        )
    assert refused.value.code == "plan_refused"


def test_interrupted_series_is_reassessed_first(clinic: Clinic) -> None:
    plan = settled(clinic)
    treated(plan, clinic)
    last_good = TODAY + timedelta(days=84)
    assert "stale" not in against(plan, 2, on=last_good)
    assert against(plan, 2, on=last_good + DAY)["stale"] == "sign"
    screen(plan, now=NOW + 86 * DAY)
    assert "stale" not in against(plan, 2, on=last_good + 3 * DAY)


# --- wash-outs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("earlier", "days", "kind"),
    [
        ("BTX", 13, "sign"),
        ("BTX", 14, None),
        ("FILLER_HA", 13, "sign"),
        ("FILLER_HA", 14, "short"),
        ("FILLER_HA", 28, None),
    ],
)
def test_treatment_elsewhere_keeps_its_distance(
    clinic: Clinic, earlier: str, days: int, kind: str | None
) -> None:
    plan = settled(clinic)
    note_earlier_treatment(
        plan,
        code=earlier,
        performed_on=TODAY - timedelta(days=days),
        zones=["F_NASOLABIAL"],
        by=None,
        now=NOW,
    )
    found = against(plan)
    assert found.get(f"washout:{earlier}") == ("sign" if kind == "sign" else None)
    assert found.get(f"washout_short:{earlier}") == ("remark" if kind == "short" else None)


def test_zone_that_does_not_touch_is_free(clinic: Clinic) -> None:
    plan = settled(clinic)
    note_earlier_treatment(plan, code="BTX", performed_on=TODAY - DAY, zones=["F_FOREHEAD"], by=None, now=NOW)
    assert against(plan) == {}


def test_session_of_another_plan_counts_as_earlier_treatment(clinic: Clinic) -> None:
    first = settled(clinic)
    treated(first, clinic)
    other = clinic.plan("MS_HYDRATION", patient=first.patient)
    found = against(other, on=TODAY + 13 * DAY)
    assert found["washout:MN"] == "sign"
    assert "washout:MN" not in against(other, on=TODAY + 14 * DAY)


def test_alternating_plan_keeps_fourteen_days_in_both_directions(clinic: Clinic) -> None:
    """Catalogue 1.5 ALT_MN_MS_FACE: 0, 14, 28, 42, 56, 70; nothing to remark in that rhythm."""
    pair = [protocol_version("MN_WRINKLE"), protocol_version("MS_REJUV")]
    plan = open_plan(
        patient=clinic.patient(),
        location=clinic.location,
        concern="LINES",
        protocols=pair * 3,
        combination="ALT_MN_MS_FACE",
        zones=("F_CHEEK_LATERAL",),
        clinician=clinic.doctor,
        numbing_planned=False,
        by=clinic.desk,
        now=NOW,
    )
    screen(plan, now=NOW - 2 * DAY)
    consent(plan, clinic, now=NOW - 2 * DAY)
    ideals = [one.window.ideal if one.window else TODAY for one in series_of(plan, now=NOW)]
    assert [(day - TODAY).days for day in ideals] == [0, 14, 28, 42, 56, 70] or ideals[2] >= TODAY + 28 * DAY
    anchors = {number: TODAY + timedelta(days=14 * (number - 1)) for number in range(1, 7)}
    for number in range(1, 7):
        found = against(plan, number, on=anchors[number], anchors=anchors)
        assert not {code for code, kind in found.items() if kind != "remark"}, (number, found)
        assert "too_late" not in found
    early = against(plan, 2, on=TODAY + 13 * DAY, anchors=anchors)
    assert early["washout:MN"] == "sign"


# --- answers --------------------------------------------------------------------------------------


def test_blocking_answer_refuses_and_a_window_names_the_day(clinic: Clinic) -> None:
    plan = clinic.plan()
    screen(plan, now=NOW, CHEMO_RT=AnswerInput(answer="yes", since_on=TODAY - 30 * DAY))
    session = plan.sessions.get(number=1)
    found = {problem.code: problem for problem in problems_for(session, on=TODAY, now=NOW)}
    problem = found["screening:CHEMO_RT"]
    assert isinstance(problem, Blocker)
    assert problem.possible_from is not None
    assert problem.possible_from.astimezone(clinic.location.tz).date() == TODAY + timedelta(days=150)
    assert against(plan, on=TODAY + timedelta(days=150))["screening:CHEMO_RT"] == "remark"


def test_zone_answer_leaves_the_zone_out_unless_none_is_left(clinic: Clinic) -> None:
    plan = clinic.plan(zones=("F_CHEEK_LATERAL", "F_CHIN"))
    screen(plan, now=NOW, ACNE_ACTIVE=AnswerInput(answer="yes", zones=("F_CHIN",)))
    assert against(plan)["zones_left_out:ACNE_ACTIVE"] == "remark"
    screen(plan, now=NOW + DAY, ACNE_ACTIVE=AnswerInput(answer="yes", zones=("F_CHIN", "F_CHEEK_LATERAL")))
    assert against(plan)["screening:ACNE_ACTIVE"] == "no"


def test_passing_condition_is_asked_again_before_a_later_session(clinic: Clinic) -> None:
    plan = clinic.plan()
    screen(plan, now=NOW, SUNBURN=AnswerInput(answer="yes"))
    assert against(plan, on=TODAY + 2 * DAY)["screening:SUNBURN"] == "no"
    assert against(plan, on=TODAY + 20 * DAY)["screening:SUNBURN"] == "sign"
    assert against(plan, on=TODAY + 20 * DAY, moment="start")["screening:SUNBURN"] == "no"


def test_every_session_questions_are_fresh_at_the_start(clinic: Clinic) -> None:
    """BR-06: answered in the last 96 hours."""
    plan = settled(clinic)
    session = plan.sessions.get(number=1)
    screen(plan, session, now=NOW - timedelta(hours=96))
    assert "screening_due" not in against(plan, moment="start")
    later = kinds(problems_for(session, on=TODAY, now=NOW + timedelta(minutes=1), moment="start"))
    assert later["screening_due"] == "no"


def test_only_a_physician_signs_what_only_a_physician_may(clinic: Clinic) -> None:
    plan = clinic.plan("MS_HYDRATION")
    screen(plan, now=NOW, IMMUNE=AnswerInput(answer="yes"))
    session = plan.sessions.get(number=1)
    assert against(plan)["screening:IMMUNE"] == "sign"
    with pytest.raises(NotYours):
        sign_off(session, "screening:IMMUNE", reason="stable", by=clinic.aesthetician_user, now=NOW)
    sign_off(session, "screening:IMMUNE", reason="stable since years", by=clinic.doctor_user, now=NOW)
    assert against(plan)["screening:IMMUNE"] == "remark"


# --- signatures -----------------------------------------------------------------------------------


def test_signature_holds_for_its_day_and_later_only(clinic: Clinic) -> None:
    plan = settled(clinic)
    treated(plan, clinic)
    second = plan.sessions.get(number=2)
    day = TODAY + timedelta(days=20)
    sign_off(second, "too_soon", reason="trial rhythm of 20 days", by=clinic.doctor_user, now=NOW, on=day)
    assert against(plan, 2, on=day)["too_soon"] == "remark"
    assert against(plan, 2, on=day + 5 * DAY)["too_soon"] == "remark"
    assert against(plan, 2, on=day - DAY)["too_soon"] == "sign"
    assert "too_soon" in against(plan, 3, on=day, anchors={2: day})


def test_signature_needs_an_entitled_person_a_reason_and_a_problem(clinic: Clinic) -> None:
    plan = settled(clinic)
    treated(plan, clinic)
    second, day = plan.sessions.get(number=2), TODAY + 20 * DAY
    for by in (clinic.desk, clinic.aesthetician_user):
        with pytest.raises(NotYours):
            sign_off(second, "too_soon", reason="please", by=by, now=NOW, on=day)
    with pytest.raises(DomainError, match="Write why"):
        sign_off(second, "too_soon", reason=" ", by=clinic.doctor_user, now=NOW, on=day)
    with pytest.raises(DomainError) as nothing:
        sign_off(second, "too_soon", reason="no need", by=clinic.doctor_user, now=NOW, on=TODAY + 40 * DAY)
    assert nothing.value.code == "nothing_to_sign"


def test_nobody_signs_for_a_blocking_answer(clinic: Clinic) -> None:
    plan = clinic.plan()
    screen(plan, now=NOW, BLEEDING_DISORDER=AnswerInput(answer="yes"))
    with pytest.raises(DomainError) as refused:
        sign_off(
            plan.sessions.get(number=1),
            "screening:BLEEDING_DISORDER",
            reason="x",
            by=clinic.doctor_user,
            now=NOW,
        )
    assert refused.value.code == "hard_limit"


# --- consent, tests, plan -------------------------------------------------------------------------


def test_consent_is_needed_complete_and_past_its_cooling_off(clinic: Clinic) -> None:
    plan = clinic.plan()
    assert against(plan)["consent_missing"] == "remark"
    assert against(plan, moment="start")["consent_missing"] == "no"
    consent(plan, clinic, now=NOW - timedelta(hours=23))
    assert against(plan, moment="start")["cooling_off"] == "no"
    again = kinds(
        problems_for(plan.sessions.get(number=1), on=TODAY, now=NOW + timedelta(hours=1), moment="start")
    )
    assert "cooling_off" not in again


def test_short_needling_plan_has_no_cooling_off_and_injections_have(clinic: Clinic) -> None:
    short = clinic.plan(sessions=3)
    consent(short, clinic, now=NOW - timedelta(hours=1))
    assert "cooling_off" not in against(short, moment="start")
    injected = clinic.plan("MS_HYDRATION", sessions=3)
    consent(injected, clinic, now=NOW - timedelta(hours=1))
    assert against(injected, moment="start")["cooling_off"] == "no"


def test_consent_ends_by_time_change_withdrawal_and_new_wording(clinic: Clinic) -> None:
    plan = settled(clinic)
    assert against(plan, on=TODAY + timedelta(days=364))
    assert "consent_expired" in against(plan, on=TODAY + timedelta(days=364), moment="start")
    write_text(code="CT_RARE", language="en", text="A new wording.", now=NOW)
    assert against(plan)["consent_newer_text"] == "remark"
    plan.zones = ["F_CHEEK_LATERAL", "F_CHIN"]
    plan.save()
    assert against(plan, moment="start")["consent_changed"] == "no"
    consent(plan, clinic, now=NOW)
    assert "consent_missing" not in against(plan, moment="start")
    withdraw_consent(plan.consents.latest("signed_at"), now=NOW)
    assert against(plan, moment="start")["consent_missing"] == "no", "the older signature is not revived"


def test_positive_patch_test_blocks_and_a_missing_one_waits_for_a_clinician(clinic: Clinic) -> None:
    plan = clinic.plan("MS_HYDRATION")
    assert against(plan)["patch_test:PT_MIX"] == "remark"
    assert against(plan, moment="start")["patch_test:PT_MIX"] == "sign"
    test = apply_patch_test(
        plan.patient, rule="PT_MIX", components=plan.components, by=None, now=NOW - 2 * DAY
    )
    read_patch_test(test, is_positive=True, location=clinic.location, by=clinic.doctor_user, now=NOW)
    assert against(plan)["patch_test_positive:PT_MIX"] == "no"


def test_patch_test_of_other_components_or_too_old_does_not_count(clinic: Clinic) -> None:
    plan = clinic.plan("MS_HYDRATION")
    partial = apply_patch_test(plan.patient, rule="PT_MIX", components=["AMINO"], by=None, now=NOW - 3 * DAY)
    read_patch_test(partial, is_positive=False, location=clinic.location, by=clinic.doctor_user, now=NOW)
    assert "patch_test:PT_MIX" in against(plan)
    whole = apply_patch_test(
        plan.patient, rule="PT_MIX", components=plan.components, by=None, now=NOW - 3 * DAY
    )
    read_patch_test(whole, is_positive=False, location=clinic.location, by=clinic.doctor_user, now=NOW)
    assert "patch_test:PT_MIX" not in against(plan)
    assert "patch_test:PT_MIX" in against(plan, on=TODAY + timedelta(days=178))


def test_darker_skin_gets_a_test_area_before_the_first_session(clinic: Clinic) -> None:
    plan = clinic.plan()
    save_profile(plan.patient, skin_type=5, by=None, now=NOW)
    assert against(TreatmentPlan.objects.get(pk=plan.pk), moment="start")["patch_test:PT_FST"] == "sign"


def test_open_reaction_holds_until_it_is_closed(clinic: Clinic) -> None:
    plan = settled(clinic)
    reaction = open_reaction(
        plan, code="FL_PIH", severity=ReactionSeverity.MILD, onset_on=TODAY, by=clinic.doctor_user, now=NOW
    )
    assert against(plan) == {"open_reaction:FL_PIH": "sign"}
    close_reaction(reaction, action_taken="Faded.", by=clinic.doctor_user, now=NOW)
    assert against(plan) == {}


def test_plan_on_hold_is_released_only_by_a_clinician_with_a_reason(clinic: Clinic) -> None:
    plan = settled(clinic)
    hold_plan(plan, reason="FL_PUS", by=None, now=NOW)
    assert against(plan) == {"plan_frozen": "no"}
    with pytest.raises(NotYours):
        release_plan(plan, reason="fine", by=clinic.desk, now=NOW)
    release_plan(plan, reason="seen, healed", by=clinic.doctor_user, now=NOW)
    assert against(plan) == {}
    close_plan(plan, is_complete=False, by=clinic.doctor_user, now=NOW, reason="moved away")
    assert against(plan) == {"plan_ended": "no", "session_over": "no"}


def test_protocol_that_is_off_and_age_refuse(clinic: Clinic) -> None:
    plan = settled(clinic)
    scars = Protocol.objects.get(code="MN_ACNE_SCAR")
    Protocol.objects.filter(pk=scars.pk).update(is_on=False)
    assert against(plan) == {}, "a new version that waits for its review stops no running plan"
    offer_protocol(scars, is_on=False, by=clinic.doctor_user)
    assert against(plan) == {"protocol_off": "no"}
    Protocol.objects.filter(pk=scars.pk).update(is_on=True, is_stopped=False)
    plan.patient.born_on = date(2008, 3, 4)
    plan.patient.save()
    found = {p.code: p for p in problems_for(plan.sessions.get(number=1), on=TODAY, now=NOW)}
    assert isinstance(found["age"], Blocker)
    assert against(plan, on=TODAY + DAY)["screening:AGE_18_21"] == "sign"


def test_too_few_sessions_need_an_approval(clinic: Clinic) -> None:
    with pytest.raises(DomainError) as refused:
        clinic.plan(sessions=2)
    assert refused.value.code == "needs_approval"
    with pytest.raises(NotYours):
        clinic.plan(sessions=2, approval_reason="small scar")


def test_gate_asks_no_query_for_a_second_day(clinic: Clinic, django_assert_num_queries: object) -> None:
    plan = settled(clinic)
    facts: PlanFacts = facts_of(plan)
    session = plan.sessions.get(number=2)
    judge(facts, session.pk, on=TODAY, now=NOW)
    with django_assert_num_queries(0):  # type: ignore[operator]
        for days in range(60):
            judge(facts, session.pk, on=TODAY + timedelta(days=days), now=NOW)


def test_ready_session_may_start(clinic: Clinic) -> None:
    plan = clinic.plan()
    session = plan.sessions.get(number=1)
    make_ready(plan, clinic, session, now=NOW)
    assert against(plan, moment="start") == {}
