"""What all protocols share: zones, wash-outs, questions, scales, products, policies.

Each entry can be stored on its own as (kind, code, document, source, grade) and read back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_type_hints

from treatments.definitions.aftercare import AftercareMessage, RestrictionCategory
from treatments.definitions.consents import ConsentItem, RetentionRule
from treatments.definitions.documents import from_document, to_document
from treatments.definitions.outcomes import OutcomeMoment, PhotoView, ResponderRule, Scale, ScaleUse
from treatments.definitions.people import DeviceKind, QualificationRule, RoleDefinition
from treatments.definitions.planning import (
    Claim,
    CombinationTemplate,
    Comparison,
    Concern,
    OpenQuestion,
    Policy,
    Rule,
    SourceNote,
)
from treatments.definitions.products import (
    DoseLimit,
    MixtureClass,
    MixtureTemplate,
    NumbingAgent,
    RecordField,
    Technique,
    TopicalRule,
)
from treatments.definitions.provenance import Sourced
from treatments.definitions.recovery import (
    Envelope,
    ExtraQuestions,
    PublishedFact,
    Question,
    RecoveryCheckRule,
    RecoverySymptom,
    RedFlag,
)
from treatments.definitions.reminders import PretreatmentMessage
from treatments.definitions.screening import PatchTestRule, ScreeningItem, ScreeningMoment, SkinType
from treatments.definitions.series import DepthException, DepthInterval
from treatments.definitions.washout import WashOut, WashOutAfter
from treatments.definitions.zones import EndpointRule, RadioFrequencyHint, TouchingZones, Zone


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One shared entry as it is stored: `kind` is the field of the catalogue, `code` unique within it."""

    kind: str
    code: str
    data: dict[str, Any]
    source: str
    grade: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedCatalogue:
    """Everything that is not the property of one protocol; every field is one kind of entry."""

    zones: tuple[Zone, ...] = ()
    touching_zones: tuple[TouchingZones, ...] = ()
    rf_hints: tuple[RadioFrequencyHint, ...] = ()
    depth_intervals: tuple[DepthInterval, ...] = ()
    depth_exceptions: tuple[DepthException, ...] = ()
    endpoints: tuple[EndpointRule, ...] = ()
    wash_outs: tuple[WashOut, ...] = ()
    wash_outs_after: tuple[WashOutAfter, ...] = ()
    screening: tuple[ScreeningItem, ...] = ()
    screening_moments: tuple[ScreeningMoment, ...] = ()
    skin_types: tuple[SkinType, ...] = ()
    patch_tests: tuple[PatchTestRule, ...] = ()
    numbing_agents: tuple[NumbingAgent, ...] = ()
    topicals: tuple[TopicalRule, ...] = ()
    mixture_classes: tuple[MixtureClass, ...] = ()
    mixtures: tuple[MixtureTemplate, ...] = ()
    techniques: tuple[Technique, ...] = ()
    dose_limits: tuple[DoseLimit, ...] = ()
    record_fields: tuple[RecordField, ...] = ()
    restrictions: tuple[RestrictionCategory, ...] = ()
    aftercare: tuple[AftercareMessage, ...] = ()
    symptoms: tuple[RecoverySymptom, ...] = ()
    envelopes: tuple[Envelope, ...] = ()
    published_facts: tuple[PublishedFact, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    questions: tuple[Question, ...] = ()
    checks: tuple[RecoveryCheckRule, ...] = ()
    extra_questions: tuple[ExtraQuestions, ...] = ()
    scales: tuple[Scale, ...] = ()
    scale_uses: tuple[ScaleUse, ...] = ()
    outcome_moments: tuple[OutcomeMoment, ...] = ()
    responders: tuple[ResponderRule, ...] = ()
    photo_views: tuple[PhotoView, ...] = ()
    pretreatment: tuple[PretreatmentMessage, ...] = ()
    consents: tuple[ConsentItem, ...] = ()
    retention: tuple[RetentionRule, ...] = ()
    combinations: tuple[CombinationTemplate, ...] = ()
    concerns: tuple[Concern, ...] = ()
    roles: tuple[RoleDefinition, ...] = ()
    qualifications: tuple[QualificationRule, ...] = ()
    equipment: tuple[DeviceKind, ...] = ()
    policies: tuple[Policy, ...] = ()
    rules: tuple[Rule, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    claims: tuple[Claim, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()

    def policy(self, code: str) -> Decimal:
        """The number of a policy; KeyError when there is none of this code."""
        for policy in self.policies:
            if policy.code == code:
                return policy.value
        raise KeyError(code)

    def touching(self, zone: str) -> frozenset[str]:
        """The zone and every zone that counts as the same for wash-outs."""
        groups = (group.zones for group in self.touching_zones if zone in group.zones)
        return frozenset({zone}.union(*groups))

    def entries(self) -> Iterator[Entry]:
        """Every entry, kind by kind, in the order of the files."""
        for field in fields(self):
            for item in getattr(self, field.name):
                yield _entry(field.name, item)

    @classmethod
    def from_entries(cls, entries: Iterable[Entry]) -> "SharedCatalogue":
        """The catalogue that stored entries stand for; their order within a kind is kept."""
        collected: dict[str, list[Any]] = {}
        for entry in entries:
            collected.setdefault(entry.kind, []).append(from_document(entry_class(entry.kind), entry.data))
        return cls(**{kind: tuple(items) for kind, items in collected.items()})


@cache
def entry_classes() -> dict[str, type[Any]]:
    """The class of each kind of entry."""
    return {name: get_args(hint)[0] for name, hint in get_type_hints(SharedCatalogue).items()}


def entry_class(kind: str) -> type[Any]:
    """The class of one kind of entry; KeyError for an unknown kind."""
    return entry_classes()[kind]


def entry_code(item: Any) -> str:
    """The code of an entry, unique within its kind: checks repeat C1, C2 … for every care group."""
    return f"{item.care_group}.{item.code}" if isinstance(item, RecoveryCheckRule) else str(item.code)


def _entry(kind: str, item: Any) -> Entry:
    source, grade = (
        (item.source, item.grade) if isinstance(item, Sourced) else ("", getattr(item, "grade", ""))
    )
    return Entry(kind=kind, code=entry_code(item), data=to_document(item), source=source, grade=grade)
