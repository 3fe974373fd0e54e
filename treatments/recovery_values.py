"""What a patient typed into a recovery check, as it is stored; refused where the question does not allow it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from clinic.errors import DomainError
from treatments.definitions import Answer, Question


def read_value(spec: Question, value: Any) -> Any:
    """The value as it is stored; `unknown_answer` when the question does not allow it."""
    if value in (None, ""):
        return None
    if spec.answer in (Answer.SCORE, Answer.NUMBER):
        return _number(spec, value)
    allowed = spec.choices if spec.answer == Answer.CHOICE else ("yes", "no")
    if spec.answer in (Answer.CHOICE, Answer.YES_NO) and str(value) not in allowed:
        raise _unknown(spec)
    return str(value)[:500]


def _number(spec: Question, value: Any) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise _unknown(spec) from None
    low, high = (
        spec.lowest if spec.lowest is not None else 0,
        spec.highest if spec.highest is not None else 999,
    )
    if not low <= number <= high:
        raise _unknown(spec)
    return number


def _unknown(spec: Question) -> DomainError:
    return DomainError(
        "unknown_answer", _("This is not an answer to “%(question)s”.") % {"question": spec.text}
    )


def read_extras(extras: Mapping[str, Any]) -> dict[str, str]:
    """What was asked beside an answer; a temperature must be one (30 to 45 °C)."""
    kept = {key: str(value).strip() for key, value in extras.items() if str(value or "").strip()}
    if "temperature_c" in kept:
        try:
            degrees = Decimal(kept["temperature_c"].replace(",", "."))
        except InvalidOperation:
            raise DomainError("unknown_answer", _("Please write the temperature as a number.")) from None
        if not Decimal(30) <= degrees <= Decimal(45):
            raise DomainError("unknown_answer", _("A body temperature lies between 30 and 45 °C."))
        kept["temperature_c"] = str(degrees)
    return kept
