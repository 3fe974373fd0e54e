"""Recovery checks that lie back, graded by the same triage; those still to come are left to the actions."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from bookings.demo.letters import Post
from bookings.demo.recovery import Mood, moods, one, value_for
from bookings.demo.walking import Story
from bookings.demo.world import Place, known_by
from treatments.actions.recovery import close_silent, finish, plan_checks, read_value
from treatments.models import RecoveryAnswer, RecoveryCheck, RecoveryCheckStatusChange, TreatmentSession
from treatments.queries.recovery import day_of, rules_for
from treatments.triage import TriageRules
from treatments.words import CheckStatus

C = CheckStatus


def write_checks(place: Place, post: Post, session: TreatmentSession, *, is_ill: bool) -> list[Story]:
    """Plans the checks of a session by the action, lets those that lie back happen, gives the stories of the others."""
    checks = plan_checks(session, now=session.performed_at or place.now)
    rng = place.dice("recovery", *known_by(session))
    rules = rules_for(session)
    stories = []
    for check, mood in zip(checks, moods(len(checks), rng, ends_ill=is_ill), strict=True):
        minutes = place.dice("hour", *known_by(session), check.due_at).randint(6, 420)
        answered_at = check.due_at + timedelta(minutes=minutes)
        if mood is not Mood.SILENT and answered_at >= place.recent:
            stories.append(one(place, check.pk, answered_at, mood))
        if mood is Mood.SILENT and check.answer_until < place.recent:
            stories.append(_fall_silent(check.answer_until))
        if check.due_at < place.recent:
            _happen(place, post, check, mood, rules, answered_at)
    return stories


def _happen(
    place: Place, post: Post, check: RecoveryCheck, mood: Mood, rules: TriageRules, answered_at: datetime
) -> None:
    """Asked; then answered, or not."""
    is_answered = mood is not Mood.SILENT and answered_at < place.recent
    until = answered_at if is_answered else min(check.answer_until, place.recent)
    post.settle_due(until, subject_type="recovery_check", subject_id=check.pk)
    _move(check, C.PLANNED, C.ASKED, check.due_at)
    if is_answered:
        _answer(check, mood, rules, place.dice("check", *known_by(check.session), check.due_at), answered_at)


def _fall_silent(answer_until: datetime) -> Story:
    """When the time to answer is over, somebody is asked to call."""
    now = yield answer_until
    close_silent(now)


def _answer(check: RecoveryCheck, mood: Mood, rules: TriageRules, rng: Random, now: datetime) -> None:
    day = day_of(check.session, now)
    RecoveryAnswer.objects.bulk_create(
        RecoveryAnswer(
            recovery_check=check,
            question=code,
            value=read_value(rules.questions[code], value_for(rules.questions[code], rules, day, mood, rng)),
            answered_at=now,
        )
        for code in check.questions
        if code in rules.questions and not rules.questions[code].is_optional
    )
    finish(check.pk, now=now)


def _move(check: RecoveryCheck, before: str, to: str, at: datetime) -> None:
    RecoveryCheck.objects.filter(pk=check.pk).update(status=to)
    check.status = to
    RecoveryCheckStatusChange.objects.create(
        recovery_check=check, from_status=before, to_status=to, changed_at=at
    )
