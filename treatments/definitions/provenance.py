"""Where a clinical value comes from, and whether a clinician must confirm it before first use."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

GRADES = ("A", "B", "C", "R", "S", "CP", "D")
"""A published; B clinic page; C weak page; R recalled; S product brief; CP common practice; D derived."""

UNCONFIRMED_GRADES = frozenset({"R", "CP", "D"})


def grades_in(grade: str) -> tuple[str, ...]:
    """The single grades of a compound one: "A/CP" gives ("A", "CP")."""
    return tuple(part.strip() for part in grade.split("/"))


def grade_needs_check(grade: str) -> bool:
    """True when any part of the grade is recalled, common practice or derived: a clinician confirms it."""
    return not UNCONFIRMED_GRADES.isdisjoint(grades_in(grade))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sourced:
    """A value, or a tightly bound row of values, with the short name of its source and its evidence grade."""

    source: str
    grade: str

    @property
    def needs_check(self) -> bool:
        """True while the clinic has to confirm or change this value before the protocol is switched on."""
        return grade_needs_check(self.grade)


@dataclass(frozen=True, kw_only=True, slots=True)
class Located:
    """A sourced value and the path to it inside a definition, such as "zones/F_CHIN/needle"."""

    path: str
    value: Sourced


def sourced_values(root: object) -> Iterator[Located]:
    """Every sourced value in a definition, outermost first; paths use codes, so they survive reordering."""
    for path, part in parts(root):
        if isinstance(part, Sourced):
            yield Located(path=path, value=part)


def parts(root: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every dataclass in a value, itself included, with its path."""
    if isinstance(root, tuple):
        for index, item in enumerate(root):
            if _names(item):
                yield from parts(item, _joined(path, str(getattr(item, "code", index))))
    elif names := _names(root):
        yield path, root
        for name in names:
            value = getattr(root, name)
            if isinstance(value, tuple) or _names(value):
                yield from parts(value, _joined(path, name))


_known_fields: dict[Any, tuple[str, ...]] = {}


def _names(value: object) -> tuple[str, ...]:
    """The fields of a dataclass; none for anything else, where nothing is to be found."""
    cls = type(value)
    if cls not in _known_fields:
        _known_fields[cls] = tuple(field.name for field in fields(cls)) if is_dataclass(cls) else ()
    return _known_fields[cls]


def _joined(path: str, part: str) -> str:
    return f"{path}/{part}" if path else part
