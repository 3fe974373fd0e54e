"""A questionnaire answered page by page on the phone: kept as it goes, sent as a whole, gone on with on another day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.errors import DomainError
from treatments.actions.screening import AnswerInput, AskedItem, answer_screening, questions_for
from treatments.definitions import Asked
from treatments.models import Screening, ScreeningDraft, TreatmentSession
from treatments.queries.catalogue import policy

Told = dict[str, dict[str, Any]]


def told_so_far(session: TreatmentSession, asked: Sequence[AskedItem], *, now: datetime) -> Told:
    """The answers of a begun questionnaire to these questions.

    What is asked before every session and was told too long ago to count at the visit is asked again.
    """
    draft = ScreeningDraft.objects.filter(pk=session.pk).first()
    if draft is None:
        return {}
    oldest = now - fresh_for()
    return {
        one.item.code: draft.answers[one.item.code]
        for one in asked
        if one.item.code in draft.answers
        and (one.item.asked != Asked.EVERY or _told_at(draft.answers[one.item.code]) >= oldest)
    }


def fresh_for() -> timedelta:
    """How long an answer about the present counts (catalogue 3.1)."""
    return timedelta(hours=float(policy("SCREENING_ANSWERS_FRESH_H")))


def sent_lately(session: TreatmentSession, *, now: datetime) -> Screening | None:
    """The newest questionnaire that the patient sent for this session, while its answers are fresh."""
    rows = Screening.objects.filter(session=session, answered_by=None, answered_at__gte=now - fresh_for())
    return rows.order_by("-answered_at").first()


@transaction.atomic
def keep_answers(
    session: TreatmentSession, told: Mapping[str, Mapping[str, Any]], *, now: datetime
) -> ScreeningDraft:
    """Keeps the answers of one page. Another answer to a question forgets the day and place of the one before."""
    ScreeningDraft.objects.get_or_create(session=session, defaults={"changed_at": now})
    draft = ScreeningDraft.objects.select_for_update().get(pk=session.pk)
    for code, given in told.items():
        before = draft.answers.get(code, {})
        is_same = given.get("answer", before.get("answer")) == before.get("answer")
        draft.answers[code] = {**(before if is_same else {}), **given, "told_at": now.isoformat()}
    draft.changed_at = now
    draft.save()
    return draft


@transaction.atomic
def send_answers(session: TreatmentSession, *, on: date, now: datetime) -> Screening:
    """Judges the begun questionnaire for the day of the visit and ends the draft.

    Sent twice, it is the same questionnaire. `unanswered` when a question is still open or must be asked again.
    """
    draft = ScreeningDraft.objects.select_for_update().filter(pk=session.pk).first()
    if draft is None:
        return _sent_before(session, now=now)
    asked = questions_for(session.plan, session, on=on)
    told = told_so_far(session, asked, now=now)
    answers = {code: _input(given) for code, given in told.items() if given.get("answer")}
    screening = answer_screening(session.plan, session=session, answers=answers, by=None, now=now, on=on)
    draft.delete()
    return screening


def _sent_before(session: TreatmentSession, *, now: datetime) -> Screening:
    found = sent_lately(session, now=now)
    if found is None:
        raise DomainError("unanswered", _("Please answer the questions first."))
    return found


@transaction.atomic
def begin_again(session: TreatmentSession, *, now: datetime) -> None:
    """Takes the answers that were sent last as a new draft, so that one of them can be changed."""
    found = sent_lately(session, now=now)
    if found is None or ScreeningDraft.objects.filter(pk=session.pk).exists():
        return
    keep_answers(session, {row.item: _as_told(row) for row in found.answers.all()}, now=now)


def _as_told(row: Any) -> dict[str, Any]:
    since = row.since_on.isoformat() if row.since_on else ""
    return {"answer": row.answer, "since": since, "zones": row.zones, "detail": row.detail, "more": True}


def _told_at(given: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(given["told_at"])


def _input(given: Mapping[str, Any]) -> AnswerInput:
    since = given.get("since")
    return AnswerInput(
        answer=given["answer"],
        since_on=date.fromisoformat(since) if since else None,
        zones=tuple(given.get("zones") or ()),
        detail=str(given.get("detail") or "")[:500],
    )
