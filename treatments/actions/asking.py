"""Recovery checks planned at signing, asked when due, and their silence noticed (catalogue 7.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.tasks import open_task
from clinic.messaging.actions.outbox import reconcile
from clinic.models import ClinicSettings
from clinic.statuses import move, record
from clinic.timekeeping import next_allowed
from clinic.words import Urgency
from treatments.definitions import ProtocolDefinition, RecoveryCheckRule
from treatments.models import RecoveryCheck, TreatmentSession
from treatments.queries.catalogue import definition_of
from treatments.words import (
    CHECK_TRANSITIONS,
    OPEN_SESSIONS,
    PERFORMED_SESSIONS,
    CheckStatus,
    SessionStatus,
)

#: Asked even when the next session has already begun (catalogue 7.2, rules).
STILL_ASKED = ("Q_LUMP", "Q_PIGM")


#: Offered at the end of every check.
OFFERED = ("Q_PHOTO", "Q_FREE")


def plan_checks(session: TreatmentSession, *, now: datetime) -> list[RecoveryCheck]:
    """Plans the checks of a performed session, moved out of the quiet hours, with their messages (catalogue 7.2).

    Inside the caller's transaction. Checks that only follow the last session, or come once in a while, are left out
    where they do not apply.
    """
    definition = definition_of(session)
    settings, _is_new = ClinicSettings.objects.get_or_create(location=session.plan.location)
    if session.performed_at is None:
        return []
    known = {check.code: check for check in RecoveryCheck.objects.filter(session=session)}
    wanted = [rule for rule in definition.checks if _is_wanted(rule, session, definition)]
    new = [
        _planned(rule, session, session.performed_at, settings=settings)
        for rule in wanted
        if rule.code not in known
    ]
    for check in RecoveryCheck.objects.bulk_create(new):
        known[check.code] = check
        record(check, "", CheckStatus.PLANNED, by=None, now=now)
        reconcile("recovery_check", check, now=now)
    return [known[rule.code] for rule in wanted]


def _is_wanted(rule: RecoveryCheckRule, session: TreatmentSession, definition: ProtocolDefinition) -> bool:
    is_last = not session.plan.sessions.filter(
        number__gt=session.number, status__in=(*OPEN_SESSIONS, *PERFORMED_SESSIONS)
    ).exists()
    if rule.only_after_last and not is_last:
        return False
    if rule.once_per_days and _asked_lately(rule, session, timedelta(days=rule.once_per_days)):
        return False
    return not (rule.once_per_phase and _asked_in_phase(rule, session, definition))


def _asked_lately(rule: RecoveryCheckRule, session: TreatmentSession, within: timedelta) -> bool:
    if session.performed_at is None:
        return False
    since = session.performed_at + rule.offset - within
    earlier = RecoveryCheck.objects.filter(session__plan=session.plan_id, code=rule.code, due_at__gt=since)
    return earlier.exclude(session=session).exclude(status=CheckStatus.WITHDRAWN).exists()


def _asked_in_phase(
    rule: RecoveryCheckRule, session: TreatmentSession, definition: ProtocolDefinition
) -> bool:
    """Whether an earlier session of the same weekly phase of the series has the check already."""
    if session.number < 2:
        return False
    step = definition.step_before(session.number)
    is_weekly = step.ideal_days <= 7
    first = step.session_from if step.session_from > 2 else 1
    return (
        is_weekly
        and RecoveryCheck.objects.filter(
            session__plan=session.plan_id,
            code=rule.code,
            session__number__gte=first,
            session__number__lt=session.number,
        )
        .exclude(status=CheckStatus.WITHDRAWN)
        .exists()
    )


def _planned(
    rule: RecoveryCheckRule, session: TreatmentSession, performed_at: datetime, *, settings: ClinicSettings
) -> RecoveryCheck:
    location = session.plan.location
    wait = timedelta(hours=rule.skip_if_next_within_hours or 0)
    due_at = next_allowed(
        performed_at + rule.offset + wait, settings.quiet_from, settings.quiet_until, location.tz
    )
    return RecoveryCheck(
        session=session,
        code=rule.code,
        questions=[*rule.questions, *OFFERED],
        due_at=due_at,
        answer_until=due_at + timedelta(hours=2 * rule.answer_hours),
    )


def ask_due(now: datetime) -> int:
    """Asks every check whose time has come; says how many. Safe to run twice or late."""
    asked = 0
    for pk in RecoveryCheck.objects.due(now).values_list("pk", flat=True):
        asked += ask(pk, now=now) is not None
    return asked


@transaction.atomic
def ask(check_id: int, *, now: datetime) -> RecoveryCheck | None:
    """A due check becomes asked; None when another process was faster or it is no longer to be asked.

    Once the next session of the plan has begun, only lump and pigment questions that no other open check asks remain;
    without any the check is withdrawn (catalogue 7.2, rules).
    """
    check = (
        RecoveryCheck.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=check_id).first()
    )
    if check is None or check.status != CheckStatus.PLANNED or check.due_at > now:
        return None
    remaining = _remaining_questions(check)
    if not remaining:
        move(check, CheckStatus.WITHDRAWN, transitions=CHECK_TRANSITIONS, by=None, now=now)
        reconcile("recovery_check", check, now=now)
        return None
    changes = {"questions": remaining}
    move(check, CheckStatus.ASKED, transitions=CHECK_TRANSITIONS, by=None, now=now, changes=changes)
    reconcile("recovery_check", check, now=now)
    return check


def _remaining_questions(check: RecoveryCheck) -> list[str]:
    session = check.session
    begun = session.plan.sessions.filter(
        number__gt=session.number, status__in=(SessionStatus.IN_PROGRESS, *PERFORMED_SESSIONS)
    )
    if not begun.exists():
        return list(check.questions)
    rule = next((one for one in definition_of(session).checks if one.code == check.code), None)
    if rule is not None and rule.skip_if_next_within_hours:
        return []
    others = RecoveryCheck.objects.filter(session__plan=session.plan_id, status=CheckStatus.ASKED)
    taken = {code for other in others.exclude(pk=check.pk) for code in other.questions}
    kept = [code for code in check.questions if code in STILL_ASKED and code not in taken]
    return [*kept, *OFFERED] if kept else []


def owner_of(session: TreatmentSession) -> Any:
    """Who looks after a session's recovery: who treated, else the plan's clinician; None when neither has a login."""
    for practitioner in (session.performed_by, session.plan.clinician):
        if practitioner is not None and practitioner.user is not None:
            return practitioner.user
    return None


def close_silent(now: datetime) -> int:
    """Checks without an answer in time become call tasks; says how many. Safe to run twice or late."""
    closed = 0
    for pk in RecoveryCheck.objects.unanswered_after(now).values_list("pk", flat=True):
        closed += _close_silent(pk, now)
    return closed


@transaction.atomic
def _close_silent(check_id: int, now: datetime) -> int:
    check = (
        RecoveryCheck.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=check_id).first()
    )
    if check is None or check.status != CheckStatus.ASKED:
        return 0
    move(check, CheckStatus.SILENT, transitions=CHECK_TRANSITIONS, by=None, now=now)
    open_task(
        kind="call",
        location=check.session.plan.location,
        patient=check.session.plan.patient,
        owner=owner_of(check.session),
        urgency=Urgency.NEXT_DAY,
        is_clinical=False,
        sentence=_("No answer to a recovery check: please call."),
        subject_type="recovery_check",
        subject_id=check.pk,
        dedupe_key=f"recovery_check:{check.pk}:silent",
        now=now,
    )
    reconcile("recovery_check", check, now=now)
    return 1
