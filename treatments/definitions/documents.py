"""Frozen dataclasses to plain JSON documents and back, without loss.

Decimals travel as strings, sets as sorted lists, enums as their words. Decoding is strict: an unknown field,
a missing field or a wrong type is a problem, and all problems of a document are told at once.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")

PLAIN = frozenset({str, int, bool, type(None)})
"""What a document holds as it is."""


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
    if type(value) in PLAIN:
        return value
    if isinstance(value, tuple):
        return [to_document(item) for item in value]
    if isinstance(value, StrEnum | Decimal):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(to_document(item) for item in value)
    return {name: to_document(getattr(value, name)) for name in field_names(value)}


_field_names: dict[Any, tuple[str, ...]] = {}


def field_names(value: object) -> tuple[str, ...]:
    """The fields of a dataclass; none for anything else. Looked up once for each class."""
    cls = type(value)
    if cls not in _field_names:
        _field_names[cls] = tuple(item.name for item in fields(cls)) if is_dataclass(cls) else ()
    return _field_names[cls]


def from_document(cls: type[T], document: object) -> T:
    """The value a document stands for; DocumentError with every problem when it does not fit."""
    reading = _Reading()
    value = _reader(cast(Any, cls))(document, reading)
    if reading.problems:
        raise DocumentError(reading.problems)
    return cast(T, value)


def checksum(document: object) -> str:
    """SHA-256 of a document, independent of the order of its keys."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class _Reading:
    """One pass over a document: where it is, and every problem met so far."""

    at: list[str] = field(default_factory=list)
    problems: list[DocumentProblem] = field(default_factory=list)

    def refuse(self, sentence: str, name: str | None = None) -> None:
        path = "/".join(self.at if name is None else [*self.at, name])
        self.problems.append(DocumentProblem(path=path or "(document)", sentence=sentence))


_Reader = Callable[[Any, _Reading], Any]


@cache
def _reader(hint: Any) -> _Reader:
    """Reads one type; built once, because a definition has thousands of values."""
    if is_dataclass(hint):
        return _dataclass_reader(hint)
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _optional_reader(_reader(next(part for part in get_args(hint) if part is not type(None))))
    if origin in (tuple, frozenset):
        return _many_reader(origin, _reader(get_args(hint)[0]))
    if issubclass(hint, StrEnum):
        return _word_reader(hint)
    return _decimal if hint is Decimal else _plain_reader(hint)


def _dataclass_reader(cls: Any) -> _Reader:
    readers = {name: _reader(hint) for name, hint in get_type_hints(cls).items()}
    required = frozenset(item.name for item in fields(cls) if item.default is MISSING)

    def read(raw: Any, reading: _Reading) -> Any:
        if not isinstance(raw, dict):
            return reading.refuse("is not a table of values")
        before = len(reading.problems)
        values = {}
        for name, value in raw.items():
            if name in readers:
                reading.at.append(name)
                values[name] = readers[name](value, reading)
                reading.at.pop()
            else:
                reading.refuse("is not a known field", name)
        for name in sorted(required - raw.keys()):
            reading.refuse("is missing", name)
        return cls(**values) if len(reading.problems) == before else None

    return read


def _optional_reader(inner: _Reader) -> _Reader:
    return lambda raw, reading: None if raw is None else inner(raw, reading)


def _many_reader(origin: Any, inner: _Reader) -> _Reader:
    def read(raw: Any, reading: _Reading) -> Any:
        if not isinstance(raw, list):
            return reading.refuse("is not a list")
        items = []
        for index, item in enumerate(raw):
            reading.at.append(str(index))
            items.append(inner(item, reading))
            reading.at.pop()
        return origin(items)

    return read


def _word_reader(words: type[StrEnum]) -> _Reader:
    known = {str(word): word for word in words}

    def read(raw: Any, reading: _Reading) -> Any:
        if isinstance(raw, str) and raw in known:
            return known[raw]
        return reading.refuse(f"{raw!r} is an unknown code; known are {', '.join(known)}")

    return read


def _decimal(raw: Any, reading: _Reading) -> Any:
    if isinstance(raw, Decimal | int | str) and not isinstance(raw, bool):
        with suppress(InvalidOperation):
            return Decimal(raw)
    return reading.refuse(f"should be a decimal number, not {raw!r}")


def _plain_reader(kind: Any) -> _Reader:
    spoken = {str: "text", int: "a whole number", bool: "true or false"}[kind]

    def read(raw: Any, reading: _Reading) -> Any:
        return raw if type(raw) is kind else reading.refuse(f"should be {spoken}, not {raw!r}")

    return read
