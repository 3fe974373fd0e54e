"""The course of a recovery as pages draw it, and its reasons in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from clinic.curve import Curve, CurvePoint
from clinic.words import Urgency
from treatments.queries.catalogue import shared
from treatments.queries.recovery import SymptomCurve


def labelled(findings: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The stored reasons with words for flag, symptom and urgency."""
    labels = {flag.code: flag.label for flag in shared().red_flags}
    words = dict(Urgency.choices)
    return [
        {
            **one,
            "label": labels.get(str(one.get("code"))) or str(one.get("symptom") or "").replace("_", " "),
            "urgency": words.get(str(one.get("urgency")), one.get("urgency")),
        }
        for one in findings
    ]


def drawn(curve: SymptomCurve) -> Curve:
    """A symptom as the drawing takes it; a point above what is expected carries its flag."""
    return Curve(
        title=curve.question,
        envelope=list(curve.envelope),
        points=[
            CurvePoint(
                day=one.day, score=one.score, expected=one.expected, flag=_flag(one.score, one.expected)
            )
            for one in curve.points
        ],
    )


def _flag(score: int | None, expected: int) -> str:
    over = (score or 0) - expected
    return "" if over <= 0 else "amber" if over <= 2 else "red"


def as_far_as_it_goes(curve: SymptomCurve) -> SymptomCurve:
    """The curve until nothing more is expected and the last answer is in: the flat rest says nothing."""
    gone = next((day for day, score in curve.envelope if score == 0), None)
    if gone is None:
        return curve
    end = max(gone, *(point.day for point in curve.points), 7)
    return replace(curve, envelope=tuple(one for one in curve.envelope if one[0] <= end))


def is_above(curve: SymptomCurve) -> bool:
    """Whether any answer lies above what is expected on its day."""
    return any(one.score is not None and one.score > one.expected for one in curve.points)


def is_answered(curve: SymptomCurve) -> bool:
    """Whether there is a score to draw."""
    return any(one.score is not None for one in curve.points)
