"""The rows of the recovery inbox: why a check wants a look, the course so far, and who has it until when."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clinic.curve import CurveDrawing, curve_drawing
from clinic.models import Task
from clinic.roles import Permission
from treatments.models import Photo, RecoveryAnswer, RecoveryCall, RecoveryCheck
from treatments.queries.recovery import Point, SymptomCurve, curves_from, day_of
from treatments.web.courses import as_far_as_it_goes, drawn, is_above, is_answered, labelled
from treatments.words import PlanStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """The symptom that tells most: its question, its drawing, and the last score against what was expected."""

    question: str
    drawing: CurveDrawing
    last: Point
    is_above: bool

    @property
    def dots(self) -> list[tuple[str, ...]]:
        """Where the answers are in the drawing's box, as (across, down)."""
        return [tuple(place.split(",")) for place in self.drawing.line.split()]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One check in the inbox. `day` counts from the session; `task` waits, with its owner and deadline."""

    check: RecoveryCheck
    day: int
    findings: list[dict[str, Any]]
    course: Course | None
    task: Task | None
    is_late: bool
    is_held: bool
    photos: int
    calls: int


def rows_of(checks: Sequence[RecoveryCheck], *, user: Any, now: datetime) -> list[Row]:
    """The rows in the order of the checks, in four queries however many there are."""
    tasks, answers = _tasks(checks, user), _answers(checks)
    photos = _counted(Photo.objects.visible_to(user).filter(session__in=_sessions(checks)), "session_id")
    calls = _counted(RecoveryCall.objects.filter(recovery_check__in=checks), "recovery_check_id")
    return [
        Row(
            check=check,
            day=day_of(check.session, check.answered_at or now),
            findings=labelled(check.findings),
            course=_course(check, answers[check.session_id]),
            task=(task := tasks.get(check.pk)),
            is_late=task is not None and task.due_at < now,
            is_held=check.session.plan.status == PlanStatus.ON_HOLD,
            photos=photos[check.session_id],
            calls=calls[check.pk],
        )
        for check in checks
    ]


def _sessions(checks: Sequence[RecoveryCheck]) -> set[int]:
    return {check.session_id for check in checks}


def _tasks(checks: Sequence[RecoveryCheck], user: Any) -> dict[int, Task]:
    """The most pressing waiting task of each check."""
    rows = (
        Task.objects.visible_to(user, Permission.SEE_RECOVERY)
        .filter(subject_type="recovery_check", subject_id__in=[check.pk for check in checks])
        .waiting()
        .select_related("owner")
        .worst_first()
    )
    first: dict[int, Task] = {}
    for task in rows:
        first.setdefault(task.subject_id, task)
    return first


def _answers(checks: Sequence[RecoveryCheck]) -> dict[int, list[RecoveryAnswer]]:
    found: dict[int, list[RecoveryAnswer]] = defaultdict(list)
    rows = RecoveryAnswer.objects.filter(recovery_check__session__in=_sessions(checks))
    for row in rows.select_related("recovery_check").order_by("answered_at"):
        found[row.recovery_check.session_id].append(row)
    return found


def _counted(rows: Any, column: str) -> Counter[int]:
    return Counter(rows.values_list(column, flat=True))


def _course(check: RecoveryCheck, answers: Sequence[RecoveryAnswer]) -> Course | None:
    """The symptom of the worst reason, else one above the band, else the one that was asked most."""
    symptoms = [str(finding.get("symptom") or "") for finding in check.findings]
    curves = [one for one in curves_from(check.session, answers) if is_answered(one)]
    best = min(curves, key=lambda one: _rank(one, symptoms), default=None)
    if best is None:
        return None
    last = next(point for point in reversed(best.points) if point.score is not None)
    return Course(
        question=best.question,
        drawing=curve_drawing(drawn(as_far_as_it_goes(best))),
        last=last,
        is_above=is_above(best),
    )


def _rank(curve: SymptomCurve, symptoms: Sequence[str]) -> tuple[int, bool, int]:
    place = symptoms.index(curve.symptom) if curve.symptom in symptoms else len(symptoms)
    return place, not is_above(curve), -len(curve.points)
