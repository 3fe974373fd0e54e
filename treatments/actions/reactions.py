"""Adverse reactions: open, close, reopen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.errors import DomainError
from clinic.statuses import move, record
from clinic.timekeeping import local_day
from clinic.words import Urgency
from treatments.entitled import must_be_entitled
from treatments.models import AdverseReaction, SessionRecord, TreatmentPlan, TreatmentSession
from treatments.queries.catalogue import policy, shared
from treatments.words import REACTION_TRANSITIONS, ReactionSeverity, ReactionStatus

#: How bad a reaction is taken to be until a clinician says otherwise.
SEVERITY_OF = {
    Urgency.EMERGENCY: ReactionSeverity.SEVERE,
    Urgency.SAME_DAY: ReactionSeverity.MODERATE,
}
NO_REACTION = "NONE"


@transaction.atomic
def open_reaction(
    plan: TreatmentPlan,
    *,
    code: str,
    severity: ReactionSeverity,
    onset_on: date,
    by: Any,
    now: datetime,
    session: TreatmentSession | None = None,
    note: str = "",
    action_taken: str = "",
) -> AdverseReaction:
    """Notes an unwanted effect; while it is open, sessions of the plan need a signature (catalogue 3.1).

    `code` is a red flag (catalogue 6.4) or a symptom. The same open reaction of a session is not opened twice.
    """
    twin = plan.reactions.open().filter(code=code, session=session).first()
    if twin is not None:
        return twin
    reaction = AdverseReaction.objects.create(
        plan=plan,
        session=session,
        code=code,
        severity=severity,
        onset_on=onset_on,
        note=note,
        action_taken=action_taken,
        created_at=now,
        created_by=by,
    )
    record(reaction, "", ReactionStatus.OPEN, by=by, now=now)
    return reaction


@transaction.atomic
def close_reaction(
    reaction: AdverseReaction,
    *,
    action_taken: str,
    by: Any,
    now: datetime,
    severity: ReactionSeverity | None = None,
    reported_to_authority: bool = False,
) -> AdverseReaction:
    """A clinician who may sign closes a reaction and says what was done."""
    must_be_entitled(by, reaction.plan.location)
    if not action_taken.strip():
        raise DomainError("action_missing", _("Write what was done about it."))
    move(
        reaction,
        ReactionStatus.CLOSED,
        transitions=REACTION_TRANSITIONS,
        by=by,
        now=now,
        changes={
            "action_taken": action_taken.strip(),
            "severity": severity or reaction.severity,
            "reported_to_authority": reported_to_authority or reaction.reported_to_authority,
        },
    )
    return reaction


@transaction.atomic
def reopen_reaction(reaction: AdverseReaction, *, reason: str, by: Any, now: datetime) -> AdverseReaction:
    """It came back: the plan's sessions need a signature again."""
    move(reaction, ReactionStatus.OPEN, transitions=REACTION_TRANSITIONS, by=by, now=now, reason=reason)
    return reaction


def open_reactions_at_signing(row: SessionRecord, *, by: Any, now: datetime) -> list[AdverseReaction]:
    """Immediate reactions of the record become reactions, and bleeding that lasted too long (catalogue 2.1)."""
    codes = [code for code in row.details.get("immediate_events") or [] if code != NO_REACTION]
    if (row.details.get("bleeding_stop_s") or 0) > policy("BLEEDING_FLAG_S") and "FL_BLEED" not in codes:
        codes.append("FL_BLEED")
    flags = {flag.code: flag for flag in shared().red_flags}
    plan = row.session.plan
    return [
        open_reaction(
            plan,
            code=code,
            severity=SEVERITY_OF.get(Urgency(flags[code].urgency), ReactionSeverity.MILD)
            if code in flags
            else ReactionSeverity.MILD,
            onset_on=local_day(now, plan.location.tz),
            by=by,
            now=now,
            session=row.session,
        )
        for code in codes
    ]
