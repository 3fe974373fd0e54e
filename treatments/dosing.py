"""Volumes and doses of a session against the hard limits (catalogue 2.2, 2.6; BR-10). Values in, values out.

mg = mL × mg/mL, summed over all zones and products of the session. What was drawn counts in full unless less was
injected than drawn: then in proportion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from treatments.definitions import DoseCap, DoseLimit, Region

#: mg per mL of one unit of strength; IU have no mass.
MG_PER_ML: Mapping[str, Decimal] = {
    "mg/mL": Decimal(1),
    "%": Decimal(10),
    "ug/mL": Decimal("0.001"),
}
LIDOCAINE_CLASS = "PROCAINE_LIDO"


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """One component drawn into the mixture: its class, strength and amount with units as written down."""

    mixture_class: str
    strength: Decimal | None
    strength_unit: str
    amount: Decimal
    amount_unit: str
    has_adrenaline: bool = False

    @property
    def ml(self) -> Decimal | None:
        """Drawn volume in mL; from mg and strength where mg were written; None when it cannot be known."""
        if self.amount_unit == "mL":
            return self.amount
        per_ml = self.mg_per_ml
        return self.amount / per_ml if self.amount_unit == "mg" and per_ml else None

    @property
    def mg_per_ml(self) -> Decimal | None:
        """Strength in mg/mL; None for units of activity or without a strength."""
        factor = MG_PER_ML.get(self.strength_unit)
        return self.strength * factor if factor is not None and self.strength is not None else None

    @property
    def mg(self) -> Decimal | None:
        """Drawn mass in mg; None when it cannot be known."""
        if self.amount_unit == "mg":
            return self.amount
        per_ml = self.mg_per_ml
        return self.amount * per_ml if self.amount_unit == "mL" and per_ml is not None else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneDose:
    """What went into one side of one zone."""

    zone: str
    region: Region | str
    volume_ml: Decimal
    points: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Dose:
    """The computed totals of a session."""

    total_ml: Decimal
    drawn_ml: Decimal | None
    mg_by_class: Mapping[str, Decimal]
    total_mg: Decimal
    points: int | None
    ml_by_region: Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True, slots=True)
class Technique:
    """How it was injected: mL per point and mm between points, as written down for the session."""

    ml_per_point: Decimal | None = None
    spacing_mm: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """A cap that is exceeded (or a floor not reached): which limit, what was measured, what is allowed.

    `is_unknown`: the cap cannot be judged because a fact is missing (the weight): a clinician must sign.
    """

    limit: str
    measure: str
    value: Decimal | None
    cap: Decimal
    text: str
    is_unknown: bool = False


def dose(components: Sequence[Component], zones: Sequence[ZoneDose]) -> Dose:
    """The totals: injected mL by region, mg by class, points."""
    total = sum((zone.volume_ml for zone in zones), Decimal(0))
    drawn = _drawn(components)
    share = min(Decimal(1), total / drawn) if drawn else Decimal(1)
    by_class: dict[str, Decimal] = {}
    for component in components:
        if component.mg is not None:
            by_class[component.mixture_class] = by_class.get(component.mixture_class, Decimal(0)) + (
                component.mg * share
            )
    regions: dict[str, Decimal] = {}
    for zone in zones:
        regions[str(zone.region)] = regions.get(str(zone.region), Decimal(0)) + zone.volume_ml
    counted = [zone.points for zone in zones if zone.points is not None]
    return Dose(
        total_ml=total,
        drawn_ml=drawn,
        mg_by_class=by_class,
        total_mg=sum(by_class.values(), Decimal(0)),
        points=sum(counted) if counted else None,
        ml_by_region=regions,
    )


def _drawn(components: Sequence[Component]) -> Decimal | None:
    """The volume of the mixture; None as soon as one part of it cannot be told in mL."""
    volumes = [component.ml for component in components]
    known = [volume for volume in volumes if volume is not None]
    return sum(known, Decimal(0)) if volumes and len(known) == len(volumes) else None


def breaches(
    limits: Iterable[DoseLimit],
    *,
    given: Dose,
    components: Sequence[Component],
    technique: Technique,
    weight_kg: Decimal | None,
    hours_after_cream: Decimal | None = None,
) -> list[Breach]:
    """Every hard cap that the session exceeds. Nobody may sign for one (BR-03), except where a fact is missing."""
    found: list[Breach] = []
    facts = _Facts(given, components, technique, weight_kg, hours_after_cream)
    for limit in limits:
        if limit.components and not _uses(limit, components):
            continue
        for cap in limit.caps:
            found += facts.judge(limit, cap)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Gauge:
    """How much of a limit a session has used: for the page, while it is typed. `value` None: not known yet."""

    limit: str
    measure: str
    value: Decimal | None
    allowed: Decimal
    text: str
    is_floor: bool

    @property
    def is_broken(self) -> bool:
        """Beyond the limit."""
        if self.value is None:
            return False
        return self.value < self.allowed if self.is_floor else self.value > self.allowed


#: Measures that grow while a mixture is built; the others are told when they are wrong.
GAUGED = ("ml_per_session", "mg_per_session", "points_per_session", "mg_per_kg", "mg_per_kg_with_adrenaline")


def gauges(
    limits: Iterable[DoseLimit],
    *,
    given: Dose,
    components: Sequence[Component],
    technique: Technique,
    weight_kg: Decimal | None,
) -> list[Gauge]:
    """The limits that apply to this mixture, each with what has been used of it."""
    facts = _Facts(given, components, technique, weight_kg, None)
    used = (limit for limit in limits if not limit.components or _uses(limit, components))
    found = (facts.gauge(limit, cap) for limit in used for cap in limit.caps)
    return [one for one in found if one is not None]


def odd_strengths(
    limits: Iterable[DoseLimit], components: Sequence[Component]
) -> list[tuple[DoseLimit, Component]]:
    """Strengths outside the presets of a limit (LIM_TXA_CONC: 4, 50 or 100 mg/mL)."""
    return [
        (limit, component)
        for limit in limits
        if limit.preset_mg_per_ml
        for component in components
        if component.mg_per_ml is not None and component.mg_per_ml not in limit.preset_mg_per_ml
    ]


def _uses(limit: DoseLimit, components: Sequence[Component]) -> bool:
    return any(component.mixture_class in limit.components for component in components)


@dataclass(frozen=True, slots=True)
class _Facts:
    """One session's numbers, asked for by the measures of the caps."""

    given: Dose
    components: Sequence[Component]
    technique: Technique
    weight_kg: Decimal | None
    hours_after_cream: Decimal | None

    def judge(self, limit: DoseLimit, cap: DoseCap) -> Iterator[Breach]:
        allowed = self._allowed(limit, cap)
        if allowed is None:
            return
        if cap.measure.startswith("mg_per_kg") and self.weight_kg is None:
            yield Breach(
                limit=limit.code,
                measure=cap.measure,
                value=None,
                cap=cap.value,
                text=limit.text,
                is_unknown=True,
            )
            return
        value = self._value(limit, cap)
        if value is not None and (value < allowed if cap.is_floor else value > allowed):
            yield Breach(limit=limit.code, measure=cap.measure, value=value, cap=allowed, text=limit.text)

    def gauge(self, limit: DoseLimit, cap: DoseCap) -> Gauge | None:
        """What was used of one cap; None where it does not apply."""
        allowed = self._allowed(limit, cap) if cap.measure in GAUGED else None
        if allowed is None:
            return None
        return Gauge(
            limit=limit.code,
            measure=cap.measure,
            value=self._value(limit, cap),
            allowed=allowed,
            text=limit.text,
            is_floor=cap.is_floor,
        )

    def _allowed(self, limit: DoseLimit, cap: DoseCap) -> Decimal | None:
        """The number that counts; None for measures that other rules judge."""
        if cap.measure == "ml_per_point" and self._on_face():
            shares = [other.value for other in limit.caps if other.measure == "face_share"]
            return cap.value * shares[0] if shares else cap.value
        if cap.measure == "mg_per_kg":
            return None if self._has_adrenaline() else cap.value
        if cap.measure == "mg_per_kg_with_adrenaline":
            return cap.value if self._has_adrenaline() else None
        return cap.value if cap.measure in _MEASURES else None

    def _value(self, limit: DoseLimit, cap: DoseCap) -> Decimal | None:
        return _MEASURES[cap.measure](self, limit, cap)

    def _on_face(self) -> bool:
        return self.given.ml_by_region.get(str(Region.FACE), Decimal(0)) > 0

    def _has_adrenaline(self) -> bool:
        return any(component.has_adrenaline for component in self.components)

    def ml_per_session(self, limit: DoseLimit, cap: DoseCap) -> Decimal:
        """mL in the limit's regions; everywhere where it names none."""
        if not limit.regions:
            return self.given.total_ml
        return sum(
            (self.given.ml_by_region.get(str(region), Decimal(0)) for region in limit.regions), Decimal(0)
        )

    def mg_per_session(self, limit: DoseLimit, cap: DoseCap) -> Decimal:
        """mg of the cap's class, or of all classes."""
        if cap.component:
            return self.given.mg_by_class.get(cap.component, Decimal(0))
        return self.given.total_mg

    def mg_per_kg(self, limit: DoseLimit, cap: DoseCap) -> Decimal | None:
        """mg of the limit's classes per kg of body weight."""
        total = sum((self.given.mg_by_class.get(code, Decimal(0)) for code in limit.components), Decimal(0))
        return total / self.weight_kg if self.weight_kg else None

    def mg_per_cm2(self, limit: DoseLimit, cap: DoseCap) -> Decimal | None:
        """mg of one point over the square that its spacing leaves it."""
        spacing, volume = self.technique.spacing_mm, self.technique.ml_per_point
        strength = self._strength()
        if spacing is None or volume is None or strength is None:
            return None
        side_cm = Decimal(spacing) / 10
        return volume * strength / (side_cm * side_cm)

    def _strength(self) -> Decimal | None:
        drawn = self.given.drawn_ml
        masses = [component.mg for component in self.components if component.mg is not None]
        return sum(masses, Decimal(0)) / drawn if drawn else None

    def points(self, limit: DoseLimit, cap: DoseCap) -> Decimal | None:
        """Punctures; from volume and mL per point where they were not counted."""
        if self.given.points is not None:
            return Decimal(self.given.points)
        volume = self.technique.ml_per_point
        return self.given.total_ml / volume if volume else None

    def ml_per_point(self, limit: DoseLimit, cap: DoseCap) -> Decimal | None:
        """mL per puncture."""
        return self.technique.ml_per_point

    def spacing(self, limit: DoseLimit, cap: DoseCap) -> Decimal | None:
        """mm between punctures."""
        return Decimal(self.technique.spacing_mm) if self.technique.spacing_mm is not None else None

    def after_cream(self, limit: DoseLimit, cap: DoseCap) -> Decimal | None:
        """Hours between the numbing cream and the injected anaesthetic; None without cream."""
        return self.hours_after_cream


_MEASURES = {
    "ml_per_point": _Facts.ml_per_point,
    "min_spacing_mm": _Facts.spacing,
    "mg_per_cm2": _Facts.mg_per_cm2,
    "points_per_session": _Facts.points,
    "ml_per_session": _Facts.ml_per_session,
    "mg_per_session": _Facts.mg_per_session,
    "mg_per_kg": _Facts.mg_per_kg,
    "mg_per_kg_with_adrenaline": _Facts.mg_per_kg,
    "min_hours_after_cream": _Facts.after_cream,
}
