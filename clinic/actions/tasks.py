"""Tasks for people: open, take, finish, escalate."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from clinic.models import Location, Membership, Patient, Task
from clinic.roles import LEAD, MANAGER
from clinic.statuses import move, record
from clinic.words import TASK_TRANSITIONS, URGENCY_HOURS, TaskStatus, Urgency

#: Who gets a task that nobody took in time: first the location's clinical lead, then its manager.
ESCALATION = (LEAD, MANAGER)


@transaction.atomic
def open_task(
    *,
    kind: str,
    location: Location,
    patient: Patient,
    owner: Any,
    urgency: Urgency,
    is_clinical: bool,
    sentence: str,
    subject_type: str,
    subject_id: int,
    dedupe_key: str,
    now: datetime,
    due_at: datetime | None = None,
    by: Any = None,
) -> Task:
    """Opens a task, or gives the one that the same fact opened before.

    The deadline is `due_at`, or the hours of the urgency (catalogue 6.4) from now.
    """
    due_at = due_at or now + timedelta(hours=URGENCY_HOURS[urgency])
    task, is_new = Task.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "kind": kind,
            "location": location,
            "patient": patient,
            "owner": owner,
            "urgency": urgency,
            "is_clinical": is_clinical,
            "sentence": sentence,
            "subject_type": subject_type,
            "subject_id": subject_id,
            "created_at": now,
            "due_at": due_at,
        },
    )
    if is_new:
        record(task, "", TaskStatus.OPEN, by=by, now=now)
    return task


@transaction.atomic
def acknowledge(task: Task, *, by: Any, now: datetime) -> Task:
    """Somebody takes the task: it is theirs, and no longer escalates."""
    move(task, TaskStatus.ACKNOWLEDGED, transitions=TASK_TRANSITIONS, by=by, now=now, changes={"owner": by})
    return task


@transaction.atomic
def finish(task: Task, *, by: Any, now: datetime, outcome: str = "") -> Task:
    """The task is done, with what came of it."""
    move(
        task,
        TaskStatus.DONE,
        transitions=TASK_TRANSITIONS,
        by=by,
        now=now,
        reason=outcome,
        changes={"outcome": outcome},
    )
    return task


@transaction.atomic
def reopen(task: Task, *, by: Any, now: datetime, reason: str = "") -> Task:
    """The task waits again, without an owner who said they have it."""
    move(task, TaskStatus.OPEN, transitions=TASK_TRANSITIONS, by=by, now=now, reason=reason)
    return task


@transaction.atomic
def escalate_overdue(*, now: datetime) -> int:
    """Hands every open task past its deadline to the next person in line; says how many.

    Practitioner, then the location's clinical lead, then its manager; each step gives the same time again, an hour at
    the least. After the last step the task stays where it is, overdue and red.
    """
    overdue = (
        Task.objects.overdue(now)
        .filter(escalations__lt=len(ESCALATION))
        .select_for_update(skip_locked=True, of=("self",))
    )
    count = 0
    for task in overdue:
        _escalate(task, now=now)
        count += 1
    return count


def _escalate(task: Task, *, now: datetime) -> None:
    role = ESCALATION[task.escalations]
    member = (
        Membership.objects.filter(location=task.location_id, role=role.code, user__is_active=True)
        .order_by("pk")
        .first()
    )
    task.escalations += 1
    task.owner = member.user if member else task.owner
    task.due_at = now + max(timedelta(hours=1), timedelta(hours=URGENCY_HOURS[Urgency(task.urgency)]) / 2)
    task.save(update_fields=["escalations", "owner", "due_at"])
