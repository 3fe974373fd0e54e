"""What was posted from the record's page, as the draft keeps it: readable or not, nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from treatments.definitions import RecordField

#: A row with the catalogue's defaults for a side of a zone that was just chosen.
NewRow = Callable[[str, str], dict[str, Any]]
PEOPLE_AND_MEANS = ("device", "room", "assistant", "mixed_by")


def draft_from(
    data: QueryDict,
    before: Mapping[str, Any],
    specs: Sequence[RecordField],
    *,
    zone: ZoneInfo,
    new_row: NewRow | None = None,
) -> dict[str, Any]:
    """The posted form as a draft. Times without an offset are wall times of `zone`."""
    reader = _Reader(data, specs, zone)
    draft: dict[str, Any] = {**before, "fields": reader.fields(), "note": data.get("note", "")}
    for name in PEOPLE_AND_MEANS:
        if name in data:
            text = str(data[name])
            draft[name] = int(text) if text.isdigit() else None
    zones = [row for row in reader.rows("z") if not row.pop("remove", "")]
    draft["zones"] = _chosen(data, zones, new_row) if "zones_shown" in data else zones
    draft["products"] = [row for row in reader.rows("p") if row.get("product")]
    return draft


@dataclass(frozen=True, slots=True)
class _Reader:
    """Names of inputs are `f.CODE`, `z.PLACE.CODE` and `p.PLACE.CODE`."""

    data: QueryDict
    specs: Sequence[RecordField]
    zone: ZoneInfo

    @property
    def many(self) -> set[str]:
        return {spec.code for spec in self.specs if spec.kind == "multi_enum"}

    @property
    def instants(self) -> set[str]:
        return {spec.code for spec in self.specs if spec.kind == "datetime"} | {"opened_at"}

    def fields(self) -> dict[str, Any]:
        """The session as a whole; a list without a tick is an empty list."""
        found = {key[2:]: self._value(key, key[2:]) for key in self.data if key.startswith("f.")}
        for spec in self.specs:
            if spec.kind == "multi_enum" and not spec.is_per_zone:
                found.setdefault(spec.code, [])
        return found

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """Zones or products in the order of the page."""
        rows: dict[int, dict[str, Any]] = {}
        for key in self.data:
            name, _dot, rest = key.partition(".")
            place, _dot, code = rest.partition(".")
            if name == kind and place.isdigit():
                rows.setdefault(int(place), {})[code] = self._value(key, code)
        return [row for _place, row in sorted(rows.items())]

    def _value(self, key: str, code: str) -> str | list[str]:
        if code in self.many:
            return [str(one) for one in self.data.getlist(key)]
        text = str(self.data[key])
        return with_offset(text, self.zone) if code in self.instants else text


def with_offset(typed: str, zone: ZoneInfo) -> str:
    """A wall time as an instant in ISO form; what is none stays as it was typed."""
    try:
        value = parse_datetime(typed)
    except ValueError:
        return typed
    if value is None or value.tzinfo is not None:
        return typed
    return value.replace(tzinfo=zone).isoformat()


def wall_time(kept: object, zone: ZoneInfo) -> str:
    """An instant as the browser's own input wants it, on the wall clock of `zone`."""
    try:
        value = parse_datetime(str(kept or ""))
    except ValueError:
        return str(kept)
    if value is None:
        return str(kept or "")
    return _minutes(value.astimezone(zone) if value.tzinfo else value)


def _minutes(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M")


def _chosen(data: QueryDict, rows: list[dict[str, Any]], new_row: NewRow | None) -> list[dict[str, Any]]:
    """The rows of the zones that are ticked, in their order; a zone without a row begins with the defaults."""
    known = {f"{row.get('zone')}-{row.get('side')}": row for row in rows}
    found = []
    for name in data.getlist("zone"):
        code, _dash, side = name.rpartition("-")
        if name in known:
            found.append(known[name])
        elif new_row is not None and code:
            found.append(new_row(code, side))
    return found
