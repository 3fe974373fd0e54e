"""Frozen dataclasses to plain JSON documents and back, without loss.

Decimals travel as strings, sets as sorted lists, enums as their words. Decoding is strict: an unknown field,
a missing field or a wrong type is a problem, and all problems of a document are told at once.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentProblem:
    """What is wrong at one place of a document."""

    path: str
    sentence: str


class DocumentError(ValueError):
    """A document that cannot be read; `problems` names every place and what is wrong there."""

    def __init__(self, problems: list[DocumentProblem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{problem.path}: {problem.sentence}" for problem in problems))


def to_document(value: object) -> Any:
    """The value as dicts, lists, strings, numbers, booleans and None: what JSON can hold."""
    if is_dataclass(value):
        return {item.name: to_document(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple):
        return [to_document(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(to_document(item) for item in value)
    if isinstance(value, StrEnum | Decimal):
        return str(value)
    return value


def from_document(cls: type[T], document: object) -> T:
    """The value a document stands for; DocumentError with every problem when it does not fit."""
    reading = Reading()
    value = reading.read(cls, document, "")
    if reading.problems:
        raise DocumentError(reading.problems)
    return cast(T, value)


def checksum(document: object) -> str:
    """SHA-256 of a document, independent of the order of its keys."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Reading:
    """One pass over a document that collects problems instead of stopping at the first."""

    problems: list[DocumentProblem] = field(default_factory=list)

    def read(self, hint: Any, raw: object, path: str) -> Any:
        """The value of type `hint`; None and a noted problem when `raw` does not fit."""
        if is_dataclass(hint):
            return self._dataclass(hint, raw, path)
        origin = get_origin(hint)
        if origin in (Union, UnionType):
            return self._optional(hint, raw, path)
        if origin in (tuple, frozenset):
            return self._many(origin, get_args(hint)[0], raw, path)
        return self._scalar(hint, raw, path)

    def refuse(self, path: str, sentence: str) -> None:
        """Notes a problem."""
        self.problems.append(DocumentProblem(path=path or "(document)", sentence=sentence))

    def _dataclass(self, cls: Any, raw: object, path: str) -> Any:
        if not isinstance(raw, dict):
            return self.refuse(path, "is not a table of values")
        before = len(self.problems)
        hints = _hints(cls)
        for name in raw.keys() - hints.keys():
            self.refuse(_at(path, name), "is not a known field")
        values = {name: self.read(hints[name], raw[name], _at(path, name)) for name in hints if name in raw}
        for name in _required(cls) - raw.keys():
            self.refuse(_at(path, name), "is missing")
        return cls(**values) if len(self.problems) == before else None

    def _optional(self, hint: Any, raw: object, path: str) -> Any:
        if raw is None:
            return None
        inner = next(part for part in get_args(hint) if part is not type(None))
        return self.read(inner, raw, path)

    def _many(self, origin: Any, inner: Any, raw: object, path: str) -> Any:
        if not isinstance(raw, list | tuple):
            return self.refuse(path, "is not a list")
        return origin(self.read(inner, item, _at(path, str(index))) for index, item in enumerate(raw))

    def _scalar(self, hint: Any, raw: object, path: str) -> Any:
        if issubclass(hint, StrEnum):
            return self._word(hint, raw, path)
        if hint is Decimal:
            return self._decimal(raw, path)
        if type(raw) is not hint:
            return self.refuse(path, f"should be {_SPOKEN[hint]}, not {raw!r}")
        return raw

    def _word(self, words: type[StrEnum], raw: object, path: str) -> StrEnum | None:
        if raw in {str(word) for word in words}:
            return words(str(raw))
        self.refuse(path, f"{raw!r} is an unknown code; known are {', '.join(words)}")
        return None

    def _decimal(self, raw: object, path: str) -> Decimal | None:
        if isinstance(raw, Decimal | int | str) and not isinstance(raw, bool):
            try:
                return Decimal(raw)
            except InvalidOperation:
                pass
        self.refuse(path, f"should be a decimal number, not {raw!r}")
        return None


_SPOKEN = {str: "text", int: "a whole number", bool: "true or false"}


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


@cache
def _required(cls: Any) -> frozenset[str]:
    absent: Callable[[Any], bool] = lambda item: item.default is MISSING and item.default_factory is MISSING  # noqa: E731
    return frozenset(item.name for item in fields(cls) if absent(item))


def _at(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name
