"""Whom the desk should call: unanswered checks, messages that did not arrive, and sessions that are overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bookings.actions.calling import OVERDUE
from bookings.due import Dueness, DueSession, due_sessions
from clinic.models import Location, Task

#: Kinds of task that a call settles.
KINDS = ("call", "call-patient", "patient-unwell", "reply", "link-locked", OVERDUE)


@dataclass(frozen=True)
class CallList:
    """Tasks worst first, then sessions whose window is over and about which nobody has tried yet."""

    tasks: list[Task]
    overdue: list[DueSession]

    def __len__(self) -> int:
        return len(self.tasks) + len(self.overdue)


def call_list(user: Any, location: Location, *, now: datetime) -> CallList:
    """The calls of a location that this person may make."""
    tasks = list(calls_of(user, location).waiting().worst_first().select_related("patient", "owner"))
    tried = {task.subject_id for task in tasks if task.kind == OVERDUE}
    overdue = [
        one
        for one in due_sessions(location, now=now)
        if one.dueness == Dueness.OVERDUE and one.session.session_id not in tried
    ]
    return CallList(tasks, overdue)


def calls_of(user: Any, location: Location | None) -> Any:
    """The tasks of a location that are calls, and that this person may see."""
    return Task.objects.visible_to(user).filter(location=location, kind__in=KINDS)
