"""What came of a call: reached, or no answer and the same again tomorrow. Every try is kept."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.tasks import finish, open_task
from clinic.models import Location, Task
from clinic.timekeeping import instant, local_day
from clinic.words import Urgency
from treatments.models import TreatmentSession

#: A second try is due at noon of the next day, on the location's wall.
AGAIN_AT = time(12)
#: The kind of task that an overdue session becomes once somebody has tried.
OVERDUE = "call-overdue"


@transaction.atomic
def reached(*, task: Task, by: Any, now: datetime, outcome: str = "") -> Task:
    """The patient was spoken to; the task is done, with what came of it."""
    return finish(task, by=by, now=now, outcome=outcome or _("reached"))


@transaction.atomic
def no_answer(*, task: Task, by: Any, now: datetime) -> Task:
    """Nobody picked up: this try is done, and the same call waits again for tomorrow. Gives the new task."""
    finish(task, by=by, now=now, outcome=_("no answer"))
    return open_task(
        kind=task.kind,
        location=task.location,
        patient=task.patient,
        owner=task.owner,
        urgency=Urgency(task.urgency),
        is_clinical=task.is_clinical,
        sentence=task.sentence,
        subject_type=task.subject_type,
        subject_id=task.subject_id,
        dedupe_key=f"call-again:{task.pk}",
        now=now,
        due_at=_tomorrow(task.location, now),
        by=by,
    )


@transaction.atomic
def overdue_not_reached(*, session: TreatmentSession, by: Any, now: datetime) -> Task:
    """Nobody picked up about a session that is overdue: it becomes a call for tomorrow. Once per day."""
    plan = session.plan
    today = local_day(now, plan.location.tz)
    return open_task(
        kind=OVERDUE,
        location=plan.location,
        patient=plan.patient,
        owner=None,
        urgency=Urgency.SOON,
        is_clinical=False,
        sentence=_("Session %(number)d is overdue and not booked: call again.") % {"number": session.number},
        subject_type="session",
        subject_id=session.pk,
        dedupe_key=f"call-overdue:{session.pk}:{today.isoformat()}",
        now=now,
        due_at=_tomorrow(plan.location, now),
        by=by,
    )


def _tomorrow(location: Location, now: datetime) -> datetime:
    return instant(local_day(now, location.tz) + timedelta(days=1), AGAIN_AT, location.tz)
