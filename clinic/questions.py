"""Questions to the database that can be asked together: several small reads in one round trip.

A `Question` is asked where its answer is needed: `question.rows(facts)`. Whoever knows which of them will come
asks them at once with `ask_together`; each answer is then given once, to whoever next asks the same question with the
same facts. Nothing is kept beyond that: a transaction that begins anew asks anew (`forget`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from clinic.prepared import prepared_rows

Rows = list[list[Any]]
Facts = Mapping[str, Any]
_ahead: ContextVar[dict[Question, tuple[Facts, Rows]] | None] = ContextVar("answers read ahead", default=None)


@dataclass(frozen=True, eq=False)
class Question:
    """One SELECT with named values; each is itself only, whatever its text.

    The answers travel as JSON, so `columns` names each column (once), and `decoded` says how those that JSON does
    not know become what they are (an instant: `datetime.fromisoformat`).
    """

    sql: str
    columns: str
    decoded: tuple[tuple[int, Callable[[Any], Any]], ...] = ()

    def rows(self, facts: Facts) -> Rows:
        """The rows, each with its columns in order."""
        ahead = _ahead.get()
        if ahead and self in ahead and ahead[self][0] == facts:
            return ahead.pop(self)[1]
        return _ask([(self, facts)])[0]


def instants(columns: str, *names: str) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """How the named columns of a question become instants."""
    listed = columns.split()
    return tuple((listed.index(name), datetime.fromisoformat) for name in names)


def ask_together(*asked: tuple[Question, Facts]) -> None:
    """Reads the answers of several questions in one round trip, for those who will ask them.

    The same name must mean the same value in all of them.
    """
    answers = _ask(asked) if asked else []
    _ahead.set({question: (facts, rows) for (question, facts), rows in zip(asked, answers, strict=True)})


def forget() -> None:
    """Lets go of what was read ahead and not asked for."""
    _ahead.set(None)


def _ask(asked: Sequence[tuple[Question, Facts]]) -> list[Rows]:
    questions = tuple(question for question, _facts in asked)
    found = prepared_rows(_together(questions), {name: facts[name] for _q, facts in asked for name in facts})
    return [_decoded(question, rows or []) for question, rows in zip(questions, found[0], strict=True)]


@cache
def _together(questions: tuple[Question, ...]) -> str:
    return "SELECT " + ", ".join(_as_json(question) for question in questions)


def _as_json(question: Question) -> str:
    columns = ", ".join(question.columns.split())
    return f"(SELECT json_agg(json_build_array({columns})) FROM ({question.sql}) AS found({columns}))"  # noqa: S608 - texts of our own modules


def _decoded(question: Question, rows: Rows) -> Rows:
    for at, decode in question.decoded:
        for row in rows:
            if row[at] is not None:
                row[at] = decode(row[at])
    return rows
