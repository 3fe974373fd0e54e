"""The record's page as fields, and what was posted as a draft. The rules are in `treatments.record_form`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from clinic.errors import Problem
from treatments.definitions import RecordField, Zone

#: Rows for products that are still empty.
EMPTY_PRODUCTS = 2


@dataclass
class Input:
    """One field of the page: its name in the form, what was typed, what is wrong with it."""

    name: str
    spec: RecordField
    value: Any = ""
    problems: list[str] = field(default_factory=list)

    @property
    def choices(self) -> tuple[str, ...]:
        """The allowed words, where the field has a list."""
        return self.spec.allowed if self.spec.kind.endswith(("enum", "decimal")) else ()

    @property
    def is_many(self) -> bool:
        """Any of the list."""
        return self.spec.kind == "multi_enum"

    @property
    def chosen(self) -> list[str]:
        """What is ticked."""
        return [str(one) for one in self.value] if isinstance(self.value, list) else [str(self.value)]

    @property
    def html_type(self) -> str:
        """The browser's own input for the kind."""
        return {
            "int": "number",
            "decimal": "number",
            "time": "time",
            "date": "date",
            "datetime": "datetime-local",
        }.get(self.spec.kind, "text")


@dataclass
class ZoneRow:
    """One side of one zone with its fields."""

    place: int
    zone: str
    side: str
    label: str
    hint: str
    inputs: list[Input]


def inputs_of(
    specs: Iterable[RecordField], draft: Mapping[str, Any], found: Mapping[str, list[str]]
) -> list[Input]:
    """The fields of the session as a whole."""
    typed = draft.get("fields") or {}
    return [
        Input(f"f.{spec.code}", spec, typed.get(spec.code, ""), found.get(f"fields.{spec.code}", []))
        for spec in specs
        if not spec.is_per_zone
    ]


def zone_rows(
    specs: Sequence[RecordField],
    draft: Mapping[str, Any],
    zones: Mapping[str, Zone],
    found: Mapping[str, list[str]],
) -> list[ZoneRow]:
    """The fields of each zone, with the usual range as a hint."""
    rows = []
    for place, typed in enumerate(draft.get("zones") or []):
        zone = zones.get(str(typed.get("zone")))
        inputs = [
            Input(
                f"z.{place}.{spec.code}",
                spec,
                typed.get(spec.code, ""),
                found.get(f"zones.{place}.{spec.code}", []),
            )
            for spec in specs
            if spec.is_per_zone
        ]
        label = zone.label.capitalize() if zone else str(typed.get("zone"))
        side = str(typed.get("side", "M"))
        rows.append(ZoneRow(place, str(typed.get("zone")), side, label, _hint(zone), inputs))
    return rows


def _hint(zone: Zone | None) -> str:
    if zone is None:
        return ""
    ranges = [(zone.needle, "mm"), (zone.volume, "mL")]
    return ", ".join(f"{one.low}–{one.high} {unit}" for one, unit in ranges if one is not None)


def problems_by_field(problems: Iterable[Problem]) -> dict[str, list[str]]:
    """Sentences by the place they are about; those without a place under the empty name."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(str(problem.facts.get("field", "")), []).append(str(problem.sentence))
    return found


def draft_from(data: QueryDict, before: Mapping[str, Any], specs: Sequence[RecordField]) -> dict[str, Any]:
    """What was posted, as the draft keeps it: readable or not, nothing that was typed is lost."""
    many = {spec.code for spec in specs if spec.kind == "multi_enum"}
    draft = {**before, "fields": {}, "zones": [], "products": [], "note": data.get("note", "")}
    for name in ("device", "room", "assistant", "mixed_by"):
        draft[name] = int(text) if (text := data.get(name, "")).isdigit() else before.get(name)
    zones: dict[int, dict[str, Any]] = {}
    products: dict[int, dict[str, Any]] = {}
    for key in data:
        kind, _dot, rest = key.partition(".")
        if kind == "f":
            draft["fields"][rest] = data.getlist(key) if rest in many else data[key]
        elif kind in ("z", "p"):
            place, _dot, code = rest.partition(".")
            rows = zones if kind == "z" else products
            if place.isdigit():
                rows.setdefault(int(place), {})[code] = data.getlist(key) if code in many else data[key]
    draft["zones"] = [row for _place, row in sorted(zones.items()) if not row.pop("remove", "")]
    draft["products"] = [row for _place, row in sorted(products.items()) if row.get("product")]
    for spec in specs:
        if spec.kind == "multi_enum" and not spec.is_per_zone:
            draft["fields"].setdefault(spec.code, [])
    return draft
