"""Values of a protocol as rows of a page: where, what, from which source; grouped into the chapters of reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from treatments.definitions import Located, Sourced
from treatments.versions import editable_fields

CHAPTERS = {
    "evidence": _("Evidence"),
    "sessions": _("Number of sessions"),
    "steps": _("Days between sessions"),
    "stale": _("Re-assess after"),
    "maintenance": _("Maintenance"),
    "depth_rule": _("Days after a depth"),
    "minutes": _("Minutes of an appointment"),
    "observation": _("Observation"),
    "age": _("Age"),
    "countries_off": _("Countries where it is not offered"),
    "eligibility": _("Who may treat"),
    "equipment": _("Equipment"),
    "placement": _("Where on the body"),
    "depth": _("Depth for the indication"),
    "zones": _("Zones and ranges"),
    "techniques": _("Techniques"),
    "mixtures": _("Mixtures"),
    "dose_limits": _("Dose limits"),
    "screening": _("Screening"),
    "patch_tests": _("Patch tests"),
    "restrictions": _("After the session: how long not"),
    "aftercare": _("Aftercare messages"),
    "symptoms": _("Expected course"),
    "envelopes": _("Highest score still as expected"),
    "questions": _("Questions"),
    "checks": _("Recovery checks"),
    "red_flags": _("Red flags"),
    "scales": _("Scales"),
    "outcome_moments": _("Moments of scoring"),
    "pretreatment": _("Messages before the visit"),
    "consents": _("Consent"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One value with its word; `kind` is the input that a page uses for it."""

    name: str
    word: str
    value: Any
    kind: str

    @property
    def told(self) -> str:
        """As people read it."""
        return str(_("yes") if self.value is True else self.value)


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One sourced row of a definition."""

    path: str
    place: str
    fields: list[Field]
    source: str
    grade: str
    weak: bool

    @property
    def said(self) -> list[Field]:
        """The fields that say something."""
        return [
            one for one in self.fields if one.value is not None and one.value is not False and one.value != ""
        ]


@dataclass(slots=True)
class Group:
    """The rows of one chapter."""

    slug: str
    title: Any
    rows: list[ValueRow] = field(default_factory=list)


def grouped(found: Iterable[Located]) -> list[Group]:
    """The rows by chapter, in the order of the definition."""
    groups: dict[str, Group] = {}
    for one in found:
        slug = one.path.partition("/")[0]
        group = groups.setdefault(slug, Group(slug, CHAPTERS.get(slug, slug.replace("_", " "))))
        group.rows.append(row_of(one.path, one.value))
    return list(groups.values())


def row_of(path: str, value: Sourced) -> ValueRow:
    """One row with its words."""
    fields = [Field(name, _word(name), told, _kind(told)) for name, told in editable_fields(value)]
    chapter = str(CHAPTERS.get(path, path.partition("/")[0].replace("_", " ")))
    label = str(getattr(value, "label", "") or "")
    rest = path.partition("/")[2].split("/")
    place = " · ".join(part.replace("_", " ") for part in rest if part and not part.isdigit())
    return ValueRow(
        path, label or place or chapter, fields, value.source, value.grade, "C" in value.grade.split("/")
    )


def as_typed(row: ValueRow, typed: Mapping[str, str]) -> ValueRow:
    """The row with what was typed and refused, so that nothing is lost."""
    return replace(row, fields=[replace(one, value=typed.get(one.name, one.value)) for one in row.fields])


def _word(name: str) -> str:
    return name.removeprefix("is_").replace("_", " ")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "long" if isinstance(value, str) and len(value) > 60 else "text"
