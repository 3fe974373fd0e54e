"""What a load changed, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models


@dataclass
class Changes:
    """What was made, what was changed and how, what is in the database only, and remarks."""

    made: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: Ids of the resources that the file names.
    named: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.made or self.changed)

    def created(self, what: str) -> None:
        """Note something new."""
        self.made.append(what)

    def updated(self, what: str, how: str) -> None:
        """Note a difference; the columns of something that was just made are no news."""
        if not any(what == new or what.startswith(f"{new} at ") for new in self.made):
            self.changed.append(f"{what}: {how}")

    def lines(self) -> list[str]:
        """One sentence each, ready to print."""
        return [
            *(f"new: {what}" for what in self.made),
            *(f"changed: {what}" for what in self.changed),
            *(f"not in the file, kept: {what}" for what in self.kept),
            *(f"note: {note}" for note in self.notes),
            self.summary(),
        ]

    def summary(self) -> str:
        """The last line."""
        if not self:
            return "nothing changed"
        return f"{len(self.made)} new, {len(self.changed)} changed"


def bring_up_to_date(row: models.Model, what: str, columns: Mapping[str, Any], changes: Changes) -> None:
    """Writes the columns that differ, and notes each as `old → new`."""
    differing = {name: value for name, value in columns.items() if getattr(row, name) != value}
    if not differing:
        return
    how = ", ".join(
        f"{name} {_shown(getattr(row, name))} → {_shown(value)}" for name, value in differing.items()
    )
    for name, value in differing.items():
        setattr(row, name, value)
    row.save(update_fields=list(differing))
    changes.updated(what, how)


def _shown(value: Any) -> str:
    return "nothing" if value in (None, "", [], {}) else str(value)
