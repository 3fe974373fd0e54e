"""Refusals with a code for machines and a sentence for people."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One reason why something may not be done, or should be thought about: an answer, not an accident.

    `possible_from` is the first instant at which this reason no longer holds; None when no date cures it.
    """

    code: str
    sentence: str
    possible_from: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Blocker(Problem):
    """Nobody may go on: a hard cap, a double occupation, a blocking answer."""


@dataclass(frozen=True, kw_only=True)
class NeedsApproval(Problem):
    """Refused until an entitled clinician records a reason."""


@dataclass(frozen=True, kw_only=True)
class Warning(Problem):  # noqa: A001 - the field's own word
    """Shown and acknowledged; stops nothing."""


class DomainError(Exception):
    """A change was refused. `code` is stable, `sentence` can be shown, `problems` lists every reason."""

    status = 422

    def __init__(self, code: str, sentence: str, *, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.problems = code, str(sentence), problems


class Taken(DomainError):
    """Somebody was faster: the time is no longer free."""

    status = 409


class Stale(DomainError):
    """The thing was changed by somebody else since it was read."""

    status = 412


class NotYours(DomainError):
    """This person may not do this, or may not see that it exists."""

    status = 403
