"""A definition as chapters of tables: every row with its source and grade. Works for any part of a definition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from treatments.definitions import ProtocolDefinition
from treatments.web.value_words import field_word

_SOURCED = ("source", "grade")


@dataclass(frozen=True)
class Row:
    """The values of one row, its source and grade, and whether a clinician must check it."""

    cells: list[str]
    source: str
    grade: str
    needs_check: bool


@dataclass(frozen=True)
class Chapter:
    """A table of one kind of values."""

    title: str | Promise
    slug: str
    columns: list[str]
    rows: list[Row]

    @property
    def to_check(self) -> int:
        """Rows that a clinician must confirm or change before the protocol can be booked."""
        return sum(row.needs_check for row in self.rows)


def chapters_of(definition: ProtocolDefinition) -> list[Chapter]:
    """The whole definition in the order in which a clinician reads it."""
    parts: list[tuple[str | Promise, str, Sequence[Any]]] = [
        (_("Evidence"), "evidence", definition.evidence),
        (_("Number of sessions"), "sessions", [definition.sessions]),
        (_("Days between sessions"), "steps", definition.steps),
        (_("Re-assess after"), "stale", [definition.stale]),
        (_("Maintenance"), "maintenance", [definition.maintenance]),
        (_("Minutes of an appointment"), "minutes", [definition.minutes]),
        (_("Age"), "age", [definition.age]),
        (_("Zones and ranges"), "zones", definition.zones),
        (_("Techniques"), "techniques", definition.techniques),
        (_("Mixtures"), "mixtures", definition.mixtures),
        (_("Dose limits"), "limits", definition.dose_limits),
        (_("Screening"), "screening", definition.screening),
        (_("Patch tests"), "patch-tests", definition.patch_tests),
        (_("After the session: how long not"), "restrictions", definition.restrictions),
        (_("Aftercare messages"), "aftercare", definition.aftercare),
        (_("Expected course"), "symptoms", definition.symptoms),
        (_("Highest score still as expected"), "envelopes", definition.envelopes),
        (_("Recovery checks"), "checks", definition.checks),
        (_("Red flags"), "flags", definition.red_flags),
        (_("Scales"), "scales", definition.scales),
        (_("Messages before the visit"), "pretreatment", definition.pretreatment),
        (_("Consent"), "consents", definition.consents),
    ]
    return [_chapter(title, slug, rows) for title, slug, rows in parts if rows]


def _chapter(title: str | Promise, slug: str, items: Sequence[Any]) -> Chapter:
    names = [f.name for f in fields(items[0]) if f.name not in _SOURCED]
    used = [name for name in names if any(_text(getattr(item, name)) for item in items)]
    rows = [
        Row(
            [_text(getattr(item, name)) for name in used],
            str(getattr(item, "source", "")),
            str(getattr(item, "grade", "")),
            bool(getattr(item, "needs_check", False)),
        )
        for item in items
    ]
    return Chapter(title, slug, [field_word(items[0], name) for name in used], rows)


def _text(value: Any) -> str:
    """A value as people read it: lists with commas, ranges with a dash, nothing for nothing."""
    if value is None or value in ("", ()):
        return ""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if is_dataclass(value):
        return ", ".join(
            filter(None, (_pair(value, f.name) for f in fields(value) if f.name not in _SOURCED))
        )
    if isinstance(value, Iterable) and not isinstance(value, str):
        return _listed(value)
    return str(value.value if isinstance(value, Enum) else value)


def _listed(value: Iterable[Any]) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(one)}" for key, one in value.items())
    items = sorted(value, key=str) if isinstance(value, frozenset) else value
    return "; ".join(filter(None, map(_text, items)))


def _pair(owner: Any, name: str) -> str:
    text = _text(getattr(owner, name))
    return f"{field_word(owner, name).lower()} {text}" if text else ""
