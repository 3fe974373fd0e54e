"""Recovery checks: asked at set times after a session, answered on the phone, graded by triage."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.models import Patient, Task
from clinic.roles import Permission
from clinic.statuses import StatusChange
from clinic.words import TaskStatus, Urgency
from treatments.models.plans import TreatmentPlan
from treatments.models.sessions import TreatmentSession
from treatments.words import CallOutcome, CheckStatus, Grade


def _tasks_of_check() -> Any:
    """The tasks about the check of the query around."""
    return Task.objects.filter(subject_type="recovery_check", subject_id=OuterRef("pk"))


class RecoveryCheckQuerySet(models.QuerySet["RecoveryCheck"]):
    """Which checks."""

    def visible_to(
        self, user: Any, permission: Permission = Permission.SEE_RECOVERY
    ) -> RecoveryCheckQuerySet:
        """Checks of patients whose recovery the user may see."""
        return self.filter(session__plan__patient__in=Patient.objects.visible_to(user, permission))

    def answered(self) -> RecoveryCheckQuerySet:
        """Checks with answers, the newest first."""
        return self.filter(status=CheckStatus.ANSWERED).order_by("-answered_at")

    def of_plan(self, plan: TreatmentPlan) -> RecoveryCheckQuerySet:
        """Answered and silent checks of a plan: what is known about the recovery."""
        return self.filter(session__plan=plan, status__in=[CheckStatus.ANSWERED, CheckStatus.SILENT])

    def worst_first(self) -> RecoveryCheckQuerySet:
        """Emergencies, red, amber, silent, green; the newest of each first.

        An emergency stays one until somebody has dealt with it, even when the check was then sent with another answer.
        """
        alarms = _tasks_of_check().waiting().filter(urgency=Urgency.EMERGENCY)
        rank = models.Case(
            models.When(Q(urgency=Urgency.EMERGENCY) | Exists(alarms), then=0),
            models.When(grade=Grade.RED, then=1),
            models.When(grade=Grade.AMBER, then=2),
            models.When(status=CheckStatus.SILENT, then=3),
            default=4,
            output_field=models.IntegerField(),
        )
        return self.annotate(grade_rank=rank).order_by("grade_rank", "-due_at")

    def wanting_a_look(self) -> RecoveryCheckQuerySet:
        """Red, amber and silent checks, and emergencies not even sent, that nobody has dealt with, worst first."""
        tasks = _tasks_of_check()
        found = self.filter(
            Q(grade__in=[Grade.RED, Grade.AMBER]) | Q(status=CheckStatus.SILENT) | Exists(tasks.waiting())
        )
        is_dealt_with = Exists(tasks.filter(status=TaskStatus.DONE)) & ~Exists(tasks.waiting())
        return found.exclude(is_dealt_with).worst_first()

    def of_session(self, session: TreatmentSession) -> RecoveryCheckQuerySet:
        """The checks of one session in order of time."""
        return self.filter(session=session).order_by("due_at")

    def open_until(self, until: datetime) -> RecoveryCheckQuerySet:
        """Planned and asked checks that are due by an instant."""
        found = self.filter(status__in=(CheckStatus.PLANNED, CheckStatus.ASKED), due_at__lte=until)
        return found.select_related("session__plan__patient", "session__plan__location")

    def due(self, now: datetime) -> RecoveryCheckQuerySet:
        """Planned checks whose time has come."""
        return self.filter(status=CheckStatus.PLANNED, due_at__lte=now)

    def unanswered_after(self, now: datetime) -> RecoveryCheckQuerySet:
        """Asked checks whose time to answer is over."""
        return self.filter(status=CheckStatus.ASKED, answer_until__lte=now)


@tracked()
class RecoveryCheck(models.Model):
    """One check of one session. `due_at` is the session's end plus the rule's offset (catalogue 7.2)."""

    session = models.ForeignKey(TreatmentSession, on_delete=models.CASCADE, related_name="recovery_checks")
    code = models.CharField(max_length=12)
    questions = models.JSONField()
    due_at = models.DateTimeField()
    #: Twice the rule's answer hours after the question: then silence becomes a task.
    answer_until = models.DateTimeField()
    status = models.CharField(max_length=12, choices=CheckStatus, default=CheckStatus.PLANNED)
    grade = models.CharField(max_length=6, choices=Grade, blank=True)
    urgency = models.CharField(max_length=12, choices=Urgency, blank=True)
    #: Codes of the flags and rules that made the grade, with facts: why it is red.
    findings = models.JSONField(default=list, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = RecoveryCheckQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "code"], name="recovery_check_planned_once_per_session"
            ),
            models.CheckConstraint(
                condition=Q(status="answered", answered_at__isnull=False)
                | (~Q(status="answered") & Q(answered_at__isnull=True)),
                name="recovery_check_answered_exactly_when_it_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(answer_until__gt=models.F("due_at")), name="recovery_check_leaves_time_to_answer"
            ),
        ]
        indexes = [
            models.Index(fields=["answer_until"], condition=Q(status="asked"), name="recovery_check_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.session}"


class RecoveryCheckStatusChange(StatusChange):
    """When a check was asked, answered, or fell silent."""

    recovery_check = models.ForeignKey(RecoveryCheck, on_delete=models.CASCADE, related_name="status_changes")


@tracked()
class RecoveryAnswer(models.Model):
    """One question, one answer; saved page by page. `report` answers belong to "report a problem"."""

    recovery_check = models.ForeignKey(RecoveryCheck, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=16)
    #: 0–10, 1–5, yes/no, words: as JSON. Null means skipped.
    value = models.JSONField(null=True)
    #: What is asked beside it: a measured temperature (`temperature_c`), `where`, `since_when`.
    extras = models.JSONField(default=dict, blank=True)
    detail = models.CharField(_("in your own words"), max_length=500, blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["recovery_check", "question"], name="recovery_question_answered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question} of {self.recovery_check}"


@tracked()
class RecoveryCall(models.Model):
    """One call about a check: who called when, what came of it, in their words."""

    recovery_check = models.ForeignKey(RecoveryCheck, on_delete=models.CASCADE, related_name="calls")
    outcome = models.CharField(max_length=12, choices=CallOutcome)
    note = models.CharField(_("note"), max_length=500, blank=True)
    called_at = models.DateTimeField()
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["called_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} about {self.recovery_check}"


@tracked()
class AftercareGiven(models.Model):
    """Which aftercare text version a patient got for a session: legal proof (catalogue 10.2)."""

    session = models.OneToOneField(TreatmentSession, on_delete=models.CASCADE, related_name="aftercare")
    care_group = models.CharField(max_length=20)
    language = models.CharField(max_length=10)
    checksum = models.CharField(max_length=64)
    text = models.JSONField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"Aftercare of {self.session}"
