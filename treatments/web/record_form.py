"""The record's page as fields and rows; rules are in `treatments.record_form`, what was posted in `record_drafts`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from clinic.errors import Blocker, NeedsApproval, Problem
from treatments.definitions import ProtocolDefinition, RecordField, Zone
from treatments.web.record_drafts import wall_time
from treatments.web.record_words import choices_of
from treatments.web.zone_maps import spoken_zone

#: Rows that are still empty: the script adds more, without it saving does.
EMPTY_PRODUCTS = 2
Found = Mapping[str, list["Said"]]


@dataclass(frozen=True, slots=True)
class Said:
    """One problem beside its field: how serious, and the sentence."""

    kind: str
    sentence: str


@dataclass
class Input:
    """One field of the page: its name in the form, what was typed, what is wrong with it."""

    name: str
    spec: RecordField
    value: Any = ""
    problems: list[Said] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    low: Any = None
    high: Any = None
    soft: Any = None
    cap: Any = None

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

    @property
    def step(self) -> str:
        """The step of the arrows: the catalogue's, else whatever is typed."""
        return (
            str(self.spec.step) if self.spec.step is not None else "1" if self.spec.kind == "int" else "any"
        )


@dataclass
class ZoneRow:
    """One side of one zone with its fields; `is_on`: treated today."""

    place: int
    zone: str
    side: str
    label: str
    is_on: bool
    inputs: list[Input]

    @property
    def name(self) -> str:
        """How the map knows it."""
        return f"{self.zone}-{self.side}"


def inputs_of(
    specs: Iterable[RecordField],
    draft: Mapping[str, Any],
    found: Found,
    definition: ProtocolDefinition,
    zone: ZoneInfo,
) -> dict[str, Input]:
    """The fields of the session as a whole, by code."""
    typed = draft.get("fields") or {}
    return {
        spec.code: Input(
            f"f.{spec.code}",
            spec,
            wall_time(typed.get(spec.code), zone) if spec.kind == "datetime" else typed.get(spec.code, ""),
            found.get(f"fields.{spec.code}", []),
            choices_of(spec, definition),
        )
        for spec in specs
        if not spec.is_per_zone
    }


def zone_rows(
    specs: Sequence[RecordField],
    draft: Mapping[str, Any],
    definition: ProtocolDefinition,
    found: Found,
    defaults: Mapping[str, Mapping[str, Any]],
) -> list[ZoneRow]:
    """A row for every side of every zone that the protocol offers, and for what else the draft names."""
    zones = {zone.code: zone for zone in definition.zones}
    typed = {
        f"{row.get('zone')}-{row.get('side', 'M')}": (at, row)
        for at, row in enumerate(draft.get("zones") or [])
    }
    names = [f"{zone.code}-{side}" for zone in definition.zones for side in zone.sides]
    names += [name for name in typed if name not in names]
    rows = []
    for place, name in enumerate(names):
        code, _dash, side = name.rpartition("-")
        at, row = typed.get(name, (None, defaults.get(name, {})))
        inputs = [
            _zone_input(place, at, spec, row, zones.get(code), found, definition)
            for spec in specs
            if spec.is_per_zone
        ]
        label = spoken_zone(zones.get(code), code, side)
        rows.append(ZoneRow(place, code, side, label, at is not None, inputs))
    return rows


def _zone_input(
    place: int,
    at: int | None,
    spec: RecordField,
    row: Mapping[str, Any],
    zone: Zone | None,
    found: Found,
    definition: ProtocolDefinition,
) -> Input:
    problems = found.get(f"zones.{at}.{spec.code}", []) if at is not None else []
    made = Input(
        f"z.{place}.{spec.code}", spec, row.get(spec.code, ""), problems, choices_of(spec, definition)
    )
    limits = None
    if zone is not None and spec.code in ("depth_mm", "rf_depth_mm"):
        limits = zone.needle
    elif zone is not None and spec.code == "vol_zone_ml":
        limits = zone.volume
    if limits is not None:
        made.low, made.high, made.soft, made.cap = limits.low, limits.high, limits.soft, limits.cap
    return made


def problems_by_field(problems: Iterable[Problem]) -> dict[str, list[Said]]:
    """Sentences by the place they are about; those without a place under the empty name."""
    found: dict[str, list[Said]] = {}
    for problem in problems:
        found.setdefault(str(problem.facts.get("field", "")), []).append(
            Said(kind_of(problem), str(problem.sentence))
        )
    return found


def kind_of(problem: Problem) -> str:
    """missing, block, sign or note: how a problem is drawn."""
    if problem.code.partition(":")[0] == "missing":
        return "missing"
    return (
        "block" if isinstance(problem, Blocker) else "sign" if isinstance(problem, NeedsApproval) else "note"
    )
