"""Statuses: one table of allowed moves per model; a change is a guarded update and an inserted row."""

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any, cast

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from clinic.errors import Stale


class IllegalMove(Stale):
    """The table of moves has no such arrow: it has gone on since the page was drawn, or somebody pressed twice."""

    def __init__(self, move: str) -> None:
        super().__init__(
            "illegal_move", _("This cannot be done any more: it has gone on meanwhile. Look again.")
        )
        self.move = move

    def __str__(self) -> str:
        return self.move


class StatusChange(models.Model):
    """Abstract: from, to, when, who and why. Subclasses add the foreign key and stay append-only."""

    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20)
    changed_at = models.DateTimeField()
    #: None means the system itself, for example a hold that lapsed.
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        db_index=False,  # nobody asks for all that somebody ever changed
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.from_status or '-'} → {self.to_status}"


def move(
    row: models.Model,
    to: str,
    *,
    transitions: Mapping[Any, Set[Any]],
    by: Any,
    now: datetime,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Moves `row.status` and inserts the status row; must run inside the action's transaction.

    The update is guarded by the status that was read: when somebody else moved the row first, `Stale` is raised
    and nothing is written. `changes` are further columns of the same update. `IllegalMove` names a missing arrow.
    """
    before = cast(str, row.status)  # type: ignore[attr-defined]
    if to not in transitions.get(before, set()):
        raise IllegalMove(f"{type(row).__name__}: {before} → {to}")
    values = {"status": to, **(changes or {})}
    hit = type(row)._default_manager.filter(pk=row.pk, status=before).update(**values)  # noqa: SLF001 - the public way to a model of any type
    if hit != 1:
        raise Stale("stale_status", "Somebody else changed this a moment ago. Look again before you go on.")
    for name, value in values.items():
        setattr(row, name, value)
    record(row, before, to, by=by, now=now, reason=reason)


def record(row: models.Model, before: str, to: str, *, by: Any, now: datetime, reason: str = "") -> None:
    """Inserts the status row alone, for a row that has just been created."""
    cast(Any, row).status_changes.create(
        from_status=before, to_status=to, changed_at=now, changed_by=by, reason=reason
    )
