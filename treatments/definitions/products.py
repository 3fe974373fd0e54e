"""Products: numbing agents, techniques, mixtures, dose limits, topicals, and the fields of a record."""

from dataclasses import dataclass
from decimal import Decimal

from treatments.definitions.provenance import Sourced
from treatments.definitions.words import CareGroup, Region, Severity, Tag


@dataclass(frozen=True, kw_only=True, slots=True)
class NumbingAgent(Sourced):
    """A topical numbing agent: minutes on the skin, grams allowed, who must not have it."""

    code: str
    label: str
    ingredients: tuple[str, ...] = ()
    minutes_minimum: int
    minutes_usual: int
    minutes_maximum: int
    is_occluded: bool = False
    cap_g: Decimal | None = None
    cap_area_cm2: Decimal | None = None
    face_cap_g: Decimal | None = None
    clinic_cap_g: Decimal | None = None
    severity: Severity | None = None
    blocked_by: tuple[str, ...] = ()
    signoff_by: tuple[str, ...] = ()
    cap_text: str = ""
    exclusions: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Technique(Sourced):
    """An injection technique: depth and spacing in mm, volume per point in mL. No volume: drops on the surface.

    `protocols` and `care_groups` say where it is offered.
    """

    code: str
    label: str
    depth_from_mm: Decimal
    depth_to_mm: Decimal
    angle: str
    spacing_from_mm: int
    spacing_to_mm: int
    point_from_ml: Decimal | None = None
    point_to_ml: Decimal | None = None
    used_for: str
    protocols: tuple[str, ...] = ()
    care_groups: tuple[CareGroup, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DoseCap:
    """One number of a dose limit.

    Measures: ml_per_point, min_spacing_mm, mg_per_cm2, points_per_session, ml_per_session, mg_per_session,
    sessions_per_course, min_days_between, mg_per_kg, mg_per_kg_with_adrenaline, min_hours_after_cream,
    face_share (part of the dose on the face), keep_away_from_mm, keep_away_to_mm. `typical` is a usual value
    below the cap; `is_floor` marks a least value instead of a greatest. `component` narrows it to one class.
    """

    measure: str
    value: Decimal
    typical: Decimal | None = None
    is_floor: bool = False
    component: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DoseLimit(Sourced):
    """A hard limit. `preset_mg_per_ml` strengths are free; any other needs `other_strength` severity."""

    code: str
    protocols: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    text: str
    caps: tuple[DoseCap, ...] = ()
    preset_mg_per_ml: tuple[Decimal, ...] = ()
    other_strength: Severity | None = None
    published_other: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MixtureClass(Sourced):
    """A class of mixture component: unit, usual strengths, and the screening items it brings.

    Strengths are single `presets` or a range; none where no reliable figure was found.
    """

    code: str
    examples: str
    unit: str
    typical_strength: str = ""
    presets: tuple[Decimal, ...] = ()
    strength_from: Decimal | None = None
    strength_to: Decimal | None = None
    strength_unit: str = ""
    check: str = ""
    screening_items: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MixtureComponent:
    """A component of a template; the amount stays empty for the prescriber."""

    mixture_class: str
    strengths: tuple[Decimal, ...] = ()
    strength_unit: str = ""
    is_optional: bool = False
    prescriber_only: bool = False
    note: str = ""

    @property
    def code(self) -> str:
        """The class of the component."""
        return self.mixture_class


@dataclass(frozen=True, kw_only=True, slots=True)
class MixtureTemplate(Sourced):
    """A mixture to start from: `components` together, or `alone` instead. Amounts are never shipped."""

    code: str
    components: tuple[MixtureComponent, ...]
    alone: tuple[MixtureComponent, ...] = ()
    protocols: tuple[str, ...]
    note: str = ""

    @property
    def classes(self) -> frozenset[str]:
        """Every mixture class the template may bring."""
        return frozenset(component.mixture_class for component in (*self.components, *self.alone))


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicalRule(Sourced):
    """What may go on needled skin. `during` and `after`: "allowed", "warn", "signoff", "wait" or "refuse".

    `after_hours` is when it becomes free again; None where no hour is given.
    """

    code: str
    label: str
    during: str
    after: str
    after_hours: int | None = None
    during_note: str = ""
    after_note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordField(Sourced):
    """A field of the session record. `required`: "yes", "no", "auto", or the condition under which it is."""

    code: str
    label: str
    kind: str
    unit: str = ""
    allowed: tuple[str, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    step: Decimal | None = None
    default: str = ""
    required: str
    is_per_zone: bool = False
    records: tuple[Tag, ...]
    note: str = ""
