"""What happens to appointments when the app below says that something is a fact. Inside its transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from bookings.actions.leaving import cancel
from bookings.actions.telling import tell
from bookings.actions.visiting import fulfil
from bookings.care import anchors_of, care_problems
from bookings.models import Appointment
from bookings.words import CancelReason
from clinic.actions.tasks import finish, open_task, reopen
from clinic.errors import Blocker, NeedsApproval
from clinic.models import Patient, Task
from clinic.words import TaskStatus, Urgency
from treatments.models import TreatmentPlan, TreatmentSession
from treatments.signals import (
    patient_facts_changed,
    plan_frozen,
    plan_released,
    plan_rhythm_changed,
    session_performed,
)
from treatments.words import PlanStatus

#: The task of a booked appointment whose plan waits.
ON_HOLD = "plan-on-hold"


@receiver(session_performed)
def finish_the_visit(session: TreatmentSession, by: Any, now: datetime, **_rest: Any) -> None:
    """The visit is over; what is booked later is looked at again, since windows move with the day performed."""
    for row in Appointment.objects.for_change().live().filter(treatment_session=session, held_until=None):
        fulfil(appointment=row, by=by, now=now)
    later = to_come(session.plan, now).exclude(treatment_session=session)
    for row in later:
        tell(row, by=by, now=now)
        _ask_the_desk(row, by=by, now=now)


@receiver(plan_frozen)
def pause(plan: TreatmentPlan, by: Any, now: datetime, **_rest: Any) -> None:
    """On hold: reminders are called back and the desk is asked. Ended: what is still booked is cancelled."""
    for row in to_come(plan, now):
        if plan.status == PlanStatus.ON_HOLD:
            tell(row, by=by, now=now)
            _open_task(row, ON_HOLD, _("The plan is on hold: keep or move this appointment."), by, now)
        else:
            cancel(appointment=row, reason=CancelReason.CLINIC, by=by, now=now)


@receiver(plan_released)
def go_on(plan: TreatmentPlan, by: Any, now: datetime, **_rest: Any) -> None:
    """What is booked is spoken of again, and nobody is asked any more whether to keep it."""
    for row in to_come(plan, now):
        tell(row, by=by, now=now)
        for task in Task.objects.waiting().about("appointment", row.pk):
            if task.kind == ON_HOLD:
                finish(task, by=by, now=now, outcome=_("the plan goes on"))


@receiver(plan_rhythm_changed)
def keep_the_rhythm(plan: TreatmentPlan, by: Any, now: datetime, **_rest: Any) -> None:
    """What is booked is spoken of again; what now stands too soon is asked of the desk, which re-flows the series."""
    for row in to_come(plan, now):
        tell(row, by=by, now=now)
        _ask_the_desk(row, by=by, now=now)


@receiver(patient_facts_changed)
def say_what_fits_now(patient: Patient, by: Any, now: datetime, **_rest: Any) -> None:
    """The texts before each booked visit follow what is known about the patient."""
    booked = Appointment.objects.for_change().upcoming(now)
    for row in booked.filter(patient=patient, treatment_session__isnull=False):
        tell(row, by=by, now=now)


def to_come(plan: TreatmentPlan, now: datetime) -> Any:
    """The booked appointments of a plan that have not begun."""
    return Appointment.objects.for_change().upcoming(now).filter(treatment_session__plan=plan)


def _ask_the_desk(row: Appointment, *, by: Any, now: datetime) -> None:
    """When a later session now stands too soon, somebody must re-flow the series."""
    session = row.treatment_session
    if session is None:
        return
    anchors = anchors_of(session.plan, now=now)
    found = care_problems(session, start=row.starts_at, now=now, anchors=anchors)
    stopping = [problem for problem in found if isinstance(problem, Blocker | NeedsApproval)]
    if stopping:
        _open_task(row, "series-drifted", str(stopping[0].sentence), by, now)


def _open_task(row: Appointment, kind: str, sentence: str, by: Any, now: datetime) -> None:
    task = open_task(
        kind=kind,
        location=row.location,
        patient=row.patient,
        owner=None,
        urgency=Urgency.SOON,
        is_clinical=False,
        sentence=sentence[:300],
        subject_type="appointment",
        subject_id=row.pk,
        dedupe_key=f"{kind}:{row.pk}:{row.version}",
        now=now,
        by=by,
    )
    if kind == ON_HOLD and task.status == TaskStatus.DONE:  # held again, with nothing changed since
        reopen(task, by=by, now=now)
