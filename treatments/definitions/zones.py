"""The zone map with needle depths and injected volumes, and which zones touch."""

from dataclasses import dataclass
from decimal import Decimal

from treatments.definitions.provenance import Sourced
from treatments.definitions.words import Region, Side


@dataclass(frozen=True, kw_only=True, slots=True)
class ParameterRange(Sourced):
    """A usual range `low`-`high`; above `soft` a clinician signs, above `cap` the answer is no.

    Needle depths are in mm. For injected volumes (mL per side and session) `low` is 0, `high` the typical
    volume, and `soft` and `cap` are the maximum.
    """

    low: Decimal
    high: Decimal
    soft: Decimal
    cap: Decimal
    unit: str

    def narrowed_to(self, other: "ParameterRange | DepthByIndication") -> "ParameterRange":
        """The lower of both ranges: the usual range shrinks, soft limit and cap stay the zone's own."""
        return ParameterRange(
            low=min(self.low, other.low),
            high=min(self.high, other.high),
            soft=self.soft,
            cap=self.cap,
            unit=self.unit,
            source=joined(self.source, other.source),
            grade=joined(self.grade, other.grade, "/"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class DepthByIndication(Sourced):
    """The usual needle depth (mm) for one protocol, whatever the zone."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Zone(Sourced):
    """One zone of the face, scalp or body. `needle` None: never needled. `volume` None: never injected.

    `sides` is ("M",) or ("L", "R"): a zone with two sides exists twice. `is_lipolysis_allowed` tells whether
    fat may be injected away here. `label_skin_types` are those of the device label (empty: all).
    """

    code: str
    label: str
    region: Region
    sides: tuple[Side, ...]
    needle: ParameterRange | None = None
    volume: ParameterRange | None = None
    is_lipolysis_allowed: bool = False
    label_skin_types: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TouchingZones(Sourced):
    """Zones that count as one zone for wash-outs."""

    code: str
    zones: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RadioFrequencyHint(Sourced):
    """Published depth hints (mm) for RF microneedling; hints only, they do not change a range."""

    code: str
    label: str
    zones: tuple[str, ...]
    at_least_mm: Decimal
    is_maximum: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement(Sourced):
    """Where on the body a protocol may be offered."""

    regions: tuple[Region, ...]
    zones: tuple[str, ...] = ()
    only_lipolysis_zones: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointRule(Sourced):
    """The endpoint to expect in a depth band (mm, both ends included), and the sign to stop."""

    code: str
    depth_from_mm: Decimal
    depth_to_mm: Decimal
    expected: tuple[str, ...]
    stop_endpoints: tuple[str, ...]
    stop_signal: str


def joined(first: str, second: str, by: str = "; ") -> str:
    """Two source or grade texts as one, each part once, in order."""
    parts = dict.fromkeys([*first.split(by), *second.split(by)])
    return by.join(part for part in parts if part)
