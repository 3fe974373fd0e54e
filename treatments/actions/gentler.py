"""A gentler next session: a practitioner accepts what slow healing proposes, or takes it back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.access import may
from clinic.errors import DomainError, NotYours
from clinic.messaging.actions.outbox import reconcile
from clinic.roles import Permission
from treatments.entitled import must_be_entitled
from treatments.models import GentlerStep, TreatmentPlan, TreatmentSession
from treatments.queries.healing import gentler_after
from treatments.signals import plan_rhythm_changed


@transaction.atomic
def accept_gentler(
    session: TreatmentSession, *, days: int, depth_mm: Decimal | None, by: Any, now: datetime
) -> GentlerStep:
    """Accepts what slow healing after this session proposes for the next one, as it was shown: `days` and `depth_mm`.

    From then on the gate, the due windows and the next record keep to it; what is booked too soon is asked of the desk.
    Accepting twice gives the first. NotYours for those who do not treat here; `proposal_changed` when there is none, or
    when it is another one by now.
    """
    plan = _locked(session)
    if not may(by, Permission.TREAT, plan.location):
        raise NotYours("not_treating", _("Only somebody who treats here can decide this."))
    standing = GentlerStep.objects.standing().filter(after=session).first()
    if standing is not None:
        return standing
    found = gentler_after(session)
    if found is None or (found.min_days, found.depth_mm) != (days, depth_mm):
        raise DomainError("proposal_changed", _("The proposal has changed meanwhile: look at it again."))
    step = GentlerStep.objects.create(
        after=session,
        min_days=found.min_days,
        usual_days=found.usual_days,
        depth_mm=found.depth_mm,
        reason=found.reason,
        accepted_at=now,
        accepted_by=by,
    )
    _say(plan, by=by, now=now)
    return step


@transaction.atomic
def withdraw_gentler(step: GentlerStep, *, reason: str, by: Any, now: datetime) -> GentlerStep:
    """Takes an agreement back, with a reason; the protocol's own days and depths hold again. The row stays as history.

    NotYours for people who may not sign, since this is the less careful way; `reason_missing` without a reason.
    """
    plan = _locked(step.after)
    must_be_entitled(by, plan.location)
    if not reason.strip():
        raise DomainError("reason_missing", _("Write why it is taken back."))
    step = GentlerStep.objects.select_for_update().get(pk=step.pk)
    if step.withdrawn_at is None:
        step.withdrawn_at, step.withdrawn_by, step.withdrawn_reason = now, by, reason.strip()[:500]
        step.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        _say(plan, by=by, now=now)
    return step


def _locked(session: TreatmentSession) -> TreatmentPlan:
    """The plan, so that two people decide one after the other."""
    rows = TreatmentPlan.objects.select_for_update(of=("self",)).select_related("location", "patient")
    return rows.get(pk=session.plan_id)


def _say(plan: TreatmentPlan, *, by: Any, now: datetime) -> None:
    """The days of the series are others now: its messages and its appointments follow."""
    plan_rhythm_changed.send(sender=TreatmentPlan, plan=plan, by=by, now=now)
    reconcile("plan", plan, now=now, by=by)
