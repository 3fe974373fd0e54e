"""Values of a protocol as rows of a page: where, what, from which source; grouped into the chapters of reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from treatments.definitions import (
    DepthInterval,
    Located,
    MixtureTemplate,
    ProtocolDefinition,
    ScaleChoice,
    Sourced,
    Step,
)
from treatments.definitions.provenance import parts
from treatments.queries.catalogue import shared
from treatments.typed_fields import FieldKind, as_text, kinds_of
from treatments.versions import editable_fields, owner_among, rows_of, sourced_paths
from treatments.web.value_chapters import CHAPTERS
from treatments.web.value_words import SPOKEN, field_word

#: What a row is called by, in this order.
NAMED_BY = (
    "label",
    "name",
    "what",
    "question",
    "symptom",
    "mixture_class",
    "role",
    "measure",
    "country",
    "says",
    "text",
)


@dataclass(frozen=True, slots=True)
class Field:
    """One value with its word; `kind` is the input that a page uses for it, `text` what stands in it."""

    name: str
    word: str
    text: str
    kind: str
    choices: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The single words of a list."""
        return self.text.splitlines()

    @property
    def told(self) -> str:
        """As people read it."""
        if self.kind == "numbers":
            return ", ".join(self.text.split())
        return ", ".join(str(SPOKEN.get(one, one)) for one in self.text.splitlines())


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One row of a definition; source and grade are its own, or those of the row around it."""

    path: str
    place: str
    fields: list[Field]
    source: str
    grade: str
    weak: bool
    #: The row whose source and check count; itself, or the row around it.
    owner: str = ""
    is_step: bool = False

    @property
    def said(self) -> list[Field]:
        """The fields that say something, beside the name."""
        return [one for one in self.fields if one.text not in ("", "no") and one.text != self.place]

    @property
    def is_nested(self) -> bool:
        """Whether it stands inside another row, whose source counts for it."""
        return self.owner != self.path

    @property
    def step(self) -> str:
        """The code of a step, for taking it away."""
        return self.path.rpartition("/")[2]


@dataclass
class Group:
    """The rows of one chapter."""

    slug: str
    title: Any
    places: Places
    found: list[tuple[str, Any]] = field(default_factory=list)

    @cached_property
    def rows(self) -> list[ValueRow]:
        """The rows with their words: a page that shows one chapter writes the others out for nobody."""
        return [self.places.row(path, value) for path, value in self.found]

    def waiting(self, paths: frozenset[str]) -> int:
        """How many of its rows are among these, such as those that wait for a clinician."""
        return sum(path in paths for path, _value in self.found)


class Places:
    """What the rows of one definition are called, and whose source stands for them."""

    def __init__(self, definition: ProtocolDefinition) -> None:
        self.definition = definition
        self.values: dict[str, Any] = dict(parts(definition))
        self.sourced = sourced_paths(definition)
        self._classes = {one.code: one.examples.partition(",")[0] for one in shared().mixture_classes}
        self._scales = {one.code: one.name for one in definition.scales}

    def name(self, path: str) -> str:
        """ "Chin · needle depth", "Sessions 2–4": every part of the path below the chapter in words."""
        chapter, _slash, rest = path.partition("/")
        if not rest:
            return str(CHAPTERS.get(chapter, chapter.replace("_", " ")))
        told, here = [], chapter
        for part in rest.split("/"):
            here = f"{here}/{part}"
            told.append(self._word(here, part))
        return " · ".join(one for one in told if one)

    def _word(self, here: str, part: str) -> str:
        value = self.values.get(here)
        if isinstance(value, Step):
            return str(_("Before session %(from)s to %(to)s")) % {
                "from": value.session_from,
                "to": value.session_to,
            }
        if value is None:
            return ""
        if isinstance(value, DepthInterval):
            return f"{value.depth_from_mm}–{value.depth_to_mm} mm"
        if isinstance(value, MixtureTemplate):
            return " + ".join(
                self._classes.get(one.mixture_class, one.mixture_class) for one in value.components
            )
        if isinstance(value, ScaleChoice):
            return str(_(" or ")).join(self._scales.get(code, code) for code in value.any_of)
        named = next((str(getattr(value, name)) for name in NAMED_BY if getattr(value, name, None)), "")
        return _short(named) if named else field_word(None, part) if not part.isdigit() else ""

    def row(self, path: str, value: Any) -> ValueRow:
        """One row with its words."""
        kinds, around = kinds_of(type(value)), owner_among(self.sourced, path)
        owner: Sourced | None = self.values.get(around) if path else None
        fields = [_field(value, name, told, kinds[name]) for name, told in editable_fields(value)]
        source, grade = (owner.source, owner.grade) if isinstance(owner, Sourced) else ("", "")
        return ValueRow(
            path=path,
            place=self.name(path),
            fields=fields,
            source=source,
            grade=grade,
            weak="C" in grade.split("/"),
            owner=around,
            is_step=isinstance(value, Step),
        )


def _short(text: str) -> str:
    """Enough of a sentence to know it by, cut between two words."""
    return Truncator(text.replace("_", " ")).words(14, truncate="…")


def _field(value: object, name: str, told: Any, kind: FieldKind) -> Field:
    text = as_text(kind, told)
    return Field(name, field_word(value, name), text, _input(kind, text), kind.choices)


def _input(kind: FieldKind, text: str) -> str:
    if kind.many:
        return "numbers" if kind.is_number else "chips" if kind.choices else "lines"
    if kind.base is bool:
        return "bool"
    if kind.choices:
        return "optional-choice" if kind.optional else "choice"
    return "number" if kind.is_number else "long" if len(text) > 60 else "text"


def chapters_to_edit(definition: ProtocolDefinition) -> list[Group]:
    """Everything of a draft by chapter, nested rows after the row they belong to."""
    return _grouped(definition, rows_of(definition))


def grouped(definition: ProtocolDefinition, found: Iterable[Located]) -> list[Group]:
    """Some sourced rows by chapter, in the order of the definition."""
    return _grouped(definition, [(one.path, one.value) for one in found])


def _grouped(definition: ProtocolDefinition, rows: Iterable[tuple[str, Any]]) -> list[Group]:
    places = Places(definition)
    groups: dict[str, Group] = {}
    for path, value in rows:
        slug = path.partition("/")[0]
        title = CHAPTERS.get(slug, slug.replace("_", " "))
        group = groups.setdefault(slug, Group(slug or "protocol", title, places))
        group.found.append((path, value))
    return list(groups.values())


def as_typed(row: ValueRow, typed: Mapping[str, str]) -> ValueRow:
    """The row with what was typed and refused, so that nothing is lost."""
    return replace(row, fields=[replace(one, text=typed.get(one.name, one.text)) for one in row.fields])
