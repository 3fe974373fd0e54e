"""What people have said, signed and shown about a plan: one query for each, asked only when there is anything."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from clinic.timekeeping import local_day
from clinic.words import Qualification
from treatments.facts import (
    Earlier,
    OneSession,
    Signature,
    TestResult,
)
from treatments.models import (
    EarlierTreatment,
    PatchTest,
    RecoveryAnswer,
    Screening,
    ScreeningAnswer,
    SignOff,
    TreatmentPlan,
    TreatmentSession,
)
from treatments.screening_rules import GivenAnswer


def protocols_stopped(plan: TreatmentPlan) -> frozenset[str]:
    """Codes of the plan's protocols that somebody has switched off."""
    rows = plan.sessions.filter(protocol_version__protocol__is_stopped=True)
    return frozenset(rows.values_list("protocol_version__protocol__code", flat=True))


def earlier_treatments(plan: TreatmentPlan) -> tuple[Earlier, ...]:
    """What was done elsewhere, and in the patient's other plans here, each with its local day and zones."""
    elsewhere = EarlierTreatment.objects.filter(patient=plan.patient_id)
    found = [Earlier(code=row.code, day=row.performed_on, zones=frozenset(row.zones)) for row in elsewhere]
    others = (
        TreatmentSession.objects.performed()
        .filter(plan__patient=plan.patient_id)
        .exclude(plan=plan)
        .select_related("plan__location", "protocol_version__protocol")
        .defer("protocol_version__definition")
        .prefetch_related("record__zones")
    )
    return (*found, *(_of_other_plan(row) for row in others))


def _of_other_plan(row: TreatmentSession) -> Earlier:
    record = getattr(row, "record", None)
    zones = {part.zone for part in record.zones.all()} if record is not None else set()
    performed_at = row.performed_at
    if performed_at is None:
        raise ValueError("a performed session has a time")
    return Earlier(
        code=row.protocol_version.protocol.family,
        day=local_day(performed_at, row.plan.location.tz),
        zones=frozenset(zones or row.plan.zones),
        plan_id=row.plan_id,
    )


def screening_answers(plan: TreatmentPlan, tz: ZoneInfo) -> dict[str, tuple[GivenAnswer, int | None]]:
    """The newest answer to each item, with the session that it was given for (None: for the plan)."""
    rows = (
        ScreeningAnswer.objects.filter(screening__plan=plan)
        .select_related("screening")
        .order_by("screening__answered_at", "id")
    )
    return {row.item: (given_of(row, tz), row.screening.session_id) for row in rows}


def given_of(row: ScreeningAnswer, tz: ZoneInfo) -> GivenAnswer:
    """A stored answer as the rules read it."""
    return GivenAnswer(
        item=row.item,
        answer=row.answer,
        answered_on=local_day(row.screening.answered_at, tz),
        since_on=row.since_on,
        zones=frozenset(row.zones),
    )


def screening_days(
    plan: TreatmentPlan, tz: ZoneInfo
) -> tuple[date | None, dict[int, tuple[datetime, frozenset[str]]]]:
    """The local day of the last full questionnaire, and by session when it was screened and for which items."""
    first: date | None = None
    screened: dict[int, tuple[datetime, frozenset[str]]] = {}
    rows = Screening.objects.filter(plan=plan).prefetch_related("answers").order_by("answered_at")
    for row in rows:
        if row.session_id is None:
            first = local_day(row.answered_at, tz)
        else:
            screened[row.session_id] = (
                row.answered_at,
                frozenset(answer.item for answer in row.answers.all()),
            )
    return first, screened


def patch_tests(plan: TreatmentPlan, tz: ZoneInfo) -> tuple[TestResult, ...]:
    """The patient's patch tests, with the days on which they were applied and end."""
    return tuple(
        TestResult(
            rule=row.rule,
            components=frozenset(row.components),
            applied_on=local_day(row.applied_at, tz),
            is_positive=row.is_positive,
            valid_until=row.valid_until_on,
        )
        for row in PatchTest.objects.filter(patient=plan.patient_id)
    )


def recovery_now(last: OneSession | None) -> tuple[frozenset[str], str]:
    """The symptoms last scored above zero, and the last "has everything healed", since the last session."""
    if last is None:
        return frozenset(), ""
    newest: dict[str, Any] = {}
    rows = RecoveryAnswer.objects.filter(recovery_check__session=last.pk).order_by("answered_at", "id")
    for row in rows:
        newest[row.question] = row.value
    symptoms = {item.code: item.symptom for item in last.definition.questions if item.symptom}
    above = {symptoms[code] for code, value in newest.items() if code in symptoms and _positive(value)}
    return frozenset(symptom for symptom in above if symptom), str(newest.get("Q_READY") or "")


def _positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def signatures_by_session(plan: TreatmentPlan) -> dict[int, tuple[Signature, ...]]:
    """Who signed off which problem, by session, and whether they are a physician."""
    found: dict[int, list[Signature]] = defaultdict(list)
    rows = SignOff.objects.filter(session__plan=plan).select_related("signed_by__practitioner")
    for row in rows:
        practitioner = getattr(row.signed_by, "practitioner", None)
        physician = practitioner is not None and practitioner.qualification == Qualification.DOC
        found[row.session_id].append(
            Signature(problem=row.problem, from_on=row.from_on, is_physician=physician)
        )
    return {session: tuple(signatures) for session, signatures in found.items()}
