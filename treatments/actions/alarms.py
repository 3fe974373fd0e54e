"""An emergency answer alerts at once: before the check is finished, whether or not the patient goes on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.tasks import open_task
from clinic.models import Task
from clinic.words import Urgency
from treatments.actions.plans import hold_plan
from treatments.actions.recovery import InstantAdvice, owner_of
from treatments.models import RecoveryCheck


@transaction.atomic
def raise_alarm(check: RecoveryCheck, advice: InstantAdvice, *, now: datetime) -> Task:
    """An emergency task for the practitioner, due now, and the plan on hold; the same answer alarms once."""
    session = check.session
    hold_plan(session.plan, reason=advice.flag, by=None, now=now)
    return open_task(
        kind="recovery",
        location=session.plan.location,
        patient=session.plan.patient,
        owner=owner_of(session),
        urgency=Urgency.EMERGENCY,
        is_clinical=True,
        sentence=_("Emergency answer (%(flag)s) to a recovery check: call now.") % {"flag": advice.flag},
        subject_type="recovery_check",
        subject_id=check.pk,
        dedupe_key=f"recovery_check:{check.pk}:emergency:{advice.flag}",
        now=now,
    )
