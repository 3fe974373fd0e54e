"""Calls about a recovery check: each is kept; one that reached the patient ends the check's tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.tasks import finish
from clinic.errors import DomainError
from clinic.models import Task
from treatments.models import RecoveryCall, RecoveryCheck
from treatments.words import SETTLING_CALLS, CallOutcome


@transaction.atomic
def log_call(check: RecoveryCheck, *, outcome: str, note: str = "", by: Any, now: datetime) -> RecoveryCall:
    """Keeps a call. Nobody reached: the task stays open and goes on escalating. Reached: it is done."""
    if outcome not in set(CallOutcome):
        raise DomainError("unknown_outcome", _("Choose what came of the call."))
    call = RecoveryCall.objects.create(
        recovery_check=check, outcome=outcome, note=note.strip()[:500], called_at=now, called_by=by
    )
    if CallOutcome(outcome) in SETTLING_CALLS:
        said = f"{call.get_outcome_display()}. {call.note}" if call.note else call.get_outcome_display()
        for task in Task.objects.about("recovery_check", check.pk).waiting().select_for_update(of=("self",)):
            finish(task, by=by, now=now, outcome=said)
    return call
