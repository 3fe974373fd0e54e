"""Recovery as rules and pages read it: answers as triage takes them, circumstances, the curve, the inbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from clinic.models import Patient
from clinic.timekeeping import local_day
from treatments.definitions import Answer, Question
from treatments.models import (
    AdverseReaction,
    Lot,
    RecoveryAnswer,
    RecoveryCheck,
    SessionRecord,
    TreatmentSession,
)
from treatments.queries.catalogue import definition_of, policy, regions_of, shared, skin_type
from treatments.queries.stock import lots_used_in, patients_of_same_lots
from treatments.triage import Circumstances, Given, TriageRules, rules_of, upper_normal
from treatments.words import CheckStatus, RecordStatus


def rules_for(session: TreatmentSession) -> TriageRules:
    """The triage rules of a session's protocol, with the whole catalogue's flags and questions behind them."""
    tables = shared()
    return rules_of(definition_of(session), flags=tables.red_flags, questions=tables.questions)


def questions_of(check: RecoveryCheck) -> list[Question]:
    """The questions of a check with their wording for its day; what is asked of everybody comes last."""
    known = {item.code: item for item in (*shared().questions, *definition_of(check.session).questions)}
    return [known[code] for code in check.questions if code in known]


def wording(question: Question, check: RecoveryCheck) -> str:
    """The text of a question; long after the session the lump question speaks of the past months (catalogue 7.2)."""
    performed_at = check.session.performed_at
    if not question.late_text or performed_at is None:
        return question.text
    hours = (check.due_at - performed_at).total_seconds() / 3600
    return question.late_text if hours >= policy("LATE_WORDING_FROM_H") else question.text


def given_of(question: Question | None, value: Any, extras: dict[str, Any]) -> Given:
    """A stored answer as triage takes it."""
    number: Decimal | None = None
    if question is not None and question.answer in (Answer.SCORE, Answer.NUMBER) and value is not None:
        number = Decimal(str(value))
    elif extras.get("temperature_c") not in (None, ""):
        number = Decimal(str(extras["temperature_c"]))
    return Given(word=value if isinstance(value, str) else "", number=number)


def answers_of(rows: Iterable[RecoveryAnswer], rules: TriageRules) -> dict[str, Given]:
    """Stored answers by question; skipped ones are left out."""
    return {
        row.question: given_of(rules.questions.get(row.question), row.value, row.extras)
        for row in rows
        if row.value is not None
    }


def answers_before(check: RecoveryCheck, rules: TriageRules) -> dict[str, Given]:
    """The last answer to each question in earlier checks of the same session: what a rise is measured against."""
    rows = (
        RecoveryAnswer.objects.filter(
            recovery_check__session=check.session_id, recovery_check__due_at__lt=check.due_at
        )
        .exclude(recovery_check=check.pk)
        .order_by("answered_at", "id")
    )
    return answers_of(rows, rules)


def circumstances_of(session: TreatmentSession) -> Circumstances:
    """What was done in the session as far as red flags ask; unknown without a signed record."""
    record = (
        SessionRecord.objects.filter(session=session, status=RecordStatus.SIGNED)
        .prefetch_related("zones")
        .first()
    )
    profile = getattr(session.plan.patient, "clinical_profile", None)
    skin = skin_type(profile.skin_type if profile else None)
    zones = frozenset(row.zone for row in record.zones.all()) if record else frozenset(session.plan.zones)
    return Circumstances(
        zones=zones or None,
        regions=regions_of(zones) or None,
        numbing_agent=record.details.get("numbing_agent") if record else None,
        skin_type=skin.code if skin else None,
    )


def day_of(session: TreatmentSession, moment: datetime) -> int:
    """Calendar days from the session to an instant in the location's zone (D0 is the day itself)."""
    if session.performed_at is None:
        raise ValueError("a session that was not performed has no recovery")
    zone = session.plan.location.tz
    return (local_day(moment, zone) - local_day(session.performed_at, zone)).days


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One answered score: days after the session, the score, the highest still expected, the grade of its check."""

    day: int
    score: int | None
    expected: int
    grade: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SymptomCurve:
    """One symptom after one session: what was expected each day and what was answered."""

    symptom: str
    question: str
    envelope: tuple[tuple[int, int], ...]
    points: tuple[Point, ...]


def recovery_curve(session: TreatmentSession) -> list[SymptomCurve]:
    """The curves of every symptom that was asked or has an envelope, for drawing and for the table beside it."""
    rows = RecoveryAnswer.objects.filter(recovery_check__session=session)
    return curves_from(session, list(rows.select_related("recovery_check").order_by("answered_at")))


def curves_from(session: TreatmentSession, rows: Sequence[RecoveryAnswer]) -> list[SymptomCurve]:
    """The same from answers read before, each with its check, in order of time."""
    rules = rules_for(session)
    asked = {item.symptom: item for item in rules.questions.values() if item.symptom}
    answered = {row.question for row in rows}
    curves = []
    for symptom, question in asked.items():
        curve = rules.envelopes.get(str(symptom))
        if curve is None and question.code not in answered:
            continue
        points = [_point(row, session, rules) for row in rows if row.question == question.code]
        envelope = tuple(zip(curve.days, curve.scores, strict=True)) if curve else ()
        curves.append(
            SymptomCurve(
                symptom=str(symptom), question=question.text, envelope=envelope, points=tuple(points)
            )
        )
    return curves


def _point(row: RecoveryAnswer, session: TreatmentSession, rules: TriageRules) -> Point:
    day = day_of(session, row.answered_at)
    symptom = rules.questions[row.question].symptom or ""
    score = int(row.value) if isinstance(row.value, int) else None
    return Point(
        day=day, score=score, expected=upper_normal(rules, symptom, day), grade=row.recovery_check.grade
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryCase:
    """All that the practitioner needs to decide about one answered or silent check."""

    check: RecoveryCheck
    session: TreatmentSession
    patient: Patient
    day: int
    answers: tuple[tuple[str, str, str], ...]
    findings: tuple[dict[str, Any], ...]
    curves: tuple[SymptomCurve, ...]
    record: SessionRecord | None
    lots: tuple[Lot, ...]
    reactions: tuple[AdverseReaction, ...]
    other_patients: tuple[Patient, ...] = field(default=())


def recovery_case(check: RecoveryCheck, *, now: datetime) -> RecoveryCase:
    """The case page: answers, why it is graded so, the curve, what was done, lots; other patients where a flag asks."""
    session = check.session
    rules = rules_for(session)
    texts = {code: item.text for code, item in rules.questions.items()}
    looks_up = any(finding.get("looks_up_lots") for finding in check.findings)
    return RecoveryCase(
        check=check,
        session=session,
        patient=session.plan.patient,
        day=day_of(session, check.answered_at or now),
        answers=tuple(
            (texts.get(row.question, row.question), str(row.value), row.detail) for row in check.answers.all()
        ),
        findings=tuple(check.findings),
        curves=tuple(recovery_curve(session)),
        record=SessionRecord.objects.filter(session=session).prefetch_related("zones", "products").first(),
        lots=tuple(lots_used_in(session)),
        reactions=tuple(session.plan.reactions.open()),
        other_patients=tuple(patients_of_same_lots(session)) if looks_up else (),
    )


def inbox(user: Any) -> Any:
    """Answered and silent checks that want a look, worst first, then oldest; only what the user may see."""
    return (
        RecoveryCheck.objects.visible_to(user)
        .wanting_a_look()
        .select_related("session__plan__patient", "session__plan__location")
    )


def is_open(check: RecoveryCheck) -> bool:
    """Whether the patient may still answer."""
    return check.status in (CheckStatus.PLANNED, CheckStatus.ASKED, CheckStatus.SILENT)
