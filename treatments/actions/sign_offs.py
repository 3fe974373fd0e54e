"""Sign-offs: an entitled clinician answers for one named problem of one session, with a reason (P2, BR-03)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.errors import Blocker, DomainError, NeedsApproval, Problem
from clinic.timekeeping import local_day
from treatments.entitled import must_be_entitled
from treatments.gate import problems_for
from treatments.models import SignOff, TreatmentSession
from treatments.queries.session_records import draft_problems


def signable_problems(
    session: TreatmentSession,
    *,
    on: date,
    now: datetime,
    anchors: Mapping[int, date] | None = None,
    moment: str = "book",
) -> list[Problem]:
    """What stands against the session on that day, the open draft of its record included."""
    return [
        *problems_for(session, on=on, now=now, anchors=anchors, moment=moment),
        *draft_problems(session, now=now),
    ]


@transaction.atomic
def sign_off(
    session: TreatmentSession,
    problem_code: str,
    *,
    reason: str,
    by: Any,
    now: datetime,
    on: date | None = None,
    anchors: Mapping[int, date] | None = None,
) -> SignOff:
    """Signs for a problem that the session has on that day (today without one). It holds for that day and later ones.

    NotYours for people who may not sign; `hard_limit` for what nobody may sign; `nothing_to_sign` when the session
    has no such problem; `reason_missing` without a reason. Signing the same again changes nothing.
    """
    day = on or local_day(now, session.plan.location.tz)
    found = [
        problem
        for moment in ("start", "book")
        for problem in signable_problems(session, on=day, now=now, anchors=anchors, moment=moment)
        if problem.code == problem_code
    ]
    waiting = _to_sign(found)
    must_be_entitled(by, session.plan.location, physician=waiting.facts.get("needs_role") == "DOC")
    if not reason.strip():
        raise DomainError("reason_missing", _("Write why this may be done nevertheless."))
    from_on = day if waiting.possible_from is not None else None
    signed, _is_new = SignOff.objects.get_or_create(
        session=session,
        problem=problem_code,
        from_on=from_on,
        defaults={"reason": reason.strip(), "signed_at": now, "signed_by": by},
    )
    return signed


def _to_sign(found: Sequence[Problem]) -> NeedsApproval:
    for problem in found:
        if isinstance(problem, NeedsApproval):
            return problem
    if any(isinstance(problem, Blocker) for problem in found):
        raise DomainError("hard_limit", _("Nobody may sign for this."), problems=tuple(found))
    raise DomainError("nothing_to_sign", _("This session has no such problem on that day."))
