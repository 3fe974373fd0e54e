"""What one field of a definition takes, read from its type, and what somebody typed for it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

_NUMBERS_APART = re.compile(r"[\s;]+|,\s+")


@dataclass(frozen=True, slots=True)
class FieldKind:
    """`base` is str, int, bool, Decimal or a set of words; `many` is a list of them; `optional` may be empty."""

    base: type
    many: bool = False
    optional: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """The words of a closed set; empty otherwise."""
        return tuple(str(word) for word in self.base) if issubclass(self.base, StrEnum) else ()

    @property
    def is_number(self) -> bool:
        """Whether it counts or measures."""
        return self.base in (int, Decimal)


_kinds: dict[Any, dict[str, FieldKind]] = {}


def kinds_of(cls: type) -> dict[str, FieldKind]:
    """The fields of a dataclass that hold single values or lists of them; nested rows are left out.

    Looked up once for each class.
    """
    if cls not in _kinds:
        found = {name: _kind(hint) for name, hint in get_type_hints(cls).items()}
        _kinds[cls] = {name: kind for name, kind in found.items() if kind is not None}
    return _kinds[cls]


def _kind(hint: Any) -> FieldKind | None:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        kind = _kind(next(part for part in inner if part is not type(None)))
        return FieldKind(kind.base, kind.many, optional=True) if kind else None
    if origin in (tuple, frozenset):
        kind = _kind(inner[0])
        return FieldKind(kind.base, many=True) if kind else None
    is_plain = isinstance(hint, type) and (hint in (str, int, bool, Decimal) or issubclass(hint, StrEnum))
    return FieldKind(hint) if is_plain else None


def as_text(kind: FieldKind, value: Any) -> str:
    """The value of a document as it stands in an input: numbers of a list side by side, words one a line."""
    if value is None:
        return ""
    if kind.many:
        return (" " if kind.is_number else "\n").join(str(one) for one in value)
    return ("yes" if value else "no") if kind.base is bool else str(value)


def read_text(kind: FieldKind, text: str) -> Any:
    """What was typed, as a document holds it. ValueError with the piece that cannot be read."""
    if kind.many:
        pieces = _NUMBERS_APART.split(text.strip()) if kind.is_number else text.splitlines()
        return [_one(kind, piece.strip()) for piece in pieces if piece.strip()]
    if text.strip() == "" and (kind.optional or kind.base is str):
        return None if kind.optional else ""
    return _one(kind, text.strip())


def _one(kind: FieldKind, text: str) -> Any:
    try:
        return _READERS.get(kind.base, str)(text) if not kind.choices else _word(kind, text)
    except (ValueError, InvalidOperation) as problem:
        raise ValueError(text) from problem


def _word(kind: FieldKind, text: str) -> str:
    if text not in kind.choices:
        raise ValueError(text)
    return text


def _decimal(text: str) -> str:
    number = Decimal(text.replace(",", "."))
    if not number.is_finite():
        raise ValueError(text)
    return str(number)


def _truth(text: str) -> bool:
    return text.lower() in ("yes", "true", "on", "1")


_READERS: dict[type, Any] = {int: int, Decimal: _decimal, bool: _truth}
