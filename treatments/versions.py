"""Two versions of a protocol value by value, and a version with one value changed. Values in, values out.

A value is named by its path, as `values_to_check` names it ("zones/F_CHIN/needle"), and a field ("cap").
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from treatments.definitions import ProtocolDefinition, sourced_values, to_document
from treatments.definitions.documents import field_names
from treatments.definitions.provenance import parts
from treatments.typed_fields import FieldKind, kinds_of, read_text

#: What stays: a clinic changes values, not where they came from, nor what a row is about.
FIXED = frozenset({"code", "source", "grade", "care_group", "symptom", "protocol"})
OWN_SOURCE, OWN_GRADE = "clinic's own value", "D"


class NotAValue(ValueError):
    """The place does not exist, or what was typed does not fit its kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One field that differs; None where the value exists in one version only."""

    path: str
    field: str
    old: Any
    new: Any


def values_of(definition: ProtocolDefinition) -> dict[tuple[str, str], Any]:
    """Every single value of a definition by path and field, as its document writes it."""
    document = definition.to_document()
    found: dict[tuple[str, str], Any] = {}
    for path, value, part in _parts(definition, document):
        for name in field_names(value):
            if not isinstance(part[name], dict) and not _is_nested(getattr(value, name)):
                found[path, name] = part[name]
    return found


def differences(old: ProtocolDefinition, new: ProtocolDefinition) -> list[Difference]:
    """Every value that differs, in the order of the definition."""
    before, after = _without_empty(values_of(old)), _without_empty(values_of(new))
    return [
        Difference(path=path, field=name, old=before.get((path, name)), new=after.get((path, name)))
        for path, name in dict.fromkeys([*before, *after])
        if name not in ("source", "grade") and before.get((path, name)) != after.get((path, name))
    ]


def _without_empty(values: dict[tuple[str, str], Any]) -> dict[tuple[str, str], Any]:
    """An empty list says the same as none: the rows that are put into it differ for themselves."""
    return {key: value for key, value in values.items() if value != []}


def editable_fields(value: Any) -> list[tuple[str, Any]]:
    """The single values and plain lists of one row that a clinic may change, as its document writes them."""
    if isinstance(value, ProtocolDefinition):
        return [("label", value.label), ("patient_name", value.patient_name)]
    return [(name, to_document(getattr(value, name))) for name in kinds_of(type(value)) if name not in FIXED]


def rows_of(definition: ProtocolDefinition) -> list[tuple[str, Any]]:
    """Every row of a definition with something to change, by its path, outermost first; the protocol itself is ""."""
    return [(path, value) for path, value in parts(definition) if editable_fields(value)]


def owner_of(definition: ProtocolDefinition, path: str) -> str:
    """The row whose source stands for this one: itself, or the nearest one around it that has a source."""
    return owner_among(sourced_paths(definition), path)


def sourced_paths(definition: ProtocolDefinition) -> frozenset[str]:
    """The rows that have a source of their own; worth keeping when many rows are asked about."""
    return frozenset(one.path for one in sourced_values(definition))


def owner_among(sourced: frozenset[str], path: str) -> str:
    """`owner_of` from the rows that have a source."""
    while path and path not in sourced:
        path = path.rpartition("/")[0]
    return path


def changed(definition: ProtocolDefinition, path: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """The document with fields of one row changed; `NotAValue` names what cannot be read. The rest is untouched."""
    document: dict[str, Any] = copy.deepcopy(definition.to_document())
    rows = {here: (value, part) for here, value, part in _parts(definition, document)}
    if path not in rows:
        raise NotAValue(path)
    value, part = rows[path]
    known, kinds = dict(editable_fields(value)), kinds_of(type(value))
    for name, text in typed.items():
        if name not in known:
            raise NotAValue(f"{path}: {name}")
        part[name] = _read(kinds[name], text, name)
    owner = owner_of(definition, path)
    if owner in rows:
        _own(rows[owner][1], rows[owner][0])
    return document


def _own(part: dict[str, Any], value: object) -> None:
    """A value that a clinic changed is the clinic's own: grade D, so that a clinician checks it (BR-01)."""
    if part != to_document(value) and "grade" in part:
        part["source"], part["grade"] = OWN_SOURCE, OWN_GRADE


def with_step(definition: ProtocolDefinition) -> dict[str, Any]:
    """The document with one more step at the end: the next session, in the rhythm of the last step."""
    document: dict[str, Any] = copy.deepcopy(definition.to_document())
    last = document["steps"][-1]
    following = last["session_to"] + 1
    own = {"session_from": following, "session_to": following, "source": OWN_SOURCE, "grade": OWN_GRADE}
    document["steps"].append({**last, **own})
    return document


def without_step(definition: ProtocolDefinition, code: str) -> dict[str, Any]:
    """The document without one step; `NotAValue` for an unknown one, and for the only one."""
    document: dict[str, Any] = copy.deepcopy(definition.to_document())
    places = [place for place, step in enumerate(definition.steps) if step.code == code]
    if not places or len(definition.steps) == 1:
        raise NotAValue(f"steps/{code}")
    del document["steps"][places[0]]
    return document


def with_country(definition: ProtocolDefinition, country: str, reason: str) -> dict[str, Any]:
    """The document with a country where the protocol is not offered (BR-12); without a reason it is offered again."""
    document: dict[str, Any] = copy.deepcopy(definition.to_document())
    others = [rule for rule in document["countries_off"] if rule["country"] != country]
    own = {"country": country, "reason": reason, "source": OWN_SOURCE, "grade": OWN_GRADE}
    document["countries_off"] = [*others, own] if reason else others
    return document


def _read(kind: FieldKind, text: str, name: str) -> Any:
    try:
        return read_text(kind, text)
    except ValueError as problem:
        raise NotAValue(f"{name.replace('_', ' ')}: “{str(problem)[:40]}”") from problem


def _parts(value: object, document: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every row with its path and the part of the document that stands for it; paths as in `sourced_values`."""
    if isinstance(value, tuple):
        for index, (item, part) in enumerate(zip(value, document, strict=True)):
            if field_names(item):
                yield from _parts(item, part, _joined(path, str(getattr(item, "code", index))))
    elif names := field_names(value):
        yield path, value, document
        for name in names:
            if _is_nested(getattr(value, name)):
                yield from _parts(getattr(value, name), document[name], _joined(path, name))


def _is_nested(value: object) -> bool:
    return bool(field_names(value)) or (isinstance(value, tuple) and any(field_names(one) for one in value))


def _joined(path: str, part: str) -> str:
    return f"{path}/{part}" if path else part
