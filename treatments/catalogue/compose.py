"""Joins the facts of one protocol with the shared files into one complete definition."""

from collections.abc import Iterable
from dataclasses import fields, replace

from treatments.catalogue import scope as applies
from treatments.catalogue.facts import ProtocolFacts
from treatments.catalogue.scope import Scope
from treatments.definitions import (
    AftercareMessage,
    AftercareRestriction,
    DepthRule,
    Eligibility,
    Family,
    MixtureTemplate,
    PretreatmentMessage,
    ProtocolDefinition,
    RecoveryCheckRule,
    ScaleChoice,
    SharedCatalogue,
    Zone,
)

NEEDLING = frozenset({Family.MN, Family.RFMN})


def definition_of(facts: ProtocolFacts, shared: SharedCatalogue) -> ProtocolDefinition:
    """The complete definition of a protocol: its own facts and what applies to it from the shared files."""
    zones = _zones(facts, shared)
    mixtures = tuple(item for item in shared.mixtures if facts.code in item.protocols)
    scope = _scope(facts, zones, mixtures)
    primary, secondary = _scale_choices(facts, shared)
    return ProtocolDefinition(
        **{field.name: getattr(facts, field.name) for field in fields(facts)},
        depth_rule=_depth_rule(facts, shared),
        equipment=tuple(item for item in shared.equipment if applies.uses(scope, item)),
        eligibility=Eligibility(
            rules=tuple(rule for rule in shared.qualifications if applies.qualifies(scope, rule))
        ),
        zones=zones,
        techniques=tuple(item for item in shared.techniques if applies.injects(scope, item)),
        mixtures=mixtures,
        dose_limits=tuple(item for item in shared.dose_limits if applies.limits(scope, item)),
        screening=tuple(item for item in shared.screening if applies.asks(scope, item)),
        patch_tests=tuple(item for item in shared.patch_tests if applies.tests(scope, item)),
        restrictions=_restrictions(facts, shared),
        aftercare=_messages(facts, shared),
        symptoms=tuple(item for item in shared.symptoms if item.care_group == facts.care_group),
        envelopes=tuple(item for item in shared.envelopes if item.care_group == facts.care_group),
        questions=shared.questions,
        checks=_checks(facts, shared),
        red_flags=tuple(flag for flag in shared.red_flags if applies.warns(scope, flag)),
        scales=tuple(scale for scale in shared.scales if scale.code in _codes((*primary, *secondary))),
        primary_scales=primary,
        secondary_scales=secondary,
        outcome_moments=tuple(
            item for item in shared.outcome_moments if not item.protocols or facts.code in item.protocols
        ),
        pretreatment=_texts(scope, shared),
        consents=tuple(item for item in shared.consents if applies.consents(scope, item)),
    )


def _scope(facts: ProtocolFacts, zones: tuple[Zone, ...], mixtures: tuple[MixtureTemplate, ...]) -> Scope:
    return Scope(
        code=facts.code,
        family=facts.family,
        care_group=facts.care_group,
        tags=frozenset(facts.tags),
        regions=frozenset(facts.placement.regions),
        zones=frozenset(zone.code for zone in zones),
        classes=frozenset[str]().union(*(mixture.classes for mixture in mixtures)),
    )


def _zones(facts: ProtocolFacts, shared: SharedCatalogue) -> tuple[Zone, ...]:
    offered = (zone for zone in shared.zones if _is_placed(facts, zone))
    if facts.family in NEEDLING:
        return tuple(_needled(facts, zone) for zone in offered if zone.needle)
    return tuple(replace(zone, needle=None) for zone in offered if zone.volume)


def _is_placed(facts: ProtocolFacts, zone: Zone) -> bool:
    place = facts.placement
    named = not place.zones or zone.code in place.zones
    allowed = zone.is_lipolysis_allowed or not place.only_lipolysis_zones
    return zone.region in place.regions and named and allowed


def _needled(facts: ProtocolFacts, zone: Zone) -> Zone:
    if zone.needle is None or facts.depth is None:
        return replace(zone, volume=None)
    return replace(zone, needle=zone.needle.narrowed_to(facts.depth), volume=None)


def _depth_rule(facts: ProtocolFacts, shared: SharedCatalogue) -> DepthRule:
    if facts.family != Family.MN:
        return DepthRule()
    exceptions = tuple(item for item in shared.depth_exceptions if item.protocol == facts.code)
    return DepthRule(bands=shared.depth_intervals, exceptions=exceptions)


def _restrictions(facts: ProtocolFacts, shared: SharedCatalogue) -> tuple[AftercareRestriction, ...]:
    found = ((category, category.hours_for(facts.care_group)) for category in shared.restrictions)
    return tuple(
        AftercareRestriction(
            code=category.code,
            label=category.label,
            meaning=category.meaning,
            hours=hours,
            patient_text=category.patient_text,
            source=category.source,
            grade=category.grade,
        )
        for category, hours in found
        if hours is not None
    )


def _messages(facts: ProtocolFacts, shared: SharedCatalogue) -> tuple[AftercareMessage, ...]:
    own = (item for item in shared.aftercare if item.care_group == facts.care_group)
    return tuple(sorted(own, key=lambda item: item.offset_hours))


def _checks(facts: ProtocolFacts, shared: SharedCatalogue) -> tuple[RecoveryCheckRule, ...]:
    own = (item for item in shared.checks if item.care_group == facts.care_group)
    asked = (_with_extra(facts, shared, check) for check in own)
    return tuple(sorted(asked, key=lambda item: item.offset_hours))


def _with_extra(facts: ProtocolFacts, shared: SharedCatalogue, check: RecoveryCheckRule) -> RecoveryCheckRule:
    extra = [
        question
        for rule in shared.extra_questions
        if rule.tag in facts.tags and check.code in rule.checks
        for question in rule.questions
    ]
    return replace(check, questions=tuple(dict.fromkeys([*check.questions, *extra])))


def _texts(scope: Scope, shared: SharedCatalogue) -> tuple[PretreatmentMessage, ...]:
    own = (_worded(scope, item) for item in shared.pretreatment if applies.reminds(scope, item))
    return tuple(sorted(own, key=lambda item: item.offset))


def _worded(scope: Scope, message: PretreatmentMessage) -> PretreatmentMessage:
    for variant in message.variants:
        if scope.care_group in variant.care_groups:
            left = [code for code in message.screening_items if code not in variant.without_screening_items]
            return replace(message, text=variant.text, screening_items=tuple(left), variants=())
    return replace(message, variants=())


def _scale_choices(
    facts: ProtocolFacts, shared: SharedCatalogue
) -> tuple[tuple[ScaleChoice, ...], tuple[ScaleChoice, ...]]:
    uses = [use for use in shared.scale_uses if not use.protocols or facts.code in use.protocols]
    primary = _once(choice for use in uses for choice in use.primary)
    return primary, _once(choice for use in uses for choice in use.secondary)


def _once(choices: Iterable[ScaleChoice]) -> tuple[ScaleChoice, ...]:
    return tuple({choice.any_of: choice for choice in choices}.values())


def _codes(choices: Iterable[ScaleChoice]) -> frozenset[str]:
    return frozenset(code for choice in choices for code in choice.any_of)
