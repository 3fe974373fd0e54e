"""Screening: which questions, the answers with what they mean, and what follows from them (catalogue 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.tasks import open_task
from clinic.errors import DomainError
from clinic.timekeeping import local_day
from clinic.words import Urgency
from treatments.definitions import Asked, ScreeningItem, Severity
from treatments.facts import Moment, OneSession, PlanFacts
from treatments.models import (
    EarlierTreatment,
    Screening,
    ScreeningAnswer,
    TreatmentPlan,
    TreatmentSession,
)
from treatments.queries.plan_facts import facts_of
from treatments.rules.answers import items_for, scope_of
from treatments.screening_rules import (
    GivenAnswer,
    ItemFinding,
    asks_date,
    finding,
    possible_answers,
    wash_out_of,
    worst,
)
from treatments.words import OPEN_SESSIONS, ScreeningOutcome

OUTCOME_OF = {
    None: ScreeningOutcome.CLEAR,
    Severity.ADVISE: ScreeningOutcome.ADVISE,
    Severity.SIGNOFF: ScreeningOutcome.SIGNOFF,
    Severity.BLOCK: ScreeningOutcome.BLOCK,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerInput:
    """What was ticked for one item: "yes", "no" or a choice code; a date; zones; words."""

    answer: str
    since_on: date | None = None
    zones: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedItem:
    """One question as a page shows it: its answers, whether a yes asks "when?" and "where?", and the last answer."""

    item: ScreeningItem
    answers: tuple[tuple[str, str], ...]
    asks_date: frozenset[str]
    asks_zones: bool
    last: GivenAnswer | None


def questions_for(
    plan: TreatmentPlan,
    session: TreatmentSession | None = None,
    *,
    is_staff: bool = False,
    on: date | None = None,
) -> list[AskedItem]:
    """The questions before a session; without one those of the first consultation, for every protocol of the plan.

    Before a session come the every-session items and all first-consultation items without an answer; with the
    session's day `on` also those whose answer will be too old by then (catalogue 3.1).
    """
    facts = facts_of(plan)
    items: dict[str, ScreeningItem] = {}
    for one in _sessions(facts, session):
        for item in items_for(facts, one, asked=Asked.FIRST):
            if session is None or item.asked == Asked.EVERY or not _is_known(facts, item, on):
                items[item.code] = item
    return [_asked(item, facts, is_staff=is_staff) for item in items.values()]


def _is_known(facts: PlanFacts, item: ScreeningItem, on: date | None) -> bool:
    known = facts.answers.get(item.code)
    if known is None or on is None:
        return known is not None
    return known[0].answered_on >= on - timedelta(days=facts.policy("SCREENING_FULL_VALID_D"))


def _sessions(facts: PlanFacts, session: TreatmentSession | None) -> list[OneSession]:
    if session is not None:
        return [facts.session(session.pk)]
    to_come = [one for one in facts.sessions if one.status in OPEN_SESSIONS] or list(facts.sessions)
    return list({one.code: one for one in to_come}.values())


def _asked(item: ScreeningItem, facts: PlanFacts, *, is_staff: bool) -> AskedItem:
    labels = {choice.code: choice.label for choice in item.choices}
    spoken = {"yes": _("yes"), "no": _("no")}
    codes = possible_answers(item, staff=is_staff)
    known = facts.answers.get(item.code)
    return AskedItem(
        item=item,
        answers=tuple((code, labels.get(code, spoken.get(code, code))) for code in codes),
        asks_date=frozenset(code for code in codes if asks_date(item, code)),
        asks_zones=item.is_zone or any(exception.is_zone for exception in item.exceptions),
        last=known[0] if known else None,
    )


@transaction.atomic
def answer_screening(
    plan: TreatmentPlan,
    *,
    answers: Mapping[str, AnswerInput],
    by: Any,
    now: datetime,
    session: TreatmentSession | None = None,
    on: date | None = None,
) -> Screening:
    """Stores a questionnaire with what each answer means on the session's day (today without one).

    `by` None: the patient through a link. Every question asked must be answered: `unanswered` names what is missing,
    `unknown_answer` what cannot be. Treatments named with a date feed the wash-outs; an answer that needs a signature
    becomes a task for the plan's clinician.
    """
    facts = facts_of(plan)
    day = on or local_day(now, facts.tz)
    asked = {one.item.code: one.item for one in questions_for(plan, session, is_staff=by is not None, on=day)}
    _check(asked, answers, is_staff=by is not None)
    found = {code: _meaning(facts, session, asked[code], answers[code], day, now) for code in asked}
    screening = Screening.objects.create(
        plan=plan, session=session, answered_at=now, answered_by=by, outcome=OUTCOME_OF[_worst(found)]
    )
    ScreeningAnswer.objects.bulk_create(
        _row(screening, item, answers[code], found[code]) for code, item in asked.items()
    )
    _note_earlier(plan, asked, answers, by=by, now=now)
    if screening.outcome in (ScreeningOutcome.SIGNOFF, ScreeningOutcome.BLOCK):
        _tell_clinician(screening, found, now=now, by=by)
    return screening


def _worst(found: Mapping[str, ItemFinding]) -> Severity | None:
    """Zones and numbing agents that are left out do not stop the person (catalogue 3.3)."""
    return worst(one for one in found.values() if not one.is_zone and not one.is_agent)


def _check(asked: Mapping[str, ScreeningItem], answers: Mapping[str, AnswerInput], *, is_staff: bool) -> None:
    missing = sorted(asked.keys() - answers.keys())
    if missing:
        raise DomainError(
            "unanswered", _("Please answer every question: %(items)s.") % {"items": ", ".join(missing)}
        )
    for code, item in asked.items():
        if answers[code].answer not in possible_answers(item, staff=is_staff):
            raise DomainError(
                "unknown_answer", _("This is not an answer to “%(question)s”.") % {"question": item.question}
            )


def _meaning(
    facts: PlanFacts,
    session: TreatmentSession | None,
    item: ScreeningItem,
    given: AnswerInput,
    day: date,
    now: datetime,
) -> ItemFinding:
    one = next(iter(_sessions(facts, session)))
    moment = Moment(on=day, now=now, is_start=False, anchors={})
    answer = GivenAnswer(
        item=item.code,
        answer=given.answer,
        answered_on=local_day(now, facts.tz),
        since_on=given.since_on,
        zones=frozenset(given.zones),
    )
    return finding(item, answer, scope_of(facts, one), on=moment.on)


def _row(
    screening: Screening, item: ScreeningItem, given: AnswerInput, found: ItemFinding
) -> ScreeningAnswer:
    return ScreeningAnswer(
        screening=screening,
        item=item.code,
        is_yes=given.answer != "no",
        choice="" if given.answer in ("yes", "no") else given.answer,
        detail=given.detail,
        since_on=given.since_on,
        zones=list(given.zones),
        finding=found.severity or "",
        possible_from_on=found.possible_from,
    )


def _note_earlier(
    plan: TreatmentPlan,
    asked: Mapping[str, ScreeningItem],
    answers: Mapping[str, AnswerInput],
    *,
    by: Any,
    now: datetime,
) -> None:
    """Each treatment named with a past date is a fact that wash-outs count from (catalogue 4); once each."""
    today = local_day(now, plan.location.tz)
    for code, item in asked.items():
        given = answers[code]
        row = wash_out_of(item, given.answer)
        if row is None or given.since_on is None or given.since_on > today:
            continue
        EarlierTreatment.objects.get_or_create(
            patient=plan.patient,
            code=row,
            performed_on=given.since_on,
            zones=list(given.zones),
            defaults={"note": item.question[:300], "recorded_at": now, "recorded_by": by},
        )


def _tell_clinician(
    screening: Screening, found: Mapping[str, ItemFinding], *, now: datetime, by: Any
) -> None:
    plan = screening.plan
    serious = (Severity.BLOCK, Severity.SIGNOFF)
    items = [code for code, one in found.items() if one.severity in serious and not one.is_zone]
    open_task(
        kind="screening",
        location=plan.location,
        patient=plan.patient,
        owner=plan.clinician.user if plan.clinician else None,
        urgency=Urgency.NEXT_DAY,
        is_clinical=True,
        sentence=_("Health check needs a decision: %(items)s")[:280] % {"items": ", ".join(items)[:200]},
        subject_type="screening",
        subject_id=screening.pk,
        dedupe_key=f"screening:{screening.pk}",
        now=now,
        by=by,
    )


@transaction.atomic
def note_earlier_treatment(
    plan: TreatmentPlan,
    *,
    code: str,
    performed_on: date,
    zones: Sequence[str],
    by: Any,
    now: datetime,
    note: str = "",
) -> EarlierTreatment:
    """Notes a treatment done elsewhere by hand; `code` is a wash-out row (catalogue 4.1). Never in the future."""
    facts = facts_of(plan)
    if code not in {row.code for row in facts.shared.wash_outs}:
        raise DomainError("unknown_treatment", _("The wash-out table has no such treatment."))
    if performed_on > local_day(now, facts.tz):
        raise DomainError("in_the_future", _("This day is still to come."))
    return EarlierTreatment.objects.create(
        patient=plan.patient,
        code=code,
        performed_on=performed_on,
        zones=list(zones),
        note=note,
        recorded_at=now,
        recorded_by=by,
    )
