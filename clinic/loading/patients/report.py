"""What became of each row, in sentences; and a safe export of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from clinic.loading.patients.export import safe_csv


class Outcome(StrEnum):
    """What a row is."""

    NEW = "new"
    KNOWN = "known"
    REGISTERED = "registered"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    WRONG = "wrong"


#: These keep the whole file out.
STOPPING = (Outcome.WRONG, Outcome.DUPLICATE)
_WORDS = {
    Outcome.NEW: "new",
    Outcome.KNOWN: "known already, left as they are",
    Outcome.REGISTERED: "known at another location, registered here too",
    Outcome.DUPLICATE: "to be decided: perhaps known already",
    Outcome.SKIPPED: "left out as duplicates",
    Outcome.WRONG: "to be repaired",
}


@dataclass(frozen=True)
class RowReport:
    """One row with its number in the spreadsheet, what became of it, and why."""

    number: int
    outcome: Outcome
    sentences: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"row {self.number}: {self.outcome}" + "".join(
            f"\n    {sentence}" for sentence in self.sentences
        )


@dataclass(frozen=True)
class ImportReport:
    """The rows in the file's order, remarks about the file, and whether it was written."""

    file: str
    rows: tuple[RowReport, ...]
    notes: tuple[str, ...] = ()
    is_written: bool = False
    counts: Counter[Outcome] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", Counter(row.outcome for row in self.rows))

    @property
    def is_refused(self) -> bool:
        """Whether a row keeps the file out."""
        return any(self.counts[outcome] for outcome in STOPPING)

    def lines(self) -> list[str]:
        """The notes, the rows that have something to say, and the sum."""
        told = [str(row) for row in self.rows if row.sentences]
        return [*(f"note: {note}" for note in self.notes), *told, *self.summary()]

    def summary(self) -> list[str]:
        """How many of each, and what was done."""
        sums = [f"{self.counts[one]} {words}" for one, words in _WORDS.items() if self.counts[one]]
        return [", ".join(sums), self._verdict()]

    def _verdict(self) -> str:
        if self.is_refused:
            return f"{self.file} was not imported; nothing has changed."
        if not self.is_written:
            return "This was a dry run: nothing has been written."
        return f"{self.file} was imported."

    def as_csv(self) -> str:
        """The report as a table that a spreadsheet opens without running anything in it."""
        rows = [(str(row.number), row.outcome, " ".join(row.sentences)) for row in self.rows]
        return safe_csv(["row", "outcome", "why"], rows)
