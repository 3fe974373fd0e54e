"""What is wrong with a file: every finding at once, each with its place and a sentence that says the cure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clinic.errors import DomainError


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to repair: where (`locations[1].zone`, `row 7, Phone`) and what to write instead."""

    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"


class FileRefused(DomainError):
    """The file was not loaded; nothing has changed. `findings` lists every reason in the file's order."""

    def __init__(self, file: str, findings: Iterable[Finding]) -> None:
        self.file, self.findings = file, tuple(findings)
        count = len(self.findings)
        things = "one thing has" if count == 1 else f"{count} things have"
        super().__init__("file_refused", f"{file} was not loaded: {things} to be repaired first.")

    def __str__(self) -> str:
        return "\n".join([self.sentence, *(f"  {finding}" for finding in self.findings)])
