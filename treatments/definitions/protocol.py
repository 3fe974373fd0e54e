"""Everything one protocol needs, resolved into one immutable value.

A protocol version stores this value as a document; a running plan reads the version it began with.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from treatments.definitions import series
from treatments.definitions.aftercare import AftercareMessage, AftercareRestriction
from treatments.definitions.consents import ConsentItem
from treatments.definitions.documents import checksum, from_document, to_document
from treatments.definitions.outcomes import OutcomeMoment, Scale, ScaleChoice
from treatments.definitions.people import AgeRule, CountryRule, DeviceKind, Eligibility
from treatments.definitions.phases import AppointmentMinutes, Observation, Phase
from treatments.definitions.products import DoseLimit, MixtureTemplate, Technique
from treatments.definitions.provenance import Located, sourced_values
from treatments.definitions.recovery import Envelope, Question, RecoveryCheckRule, RecoverySymptom, RedFlag
from treatments.definitions.reminders import PretreatmentMessage
from treatments.definitions.screening import PatchTestRule, ScreeningItem
from treatments.definitions.series import DepthRule, Evidence, Maintenance, SessionCounts, StaleGap, Step
from treatments.definitions.words import Asked, CareGroup, Family, Tag
from treatments.definitions.zones import DepthByIndication, Placement, Zone


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtocolDefinition:
    """One protocol with all that its sessions need.

    `patient_name` is what messages call it to the patient; without one they say `label`.
    `tags` decide which screening, consent and warning items apply. `device_kind` is what the procedure
    occupies (EQ_PEN, EQ_RF or nothing). `zones` carry the needle range already narrowed to the indication,
    or the injected volume, whichever the protocol uses. `checks` and `aftercare` are in the order of time.
    """

    code: str
    label: str
    patient_name: str = ""
    care_group: CareGroup
    family: Family
    tags: tuple[Tag, ...]
    default_on: bool
    countries_off: tuple[CountryRule, ...] = ()
    age: AgeRule
    evidence: tuple[Evidence, ...]
    sessions: SessionCounts
    steps: tuple[Step, ...]
    stale: StaleGap
    maintenance: Maintenance
    depth_rule: DepthRule
    minutes: AppointmentMinutes
    observation: Observation
    device_kind: str | None = None
    equipment: tuple[DeviceKind, ...]
    eligibility: Eligibility
    placement: Placement
    depth: DepthByIndication | None = None
    zones: tuple[Zone, ...]
    techniques: tuple[Technique, ...] = ()
    mixtures: tuple[MixtureTemplate, ...] = ()
    dose_limits: tuple[DoseLimit, ...] = ()
    screening: tuple[ScreeningItem, ...]
    patch_tests: tuple[PatchTestRule, ...] = ()
    restrictions: tuple[AftercareRestriction, ...]
    aftercare: tuple[AftercareMessage, ...]
    symptoms: tuple[RecoverySymptom, ...]
    envelopes: tuple[Envelope, ...]
    questions: tuple[Question, ...]
    checks: tuple[RecoveryCheckRule, ...]
    red_flags: tuple[RedFlag, ...]
    scales: tuple[Scale, ...]
    primary_scales: tuple[ScaleChoice, ...]
    secondary_scales: tuple[ScaleChoice, ...]
    outcome_moments: tuple[OutcomeMoment, ...]
    pretreatment: tuple[PretreatmentMessage, ...]
    consents: tuple[ConsentItem, ...]

    @property
    def stale_days(self) -> int:
        """Days after which an interrupted series is re-assessed before it goes on."""
        return self.stale.days

    @property
    def first_extra_minutes(self) -> int:
        """Minutes the first session of a plan is longer, spent with the practitioner."""
        return self.minutes.first_extra

    @property
    def needs_device(self) -> bool:
        """True when the procedure occupies a device."""
        return self.device_kind is not None

    def step_before(self, number: int) -> Step:
        """The gap before session `number` (2 or more); beyond the last step its rhythm goes on."""
        return series.step_before(self.steps, number)

    def phases_of(self, number: int) -> tuple[Phase, ...]:
        """The phases of session `number` in order; the first session is longer."""
        return self.minutes.phases(is_first=number == 1, needs_device=self.needs_device)

    def min_days_after_depth(self, depth_mm: Decimal) -> int:
        """Least days after a session whose deepest zone was `depth_mm`; 0 where depth does not matter."""
        return self.depth_rule.min_days_after(depth_mm)

    def zone(self, code: str) -> Zone | None:
        """The zone of this protocol with this code; None when the protocol does not offer it."""
        return next((zone for zone in self.zones if zone.code == code), None)

    def screening_asked(self, asked: Asked) -> tuple[ScreeningItem, ...]:
        """The items of the first consultation (all of them) or those asked before every session."""
        if asked == Asked.FIRST:
            return self.screening
        return tuple(item for item in self.screening if item.asked == Asked.EVERY)

    def envelope(self, symptom: str) -> Envelope | None:
        """The upper-normal curve of a symptom; None when there is none: every score is then above normal."""
        return next((curve for curve in self.envelopes if curve.symptom == symptom), None)

    def question(self, code: str) -> Question:
        """A question of this protocol's checks; KeyError when it has no such question."""
        for question in self.questions:
            if question.code == code:
                return question
        raise KeyError(code)

    def values_to_check(self) -> tuple[Located, ...]:
        """Every value a clinician must confirm before the protocol is switched on, with its path."""
        return tuple(located for located in sourced_values(self) if located.value.needs_check)

    def to_document(self) -> dict[str, Any]:
        """The definition as plain JSON values, without loss."""
        document: dict[str, Any] = to_document(self)
        return document

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "ProtocolDefinition":
        """The definition a document stands for; DocumentError names everything that does not fit."""
        return from_document(cls, document)

    @property
    def checksum(self) -> str:
        """Fingerprint of the whole definition: equal definitions have equal fingerprints."""
        return checksum(self.to_document())
