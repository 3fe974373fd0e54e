"""What scores mean over a series: change from the baseline, and whether it counts as a response (catalogue 8). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from treatments.definitions import Better, ResponderRule

#: Who scores, as catalogue 8.1 writes it.
PATIENT, CLINICIAN = "P", "C"


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """One score at a time. `by_patient` when it is the patient's; `on_phone` when they entered it themselves."""

    moment: str
    at: datetime
    value: Decimal
    by_patient: bool = False
    on_phone: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """From the first to the last score: the difference, per cent of the baseline, and whether it is better."""

    first: Score
    last: Score
    difference: Decimal
    percent: Decimal | None
    is_better: bool


def change(scores: Sequence[Score], better: Better) -> Change | None:
    """The change over time; None with fewer than two scores."""
    ordered = sorted(scores, key=lambda score: score.at)
    if len(ordered) < 2:
        return None
    first, last = ordered[0], ordered[-1]
    difference = last.value - first.value
    percent = difference / first.value * 100 if first.value else None
    improved = difference < 0 if better == Better.LOWER else difference > 0
    return Change(first=first, last=last, difference=difference, percent=percent, is_better=improved)


def responds(rule: ResponderRule, scores: Sequence[Score]) -> bool | None:
    """Whether the scores count as a response by a rule of catalogue 8.2; None when they cannot tell yet.

    A rule gives points or per cent of change from the first score (below zero: a drop), or a range for the last.
    """
    ordered = sorted(scores, key=lambda score: score.at)
    if rule.score_from is not None and rule.score_to is not None:
        return rule.score_from <= ordered[-1].value <= rule.score_to if ordered else None
    if len(ordered) < 2:
        return None
    first, last = ordered[0].value, ordered[-1].value
    if rule.change_percent is not None:
        return _reached((last - first) / first * 100, rule.change_percent) if first else None
    return _reached(last - first, rule.change) if rule.change is not None else None


def _reached(given: Decimal, wanted: Decimal) -> bool:
    return given <= wanted if wanted < 0 else given >= wanted
