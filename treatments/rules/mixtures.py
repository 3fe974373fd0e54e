"""The mixture of a session: totals, hard limits, strengths, techniques, answers (catalogue 2.6, 2.8; BR-10)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from clinic.errors import Problem
from treatments import dose_problems as say
from treatments.definitions import Severity
from treatments.dosing import (
    Component,
    Dose,
    Gauge,
    Technique,
    ZoneDose,
    breaches,
    dose,
    gauges,
    odd_strengths,
)
from treatments.record_form import RecordValues, ZoneEntry
from treatments.rules.records import RecordFacts
from treatments.screening_rules import NO

#: A drop is lost in every syringe: injected may exceed drawn by so much before it is a contradiction (mL).
TOLERANCE_ML = Decimal("0.05")


def components_of(read: RecordValues, facts: RecordFacts) -> list[Component]:
    """The components with class and strength; the product's own strength (mg/mL) where none was written down."""
    found = []
    for entry in read.components:
        product = facts.products.get(entry.product_id)
        if product is None or entry.amount is None:
            continue
        strength = entry.strength if entry.strength is not None else product.strength
        found.append(
            Component(
                mixture_class=product.product_class,
                strength=strength,
                strength_unit=entry.strength_unit or "mg/mL",
                amount=entry.amount,
                amount_unit=entry.unit or "mL",
                has_adrenaline=entry.has_adrenaline,
            )
        )
    return found


def dose_of(read: RecordValues, facts: RecordFacts) -> Dose:
    """The computed totals of the record."""
    return dose(components_of(read, facts), _zones(read, facts))


def _zones(read: RecordValues, facts: RecordFacts) -> list[ZoneDose]:
    regions = {zone.code: zone.region for zone in facts.plan.shared.zones}
    return [
        ZoneDose(
            zone=entry.zone,
            region=regions.get(entry.zone, ""),
            volume_ml=entry.volume_ml,
            points=entry.values.get("points"),
        )
        for entry in read.zones
        if entry.volume_ml is not None
    ]


def dose_gauges(read: RecordValues, facts: RecordFacts) -> list[Gauge]:
    """What the mixture has used of each limit of its protocol (catalogue 2.6)."""
    return gauges(
        facts.session.definition.dose_limits,
        given=dose_of(read, facts),
        components=components_of(read, facts),
        technique=_technique(read),
        weight_kg=facts.weight_kg,
    )


def _technique(read: RecordValues) -> Technique:
    return Technique(
        ml_per_point=read.fields.get("vol_per_point_ml"), spacing_mm=read.fields.get("spacing_mm")
    )


def mixture_problems(read: RecordValues, facts: RecordFacts) -> Iterator[Problem]:
    """Everything that stands against what was mixed and injected."""
    components = components_of(read, facts)
    if not components:
        return
    totals = dose_of(read, facts)
    limits = facts.session.definition.dose_limits
    for breach in breaches(
        limits,
        given=totals,
        components=components,
        technique=_technique(read),
        weight_kg=facts.weight_kg,
        hours_after_cream=_hours_after_cream(read, facts),
    ):
        yield say.over_limit(breach)
    for limit, component in odd_strengths(limits, components):
        if component.mg_per_ml is not None:
            yield say.odd_strength(limit.code, limit.text, component.mg_per_ml)
    if totals.drawn_ml is not None and totals.total_ml > totals.drawn_ml + TOLERANCE_ML:
        yield say.more_than_drawn(totals.total_ml, totals.drawn_ml)
    yield from _answers(components, facts)


def _hours_after_cream(read: RecordValues, facts: RecordFacts) -> Decimal | None:
    """Hours from cream off to mixing, on the wall clock; None without cream or times."""
    off, mixed = read.fields.get("numbing_off"), read.fields.get("mixed_at")
    if not read.is_numbed or off is None or mixed is None:
        return None
    wall = mixed.astimezone(facts.plan.tz)
    minutes = ((wall.hour - off.hour) * 60 + wall.minute - off.minute) % (24 * 60)
    return Decimal(minutes) / 60


def _answers(components: list[Component], facts: RecordFacts) -> Iterator[Problem]:
    """Allergies and diseases that a component must not meet (catalogue 2.8)."""
    items = {item.code: item for item in facts.plan.shared.screening}
    for code in dict.fromkeys(component.mixture_class for component in components):
        if code not in facts.screened_components:
            yield say.component_unscreened(code)
        for item in items.values():
            known = facts.plan.answers.get(item.code)
            against = code in item.components and item.severity == Severity.BLOCK
            if against and known is not None and known[0].answer != NO:
                yield say.component_blocked(code, item.question)


def technique_problems(read: RecordValues, facts: RecordFacts) -> Iterator[Problem]:
    """Depth, spacing and volume against the technique of each zone (catalogue 2.6)."""
    offered = {technique.code: technique for technique in facts.session.definition.techniques}
    labels = {zone.code: zone.label for zone in facts.plan.shared.zones}
    for entry in read.zones:
        name, label = entry.values.get("technique"), labels.get(entry.zone, entry.name)
        if not name:
            continue
        technique = offered.get(str(name))
        if technique is None:
            yield say.technique_unknown(entry, label)
            continue
        depth, spacing = entry.depth_mm, read.fields.get("spacing_mm")
        if depth is not None and not technique.depth_from_mm <= depth <= technique.depth_to_mm:
            yield say.technique_unusual(entry, label, f"{depth} mm")
        if spacing is not None and not technique.spacing_from_mm <= spacing <= technique.spacing_to_mm:
            yield say.technique_unusual(entry, label, f"{spacing} mm")
        yield from _point(read, entry, label, technique.point_to_ml)


def _point(read: RecordValues, entry: ZoneEntry, label: str, most: Decimal | None) -> Iterator[Problem]:
    volume = read.fields.get("vol_per_point_ml")
    if volume is not None and most is not None and volume > most:
        yield say.technique_unusual(entry, label, f"{volume} mL")
