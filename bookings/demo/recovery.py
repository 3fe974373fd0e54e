"""What patients of the demo answer on their phones: mostly as expected, sometimes not, sometimes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from bookings.demo.walking import Story
from bookings.demo.world import Place, known_by
from treatments.actions.recovery import answer_question, finish, missing_questions, report_problem
from treatments.definitions import Answer, Question
from treatments.models import RecoveryCheck, TreatmentSession
from treatments.queries.recovery import day_of, rules_for
from treatments.triage import TriageRules, upper_normal
from treatments.words import CheckStatus

_WORDS = (
    "Make-up goes on fine again.",
    "A little dry around the nose, the cream helps.",
    "Better than after the first session.",
)


class Mood(StrEnum):
    """How one check is answered."""

    WELL = "as expected"
    SORE = "a little more than expected"
    ILL = "a red flag"
    SILENT = "no answer"


def moods(checks: int, rng: Random, *, ends_ill: bool = False) -> list[Mood]:
    """A mood for each check of a session: most are well, later checks are answered less."""
    found = []
    for place in range(checks):
        silent = 0.10 + 0.05 * place
        throw = rng.random()
        found.append(Mood.SILENT if throw < silent else Mood.SORE if throw > 0.95 else Mood.WELL)
    if ends_ill:
        found[:2] = [Mood.WELL, Mood.ILL]
    return found


def answering(place: Place, session: TreatmentSession, *, is_ill: bool) -> list[Story]:
    """A story for each check of a session that was just signed."""
    rng = place.dice("recovery", *known_by(session))
    checks = list(session.recovery_checks.order_by("due_at").values_list("pk", "due_at"))
    chosen: Sequence[Mood] = moods(len(checks), rng, ends_ill=is_ill)
    return [
        one(place, pk, due_at + timedelta(minutes=rng.randint(6, 420)), mood)
        for (pk, due_at), mood in zip(checks, chosen, strict=True)
        if mood is not Mood.SILENT
    ]


def one(place: Place, pk: int, at: datetime, mood: Mood) -> Story:
    """One check that is answered at an instant, when it was asked and is still open."""
    now = yield at
    check = RecoveryCheck.objects.select_related("session__plan__location", "session__protocol_version").get(
        pk=pk
    )
    rng = place.dice("check", *known_by(check.session), check.due_at)
    if check.status not in (CheckStatus.ASKED, CheckStatus.SILENT):
        return
    rules = rules_for(check.session)
    day = day_of(check.session, now)
    for code in missing_questions(check):
        answer_question(pk, code, value_for(rules.questions[code], rules, day, mood, rng), now=now)
    if rng.random() < 0.15:
        answer_question(pk, "Q_FREE", rng.choice(_WORDS), now=now)
    finish(pk, now=now)


def value_for(question: Question, rules: TriageRules, day: int, mood: Mood, rng: Random) -> Any:
    """An answer that fits the mood on that day."""
    if question.answer == Answer.YES_NO:
        return "yes" if mood is Mood.ILL and question.code == "Q_PUS" else "no"
    if question.answer == Answer.CHOICE:
        return (
            question.choices[-1] if question.code == "Q_AFTER" and mood is Mood.SORE else question.choices[0]
        )
    if question.answer == Answer.NUMBER:
        return 0
    if not question.symptom:
        return rng.choice((3, 4, 4, 5))
    expected = upper_normal(rules, str(question.symptom), day)
    if mood is Mood.SORE and question.code == "Q_RED":
        return min(expected + 2, 10)
    return max(expected - rng.choice((1, 1, 2)), 0)


def reporting(place: Place, session: TreatmentSession, at: datetime) -> Story:
    """Somebody reports a problem by themselves, on the morning of the last day."""
    now = yield at
    report_problem(session, answers={"Q_PUS": "yes", "Q_FREE": "Yellow crusts since last night."}, now=now)
