"""A treatment session on its day: start, stop, not done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.errors import Blocker, DomainError, NeedsApproval, Problem
from clinic.statuses import move
from clinic.timekeeping import local_day
from treatments.gate import problems_for
from treatments.models import TreatmentSession
from treatments.words import SESSION_TRANSITIONS, RecordStatus, SessionStatus


def start_problems(
    session: TreatmentSession, *, now: datetime, anchors: Mapping[int, date] | None = None
) -> list[Problem]:
    """Why the session may not start now (BR-06); warnings are shown and stop nothing."""
    on = local_day(now, session.plan.location.tz)
    return problems_for(session, on=on, now=now, anchors=anchors, moment="start")


@transaction.atomic
def start_session(
    session: TreatmentSession, *, by: Any, now: datetime, anchors: Mapping[int, date] | None = None
) -> TreatmentSession:
    """The treatment begins, when the gate lets it. Starting a started session changes nothing.

    `session_refused` when something blocks, `needs_approval` when a clinician must sign first; both list the problems.
    """
    session = TreatmentSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if session.status == SessionStatus.IN_PROGRESS:
        return session
    refuse(start_problems(session, now=now, anchors=anchors), code="session_refused")
    move(session, SessionStatus.IN_PROGRESS, transitions=SESSION_TRANSITIONS, by=by, now=now)
    return session


def refuse(found: list[Problem], *, code: str) -> None:
    """Raises with every problem when one of them blocks or waits for a signature."""
    for kind, kind_code in ((Blocker, code), (NeedsApproval, "needs_approval")):
        for problem in found:
            if isinstance(problem, kind):
                raise DomainError(kind_code, problem.sentence, problems=tuple(found))


@transaction.atomic
def undo_start(session: TreatmentSession, *, by: Any, now: datetime, reason: str = "") -> TreatmentSession:
    """The treatment had not begun after all; refused once its record is signed."""
    session = TreatmentSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    record = getattr(session, "record", None)
    if record is not None and record.status == RecordStatus.SIGNED:
        raise DomainError("record_signed", _("The record of this session is signed."))
    move(session, SessionStatus.PREPARATION, transitions=SESSION_TRANSITIONS, by=by, now=now, reason=reason)
    return session


@transaction.atomic
def skip_session(session: TreatmentSession, *, reason: str, by: Any, now: datetime) -> TreatmentSession:
    """The session will not be delivered; the plan goes on with the next one."""
    move(session, SessionStatus.NOT_DONE, transitions=SESSION_TRANSITIONS, by=by, now=now, reason=reason)
    return session
