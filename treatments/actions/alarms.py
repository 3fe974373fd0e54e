"""An emergency answer alerts at once: before the check is finished, whether or not the patient goes on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.tasks import open_task
from clinic.messaging.actions.outbox import reconcile
from clinic.models import Task
from clinic.timekeeping import local_day
from clinic.words import Urgency
from treatments.actions.plans import hold_plan
from treatments.actions.reactions import SEVERITY_OF, open_reaction
from treatments.actions.recovery import InstantAdvice, owner_of
from treatments.models import RecoveryCheck
from treatments.queries.catalogue import shared
from treatments.words import ANSWERABLE_CHECKS, Grade


@transaction.atomic
def raise_alarm(check: RecoveryCheck, advice: InstantAdvice, *, now: datetime) -> Task:
    """All that an emergency asks for, although the check is not sent: the same answer alarms once.

    The check is red for the inbox, the plan is on hold, an adverse reaction is open, the practitioner has a task that
    is due now, and the emergency text goes to the patient. Sending the check later grades it anew.
    """
    session, flag = check.session, advice.flag
    _mark(check, advice)
    hold_plan(session.plan, reason=flag, by=None, now=now)
    open_reaction(
        session.plan,
        code=flag,
        severity=SEVERITY_OF[Urgency.EMERGENCY],
        onset_on=local_day(now, session.plan.location.tz),
        by=None,
        now=now,
        session=session,
    )
    task = open_task(
        kind="recovery",
        location=session.plan.location,
        patient=session.plan.patient,
        owner=owner_of(session),
        urgency=Urgency.EMERGENCY,
        is_clinical=True,
        sentence=_("Emergency answer (%(flag)s) to a recovery check: call now.") % {"flag": _label(flag)},
        subject_type="recovery_check",
        subject_id=check.pk,
        dedupe_key=f"recovery_check:{check.pk}:emergency:{flag}",
        now=now,
    )
    reconcile("recovery_check", check, now=now)
    return task


def _mark(check: RecoveryCheck, advice: InstantAdvice) -> None:
    locked = RecoveryCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
    if locked.status in ANSWERABLE_CHECKS:
        check.grade, check.urgency = Grade.RED, Urgency.EMERGENCY
        check.findings = list(advice.findings)
        check.save(update_fields=["grade", "urgency", "findings"])


def _label(flag: str) -> str:
    return next((one.label for one in shared().red_flags if one.code == flag), flag)
