"""What the file of one protocol says; everything else a protocol needs comes from the shared files."""

from dataclasses import dataclass

from treatments.definitions import (
    AgeRule,
    AppointmentMinutes,
    CareGroup,
    CountryRule,
    DepthByIndication,
    Evidence,
    Family,
    Maintenance,
    Observation,
    Placement,
    SessionCounts,
    StaleGap,
    Step,
    Tag,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtocolFacts:
    """The file protocols/<code>.toml, field by field."""

    code: str
    label: str
    patient_name: str = ""
    care_group: CareGroup
    family: Family
    tags: tuple[Tag, ...]
    default_on: bool
    device_kind: str | None = None
    sessions: SessionCounts
    steps: tuple[Step, ...]
    stale: StaleGap
    maintenance: Maintenance
    minutes: AppointmentMinutes
    observation: Observation
    age: AgeRule
    placement: Placement
    depth: DepthByIndication | None = None
    countries_off: tuple[CountryRule, ...] = ()
    evidence: tuple[Evidence, ...]
