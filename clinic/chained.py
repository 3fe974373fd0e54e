"""Rows that lead to one another, and questions about them, in one round trip.

Who asks is found by a token, what they name by who they are, and what is to be known about it by its own columns: asked
one after the other that is three round trips, of which each costs more than its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

from django.db import models

from clinic import ahead
from clinic.prepared import Prepared, Written, prepared_rows
from clinic.questions import Asked, Question
from clinic.sending import with_values


class Found(NamedTuple):
    """A value that the chain finds itself: a column in the row of one of its steps."""

    step: int
    model: type[models.Model]
    column: str


@dataclass(frozen=True)
class Step:
    """Prepared rows, at most one for their values; each value is `Found` before, or has a name and is given."""

    rows: Prepared[Any]
    sources: tuple[str | Found, ...]

    @property
    def written(self) -> Written:
        """The query of the rows as text."""
        return self.rows.written

    @cached_property
    def key_cell(self) -> int:
        """Which of its columns is never empty when there is a row."""
        model = self.written.model
        return self.written.columns.index((model, model._meta.pk.attname))  # noqa: SLF001 - Django's public way


class Chain:
    """Steps of which each may use what those before have found, and questions that may use all of it."""

    def __init__(self, *steps: Step) -> None:
        self._steps = steps
        self._texts: dict[tuple[Any, ...], str] = {}
        self._cells: dict[Found, int] = {}

    def read(self, given: Mapping[str, Any], asked: Sequence[Asked]) -> None:
        """Asks all in one statement, for who asks for it next (`clinic.ahead`); a question's facts may be `Found`.

        The same name must mean the same value everywhere. Nothing is answered about a row that is not there.
        """
        facts = {name: value for _question, named in asked for name, value in named.items()}
        found = {name: value for name, value in facts.items() if isinstance(value, Found)}
        rows = prepared_rows(self._text(asked, found), {**self._constants, **facts, **given})
        ahead.keep(dict(self._answers(rows[0] if rows else None, given, asked)))

    def _answers(
        self, row: Sequence[Any] | None, given: Mapping[str, Any], asked: Sequence[Asked]
    ) -> Iterator[tuple[Any, tuple[Any, list[Any]]]]:
        """What each step and question would have been answered by itself."""

        begins = self._begins

        def known(value: Any) -> Any:
            return row[self._cell(value)] if isinstance(value, Found) and row is not None else value

        for at, step in enumerate(self._steps):
            values = tuple([given[one] if isinstance(one, str) else known(one) for one in step.sources])
            cells = None if row is None else row[begins[at] : begins[at + 1]]
            if cells is None or cells[step.key_cell] is None:
                yield step.rows, (values, [])
                return
            yield step.rows, (values, [step.written.make(cells)])
        answers = row[begins[-1] :] if row is not None else ()
        for (question, facts), answer in zip(asked, answers, strict=True):
            yield question, ({name: known(value) for name, value in facts.items()}, question.read(answer))

    def _text(self, asked: Sequence[Asked], found: Mapping[str, Found]) -> str:
        questions = tuple(question for question, _facts in asked)
        key = (questions, *found.items())
        if key not in self._texts:
            self._texts[key] = self._whole(questions, found)
        return self._texts[key]

    def _whole(self, questions: Sequence[Question], found: Mapping[str, Found]) -> str:
        def value(name: str) -> str:
            one = found.get(name)
            return f"%({name})s" if one is None else f"step{one.step}.{self._name(one)}"

        numbers = range(len(self._steps))
        columns = [f"step{at}.*" for at in numbers] + [with_values(one.as_json, value) for one in questions]
        joined = " ".join(f"LEFT JOIN step{at} ON true" for at in numbers[1:])
        parts = ", ".join(map(self._part, numbers))
        return f"WITH {parts} SELECT {', '.join(columns)} FROM step0 {joined}"  # noqa: S608 - our own texts

    def _part(self, at: int) -> str:
        step = self._steps[at]
        sources = {f"mark{number}": source for number, source in enumerate(step.sources)}

        def value(name: str) -> str:
            source = sources.get(name, f"step{at}_{name}")
            if isinstance(source, Found):
                return f"(SELECT {self._name(source)} FROM step{source.step})"  # noqa: S608 - our own names
            return f"%({source})s"

        columns = ", ".join(f"c{self._begins[at] + number}" for number in range(len(step.written.columns)))
        return f"step{at}({columns}) AS MATERIALIZED ({with_values(step.written.sql, value)})"

    def _name(self, found: Found) -> str:
        return f"c{self._cell(found)}"

    def _cell(self, found: Found) -> int:
        if found not in self._cells:
            columns = self._steps[found.step].written.columns
            self._cells[found] = self._begins[found.step] + columns.index((found.model, found.column))
        return self._cells[found]

    @cached_property
    def _begins(self) -> list[int]:
        """The cell in which each step begins, and that of the first answer."""
        return [0, *accumulate(len(step.written.columns) for step in self._steps)]

    @cached_property
    def _constants(self) -> dict[str, Any]:
        """The values in the steps' texts that are always the same."""
        return {
            f"step{at}_{name}": value
            for at, step in enumerate(self._steps)
            for name, value in step.written.constants.items()
        }
