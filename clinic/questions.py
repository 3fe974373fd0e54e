"""Questions to the database that can be asked together: several small reads in one round trip.

A `Question` is asked where its answer is needed: `question.rows(facts)`. Whoever knows which of them will come
asks them at once with `ask_together`; each answer is then kept for who asks (`clinic.ahead`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson

from clinic import ahead
from clinic.prepared import prepared_rows

Rows = list[list[Any]]
Facts = Mapping[str, Any]
Asked = tuple["Question", Facts]


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
        known = ahead.taken(self, facts)
        return _ask([(self, facts)])[0] if known is None else known

    @property
    def as_json(self) -> str:
        """The SELECT as one value: a JSON list of rows, NULL for none."""
        columns = ", ".join(self.columns.split())
        return f"(SELECT json_agg(json_build_array({columns}))::text FROM ({self.sql}) AS found({columns}))"  # noqa: S608 - texts of our own modules

    def read(self, answer: str | None) -> Rows:
        """The rows of such a value."""
        rows: Rows = orjson.loads(answer) if answer else []
        for at, decode in self.decoded:
            for row in rows:
                if row[at] is not None:
                    row[at] = decode(row[at])
        return rows


def instants(columns: str, *names: str) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """How the named columns of a question become instants."""
    listed = columns.split()
    return tuple((listed.index(name), datetime.fromisoformat) for name in names)


def ask_together(*asked: Asked) -> None:
    """Reads the answers of several questions in one round trip, for who will ask them; what is known already stays.

    The same name must mean the same value in all of them.
    """
    new = [(question, facts) for question, facts in asked if not ahead.is_kept(question, facts)]
    if new:
        answers = zip(new, _ask(new), strict=True)
        ahead.keep({question: (facts, rows) for (question, facts), rows in answers})


def _ask(asked: Sequence[Asked]) -> list[Rows]:
    questions = tuple(question for question, _facts in asked)
    found = prepared_rows(_together(questions), {name: facts[name] for _q, facts in asked for name in facts})
    return [question.read(answer) for question, answer in zip(questions, found[0], strict=True)]


@cache
def _together(questions: tuple[Question, ...]) -> str:
    return "SELECT " + ", ".join(question.as_json for question in questions)
