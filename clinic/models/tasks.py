"""Tasks: what waits for a person, with an owner and a deadline, escalating until somebody takes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.models.visibility import seen_by, workplaces
from clinic.roles import Permission
from clinic.statuses import StatusChange
from clinic.words import URGENCY_ORDER, WAITING_TASKS, TaskStatus, Urgency


class TaskQuerySet(models.QuerySet["Task"]):
    """Which tasks."""

    def visible_to(self, user: Any, permission: Permission = Permission.SEE_BOARD) -> TaskQuerySet:
        """Tasks at a location where the user works; clinical ones only with the right to see clinical facts."""

        def there(places: Any) -> Q:
            clinical = workplaces(user, Permission.SEE_CLINICAL)
            return Q(location__in=places, is_clinical=False) | Q(location__in=clinical)

        return seen_by(user, self, permission, there)

    def waiting(self) -> TaskQuerySet:
        """Tasks that nobody has finished."""
        return self.filter(status__in=WAITING_TASKS)

    def about(self, subject_type: str, subject_id: int) -> TaskQuerySet:
        """Tasks about one thing, the newest first."""
        return (
            self.filter(subject_type=subject_type, subject_id=subject_id)
            .select_related("owner")
            .order_by("-id")
        )

    def finished(self) -> TaskQuerySet:
        """Tasks that are done, latest first."""
        return self.filter(status=TaskStatus.DONE).order_by("-id")

    def owned_by(self, user: Any) -> TaskQuerySet:
        """Tasks of one person."""
        return self.filter(owner=user)

    def overdue(self, now: datetime) -> TaskQuerySet:
        """Open tasks past their deadline."""
        return self.filter(status=TaskStatus.OPEN, due_at__lte=now)

    def worst_first(self) -> TaskQuerySet:
        """By urgency, then by deadline."""
        rank = models.Case(
            *(
                models.When(urgency=code, then=models.Value(place))
                for place, code in enumerate(URGENCY_ORDER)
            ),
            output_field=models.IntegerField(),
        )
        return self.annotate(urgency_rank=rank).order_by("urgency_rank", "due_at", "id")


@tracked()
class Task(models.Model):
    """Something a person must do about a patient by a time."""

    kind = models.CharField(max_length=40)
    location = models.ForeignKey("clinic.Location", on_delete=models.PROTECT, related_name="tasks")
    patient = models.ForeignKey("clinic.Patient", on_delete=models.CASCADE, related_name="tasks")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )
    urgency = models.CharField(max_length=12, choices=Urgency, default=Urgency.ROUTINE)
    is_clinical = models.BooleanField(default=False)
    sentence = models.CharField(max_length=300)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    #: The same fact never makes two tasks.
    dedupe_key = models.CharField(max_length=120, unique=True)
    status = models.CharField(max_length=20, choices=TaskStatus, default=TaskStatus.OPEN)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalations = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(_("outcome"), max_length=500, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["location", "due_at"],
                condition=Q(status__in=["open", "acknowledged"]),
                name="task_waiting",
            ),
            models.Index(fields=["subject_type", "subject_id"], name="task_by_subject"),
        ]

    def __str__(self) -> str:
        return self.sentence


class TaskStatusChange(StatusChange):
    """Who took or finished a task, and when."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="status_changes")
