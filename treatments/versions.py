"""Two versions of a protocol value by value, and a version with one value changed. Values in, values out.

A value is named by its path, as `values_to_check` names it ("zones/F_CHIN/needle"), and a field ("cap").
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from treatments.definitions import ProtocolDefinition, to_document
from treatments.definitions.documents import field_names

#: What stays as it was researched: a clinic changes values, not where they came from.
FIXED = frozenset({"code", "source", "grade"})
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
    before, after = values_of(old), values_of(new)
    return [
        Difference(path=path, field=name, old=before.get((path, name)), new=after.get((path, name)))
        for path, name in dict.fromkeys([*before, *after])
        if name not in ("source", "grade") and before.get((path, name)) != after.get((path, name))
    ]


def editable_fields(value: object) -> list[tuple[str, Any]]:
    """The single values of one row that a clinic may change: numbers, words, yes or no."""
    return [
        (name, to_document(getattr(value, name)))
        for name in field_names(value)
        if name not in FIXED and isinstance(getattr(value, name), str | int | Decimal | None)
    ]


def changed(definition: ProtocolDefinition, path: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """The document with fields of one row changed; `NotAValue` names what cannot be read. The rest is untouched."""
    document: dict[str, Any] = copy.deepcopy(definition.to_document())
    for here, value, part in _parts(definition, document):
        if here == path:
            known = dict(editable_fields(value))
            for name, text in typed.items():
                if name not in known:
                    raise NotAValue(f"{path}: {name}")
                part[name] = _read(getattr(value, name), text.strip(), name)
            _own(part, value)
            return document
    raise NotAValue(path)


def _own(part: dict[str, Any], value: object) -> None:
    """A value that a clinic changed is the clinic's own: grade D, so that a clinician checks it (BR-01)."""
    before = to_document(value)
    if part != before and "grade" in part:
        part["source"], part["grade"] = OWN_SOURCE, OWN_GRADE


def with_country(definition: ProtocolDefinition, country: str, reason: str) -> dict[str, Any]:
    """The document with a country where the protocol is not offered (BR-12); without a reason it is offered again."""
    document: dict[str, Any] = copy.deepcopy(definition.to_document())
    others = [rule for rule in document["countries_off"] if rule["country"] != country]
    own = {"country": country, "reason": reason, "source": OWN_SOURCE, "grade": OWN_GRADE}
    document["countries_off"] = [*others, own] if reason else others
    return document


def _read(before: object, text: str, name: str) -> Any:
    if isinstance(before, bool):
        return text.lower() in ("yes", "true", "on", "1")
    if text == "":
        return "" if isinstance(before, str) else None
    try:
        if isinstance(before, int):
            return int(text)
        if isinstance(before, Decimal):
            return str(_finite(text))
    except (ValueError, InvalidOperation) as problem:
        raise NotAValue(f"{name.replace('_', ' ')}: “{text[:40]}”") from problem
    return _guessed(text) if before is None else text


def _guessed(text: str) -> Any:
    """What an empty value becomes: a whole number, else the text; the definition's own reader judges it."""
    return int(text) if text.isdigit() else text


def _finite(text: str) -> Decimal:
    number = Decimal(text.replace(",", "."))
    if not number.is_finite():
        raise ValueError(text)
    return number


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
