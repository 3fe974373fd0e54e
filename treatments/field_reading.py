"""Reads what was typed into one field of a record by the catalogue's description of it (catalogue 2.1, 2.5). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.dateparse import parse_datetime, parse_time
from django.utils.translation import gettext as _

from clinic.errors import Blocker, Problem
from treatments.definitions import RecordField


class FieldReader:
    """Reads typed text by the catalogue's fields and collects what is wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def refuse(self, code: str, sentence: str, place: str) -> None:
        self.problems.append(Blocker(code=f"{code}:{place}", sentence=sentence, facts={"field": place}))

    def value(self, spec: RecordField, typed: Any, place: str) -> Any:
        """The value of one field; None when empty or wrong."""
        if typed in (None, "", []):
            return None
        read = _READERS.get(spec.kind, _text)
        try:
            value = read(typed)
        except (ValueError, TypeError, InvalidOperation):
            self.refuse(
                "unreadable",
                _("%(label)s: “%(typed)s” cannot be read.")
                % {"label": spec.label.capitalize(), "typed": str(typed)[:40]},
                place,
            )
            return None
        self._check_allowed(spec, value, place)
        self._check_range(spec, value, place)
        return value

    def _check_allowed(self, spec: RecordField, value: Any, place: str) -> None:
        if not spec.allowed or not spec.kind.endswith(("enum", "decimal")):
            return
        given = value if isinstance(value, list) else [value]
        for one in given:
            if str(one) not in spec.allowed and not _equals_one(one, spec.allowed):
                self.refuse(
                    "not_allowed",
                    _("%(label)s: choose one of %(allowed)s.")
                    % {"label": spec.label.capitalize(), "allowed": ", ".join(spec.allowed)},
                    place,
                )

    def _check_range(self, spec: RecordField, value: Any, place: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return
        low, high = spec.minimum, spec.maximum
        below = low is not None and value < low and spec.code != "observation_min"
        above = high is not None and value > high
        off_step = spec.step is not None and Decimal(value) % spec.step != 0
        if below or above or off_step:
            self.refuse("out_of_range", _spoken_range(spec), place)


def _equals_one(value: Any, allowed: Sequence[str]) -> bool:
    return isinstance(value, Decimal) and any(value == Decimal(one) for one in allowed if _is_number(one))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _spoken_range(spec: RecordField) -> str:
    text = _("%(label)s must be between %(low)s and %(high)s %(unit)s") % {
        "label": spec.label.capitalize(),
        "low": spec.minimum,
        "high": spec.maximum if spec.maximum is not None else "…",
        "unit": spec.unit,
    }
    step = _(", in steps of %(step)s") % {"step": spec.step} if spec.step is not None else ""
    return f"{text.strip()}{step}."


def _text(typed: Any) -> str:
    return str(typed).strip()


def _whole(typed: Any) -> int:
    if isinstance(typed, bool):
        raise ValueError("not a number")
    return int(str(typed).strip())


def decimal_of(typed: Any) -> Decimal:
    """A finite number; comma or point."""
    number = Decimal(str(typed).strip().replace(",", "."))
    if not number.is_finite():
        raise ValueError("not a number")
    return number


def _many(typed: Any) -> list[str]:
    return [str(one) for one in (typed if isinstance(typed, list | tuple) else [typed])]


def yes_or_no(typed: Any) -> bool:
    """What a checkbox says."""
    return typed is True or str(typed).lower() in ("true", "on", "yes", "1")


def _wall(typed: Any) -> time:
    value = parse_time(str(typed))
    if value is None:
        raise ValueError("not a time")
    return value


def instant_of(typed: Any) -> datetime:
    """An aware instant in ISO form."""
    value = parse_datetime(str(typed))
    if value is None or value.tzinfo is None:
        raise ValueError("not an instant")
    return value


_READERS = {
    "int": _whole,
    "decimal": decimal_of,
    "multi_enum": _many,
    "bool": yes_or_no,
    "time": _wall,
    "datetime": instant_of,
}
