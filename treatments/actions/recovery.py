"""Recovery checks answered page by page, graded and followed up; problems reported at any time (catalogue 6, 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.tasks import open_task
from clinic.errors import DomainError
from clinic.messaging.actions.outbox import reconcile
from clinic.statuses import move, record
from clinic.timekeeping import local_day
from clinic.words import URGENCY_HOURS, Urgency
from treatments.actions.asking import OFFERED, ask, ask_due, close_silent, owner_of, plan_checks
from treatments.actions.plans import hold_plan
from treatments.actions.reactions import SEVERITY_OF, open_reaction
from treatments.definitions import Answer, Question
from treatments.models import RecoveryAnswer, RecoveryCheck, TreatmentSession
from treatments.queries.catalogue import shared
from treatments.queries.recovery import (
    answers_before,
    answers_of,
    circumstances_of,
    day_of,
    given_of,
    rules_for,
)
from treatments.queries.stock import lots_used_in
from treatments.recovery_values import read_extras, read_value
from treatments.triage import RED, Finding, Given, Triage, triage
from treatments.words import (
    ANSWERABLE_CHECKS,
    CHECK_TRANSITIONS,
    CheckStatus,
    Grade,
    ReactionSeverity,
)

__all__ = [
    "InstantAdvice",
    "answer_question",
    "ask",
    "ask_due",
    "close_silent",
    "finish",
    "instant_flag",
    "missing_questions",
    "open_report",
    "owner_of",
    "plan_checks",
    "read_extras",
    "read_value",
    "report_problem",
    "report_questions",
]
#: Follows a yes to fever in every check (catalogue 7.2, rules).
FEVER, UNWELL = "Q_FEVER", "Q_UNWELL"
FREE = "Q_FREE"
REPORT_LASTS = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class InstantAdvice:
    """What the patient must read at once, before anything is sent: the text and the number to call."""

    flag: str
    text: str
    emergency_number: str
    #: Why, as a check keeps it.
    findings: tuple[dict[str, Any], ...] = ()


# --- answering ------------------------------------------------------------------------------------


@transaction.atomic
def answer_question(
    check_id: int,
    question: str,
    value: Any,
    *,
    now: datetime,
    extras: Mapping[str, Any] | None = None,
    detail: str = "",
) -> RecoveryAnswer:
    """Keeps one answer; answering again before the end replaces it, so a page may be sent twice.

    `value`: a whole number for scores and numbers, "yes"/"no" or a choice's word, text, or None for skipped.
    `too_late` once the check is finished, `unknown_answer` for what the question does not allow.
    """
    check = RecoveryCheck.objects.select_for_update(of=("self",)).get(pk=check_id)
    if check.status not in ANSWERABLE_CHECKS:
        raise DomainError("too_late", _("This check is finished. You can report a problem at any time."))
    spec = rules_for(check.session).questions.get(question)
    if spec is None or (question not in check.questions and question != UNWELL):
        raise DomainError("unknown_question", _("This question was not asked."))
    answer, _is_new = RecoveryAnswer.objects.update_or_create(
        recovery_check=check,
        question=question,
        defaults={
            "value": read_value(spec, value),
            "extras": read_extras(extras or {}),
            "detail": detail[:500],
            "answered_at": now,
        },
    )
    return answer


def instant_flag(
    check: RecoveryCheck, question: str, value: Any, *, now: datetime, extras: Mapping[str, Any] | None = None
) -> InstantAdvice | None:
    """The emergency text for an answer before it is even sent; None when it is no emergency. Changes nothing."""
    rules = rules_for(check.session)
    given = answers_of(check.answers.all(), rules)
    given[question] = given_of(rules.questions.get(question), value, dict(extras or {}))
    result = triage(
        rules,
        day=day_of(check.session, now),
        answers=given,
        circumstances=circumstances_of(check.session),
    )
    if result.urgency != Urgency.EMERGENCY:
        return None
    worst = result.findings[0]
    return InstantAdvice(
        flag=worst.code,
        text=worst.patient_text,
        emergency_number=check.session.plan.location.emergency_number,
        findings=tuple(_stored(one) for one in result.findings if one.urgency == Urgency.EMERGENCY),
    )


def missing_questions(check: RecoveryCheck) -> list[str]:
    """The questions still to be answered before the check can be finished; fever brings "seriously ill?" along."""
    known = rules_for(check.session).questions
    answers = {row.question: row.value for row in check.answers.all()}
    wanted = [code for code in check.questions if code in known and not known[code].is_optional]
    if answers.get(FEVER) == "yes":
        wanted.append(UNWELL)
    return [code for code in dict.fromkeys(wanted) if code not in answers]


@transaction.atomic
def finish(check_id: int, *, now: datetime) -> RecoveryCheck:
    """Grades the answers and follows them up, in one transaction; finishing a finished check changes nothing.

    EMERGENCY and SAME_DAY hold the plan, open adverse reactions and an urgent task; amber opens a task; green is a
    point on the curve. `unanswered` lists what is still missing.
    """
    check = (
        RecoveryCheck.objects.select_for_update(of=("self",))
        .select_related("session__plan__location", "session__plan__patient", "session__protocol_version")
        .get(pk=check_id)
    )
    if check.status == CheckStatus.ANSWERED:
        return check
    if missing := missing_questions(check):
        raise DomainError(
            "unanswered", _("Please answer: %(questions)s.") % {"questions": ", ".join(missing)}
        )
    result = _grade(check, now)
    _settle(check, result, now=now)
    return check


def _grade(check: RecoveryCheck, now: datetime) -> Triage:
    rules = rules_for(check.session)
    given = answers_of(check.answers.all(), rules)
    result = triage(
        rules,
        day=day_of(check.session, now),
        answers=given,
        before=answers_before(check, rules),
        circumstances=circumstances_of(check.session),
    )
    if result.urgency is None and check.code.startswith("R"):
        return _reported_in_words(given.get(FREE))
    return result


def _reported_in_words(given: Given | None) -> Triage:
    """Who reports a problem is never told that all is as expected: somebody reads it within a day (D)."""
    return Triage(
        grade=Grade.AMBER,
        urgency=Urgency.NEXT_DAY,
        findings=(
            Finding(
                code="own_words",
                grade=Grade.AMBER,
                urgency=Urgency.NEXT_DAY,
                question=FREE,
                symptom="in_own_words",
                value=given.word[:120] if given else "",
            ),
        ),
    )


def _settle(check: RecoveryCheck, result: Triage, *, now: datetime) -> None:
    move(
        check,
        CheckStatus.ANSWERED,
        transitions=CHECK_TRANSITIONS,
        by=None,
        now=now,
        changes={
            "grade": result.grade,
            "urgency": result.urgency or "",
            "findings": [_stored(finding) for finding in result.findings],
            "answered_at": now,
        },
    )
    if result.urgency is not None:
        _open_task(check, result, now=now)
    if result.freezes_plan:
        _open_reactions(check, result, now=now)
        hold_plan(check.session.plan, reason=result.findings[0].code, by=None, now=now)
    reconcile("recovery_check", check, now=now)


def _stored(finding: Finding) -> dict[str, Any]:
    return {
        key: str(value) if key in ("grade", "urgency") else value for key, value in asdict(finding).items()
    }


def _open_reactions(check: RecoveryCheck, result: Triage, *, now: datetime) -> None:
    """One reaction for each finding that stops the plan."""
    plan = check.session.plan
    for finding in result.findings:
        if finding.urgency in RED:
            open_reaction(
                plan,
                code=finding.code if finding.code.startswith("FL_") else finding.symptom or finding.question,
                severity=SEVERITY_OF.get(finding.urgency, ReactionSeverity.MILD),
                onset_on=local_day(now, plan.location.tz),
                by=None,
                now=now,
                session=check.session,
                note=_said(check, finding),
            )


def _said(check: RecoveryCheck, finding: Finding) -> str:
    """The question and its answer, as a clinician reads them."""
    question = rules_for(check.session).questions.get(finding.question)
    return f"{question.text if question else finding.question} {finding.value}"


def _open_task(check: RecoveryCheck, result: Triage, *, now: datetime) -> None:
    urgency = result.urgency or Urgency.NEXT_DAY
    open_task(
        kind="recovery",
        location=check.session.plan.location,
        patient=check.session.plan.patient,
        owner=owner_of(check.session),
        urgency=urgency,
        is_clinical=True,
        sentence=_sentence(check, result),
        subject_type="recovery_check",
        subject_id=check.pk,
        dedupe_key=f"recovery_check:{check.pk}:answered",
        now=now,
        due_at=now + timedelta(hours=URGENCY_HOURS[urgency]),
    )


def _sentence(check: RecoveryCheck, result: Triage) -> str:
    labels = {flag.code: flag.label for flag in shared().red_flags}
    what = ", ".join(
        dict.fromkeys(labels.get(f.code, f.symptom.replace("_", " ") or f.question) for f in result.findings)
    )
    lots = ", ".join(lot.number for lot in lots_used_in(check.session)) if result.freezes_plan else ""
    sentence = _("Day %(day)d after session %(number)d: %(what)s.") % {
        "day": day_of(check.session, check.answered_at or check.due_at),
        "number": check.session.number,
        "what": what,
    }
    return (sentence + (" " + _("Lots: %(lots)s.") % {"lots": lots} if lots else ""))[:300]


# --- reports --------------------------------------------------------------------------------------


def report_questions(session: TreatmentSession) -> list[str]:
    """Every yes-or-no question of the catalogue, and the number of painful lumps (catalogue 7.2, rules)."""
    asked = (Answer.YES_NO, Answer.NUMBER)
    return [item.code for item in rules_for(session).questions.values() if item.answer in asked]


@transaction.atomic
def open_report(session: TreatmentSession, *, now: datetime) -> RecoveryCheck:
    """A patient reports a problem: a check of its own, already asked, to be answered page by page; or the open one."""
    locked = TreatmentSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if locked.performed_at is None:
        raise DomainError("not_performed", _("This session has not taken place yet."))
    reports = RecoveryCheck.objects.filter(session=locked, code__startswith="R")
    existing = reports.filter(status=CheckStatus.ASKED).first()
    if existing is not None:
        return existing
    check = RecoveryCheck.objects.create(
        session=locked,
        code=f"R{reports.count() + 1}",
        questions=[*report_questions(locked), *OFFERED],
        due_at=now,
        answer_until=now + REPORT_LASTS,
        status=CheckStatus.ASKED,
    )
    record(check, "", CheckStatus.ASKED, by=None, now=now)
    return check


@transaction.atomic
def report_problem(session: TreatmentSession, *, answers: Mapping[str, Any], now: datetime) -> RecoveryCheck:
    """A whole report at once: what is not answered counts as no. Same triage as a check."""
    check = open_report(session, now=now)
    known = rules_for(session).questions
    told = {code: answers.get(code, _not_told(known[code])) for code in report_questions(session)}
    told |= {code: answers[code] for code in OFFERED if answers.get(code)}
    RecoveryAnswer.objects.bulk_create(
        [
            RecoveryAnswer(
                recovery_check=check, question=code, value=read_value(known[code], value), answered_at=now
            )
            for code, value in told.items()
        ],
        update_conflicts=True,
        unique_fields=["recovery_check", "question"],
        update_fields=["value", "answered_at"],
    )
    return finish(check.pk, now=now)


def _not_told(question: Question) -> Any:
    return "no" if question.answer == Answer.YES_NO else 0


def is_good_news(check: RecoveryCheck) -> bool:
    """Whether nothing follows from an answered check."""
    return check.grade == Grade.GREEN
