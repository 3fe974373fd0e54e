"""Numbers that must stand in order, and numbers that must not leave their bounds."""

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from itertools import pairwise
from typing import Any

from treatments.catalogue.checks.places import Place, entries, places
from treatments.catalogue.findings import Finding
from treatments.catalogue.reader import Catalogue
from treatments.definitions import (
    AgeRule,
    DepthByIndication,
    DepthInterval,
    EndpointRule,
    Envelope,
    FlagTrigger,
    Maintenance,
    MixtureClass,
    NumbingAgent,
    ParameterRange,
    PatchTestRule,
    QualificationRule,
    Question,
    RecordField,
    RecoverySymptom,
    RedFlag,
    ResponderRule,
    RetentionRule,
    Scale,
    ScreeningException,
    ScreeningItem,
    SessionCounts,
    SkinType,
    Step,
    Technique,
    WashOutGap,
)
from treatments.definitions.provenance import parts

ASCENDING: dict[type, tuple[tuple[str, ...], ...]] = {
    AgeRule: (("minimum", "signoff_below"),),
    DepthByIndication: (("low", "high"),),
    DepthInterval: (("depth_from_mm", "depth_to_mm"),),
    EndpointRule: (("depth_from_mm", "depth_to_mm"),),
    FlagTrigger: (("from_day", "to_day"),),
    Maintenance: (("min_days", "ideal_days", "max_days"),),
    MixtureClass: (("strength_from", "strength_to"),),
    NumbingAgent: (("minutes_minimum", "minutes_usual", "minutes_maximum"), ("face_cap_g", "cap_g")),
    ParameterRange: (("low", "high", "soft", "cap"),),
    PatchTestRule: (("before_from_days", "before_to_days"),),
    QualificationRule: (("depth_over_mm", "depth_up_to_mm"),),
    Question: (("lowest", "highest"),),
    RecordField: (("minimum", "maximum"),),
    RecoverySymptom: (("onset_hours", "peak_hours"), ("peak_typical", "peak_high")),
    RedFlag: (("from_day", "to_day"),),
    ResponderRule: (("score_from", "score_to"),),
    RetentionRule: (("least_years", "keep_years"),),
    Scale: (("lowest", "highest"),),
    ScreeningException: (("hard_days", "advise_days"),),
    ScreeningItem: (("hard_days", "advise_days"),),
    SessionCounts: (("minimum", "typical", "maximum"),),
    SkinType: (("test_area_from_days", "test_area_to_days"),),
    Step: (("session_from", "session_to"), ("signoff_min_days", "min_days", "ideal_days", "max_days")),
    Technique: (
        ("depth_from_mm", "depth_to_mm"),
        ("spacing_from_mm", "spacing_to_mm"),
        ("point_from_ml", "point_to_ml"),
    ),
    WashOutGap: (("min_days", "rec_days"),),
}
"""Fields of a class that must not fall from left to right; fields without a value are passed over."""

MAY_BE_NEGATIVE = (Scale, ResponderRule)
HIGHEST_SCORE = 10


def findings(catalogue: Catalogue) -> Iterator[Finding]:
    """Ranges that fall, numbers below zero, scores beyond ten, bands that overlap."""
    for place in places(catalogue):
        for names in ASCENDING.get(type(place.value), ()):
            yield from _falling(place, names)
        if not isinstance(place.value, MAY_BE_NEGATIVE):
            yield from _negative(place)
        if isinstance(place.value, RecoverySymptom) and place.value.peak_high > HIGHEST_SCORE:
            yield place.finding(f"{place.value.peak_high} is beyond {HIGHEST_SCORE}", key="peak_high")
        if isinstance(place.value, Envelope):
            yield from _curve(place, place.value)
    for kind in ("depth_intervals", "endpoints"):
        yield from _bands(list(entries(catalogue, kind)))


def inside(root: object, *, file: str = "") -> Iterator[Finding]:
    """Ranges that fall and numbers below zero anywhere inside one value, such as an edited protocol."""
    for path, value in parts(root):
        place = Place(file=file, key=path, value=value)
        for names in ASCENDING.get(type(value), ()):
            yield from _falling(place, names)
        if not isinstance(value, MAY_BE_NEGATIVE):
            yield from _negative(place)
        if isinstance(value, Envelope):
            yield from _curve(place, value)


def _falling(place: Place, names: tuple[str, ...]) -> Iterator[Finding]:
    present = [(name, _value(place, name)) for name in names if _value(place, name) is not None]
    for (left, low), (right, high) in pairwise(present):
        if low > high:
            yield place.finding(f"{left} {low} is more than {right} {high}", key=left)


def _negative(place: Place) -> Iterator[Finding]:
    for field in fields(place.value):
        value = getattr(place.value, field.name)
        if isinstance(value, int | Decimal) and value < 0:
            yield place.finding(f"{value} is below zero", key=field.name)


def _curve(place: Place, curve: Envelope) -> Iterator[Finding]:
    if len(curve.days) != len(curve.scores):
        yield place.finding(f"has {len(curve.scores)} scores for {len(curve.days)} days")
    if any(left >= right for left, right in pairwise(curve.days)):
        yield place.finding("days do not rise", key="days")
    for score in curve.scores:
        if not 0 <= score <= HIGHEST_SCORE:
            yield place.finding(f"score {score} is not within 0 and {HIGHEST_SCORE}")


def _bands(bands: list[Place]) -> Iterator[Finding]:
    for left, right in pairwise(bands):
        if left.value.depth_to_mm >= right.value.depth_from_mm:
            yield right.finding(f"overlaps {left.key}", key="depth_from_mm")


def _value(place: Place, name: str) -> Any:
    return getattr(place.value, name)
