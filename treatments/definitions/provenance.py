"""Where a clinical value comes from, and whether a clinician must confirm it before first use."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from treatments.definitions.documents import field_names

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
            if field_names(item):
                yield from parts(item, _joined(path, str(getattr(item, "code", index))))
    elif names := field_names(root):
        yield path, root
        for name in names:
            value = getattr(root, name)
            if isinstance(value, tuple) or field_names(value):
                yield from parts(value, _joined(path, name))


def _joined(path: str, part: str) -> str:
    return f"{path}/{part}" if path else part
