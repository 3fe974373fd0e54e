"""What the practitioners of the demo write down: plausible settings inside the catalogue's limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bookings.demo.shelf import Shelf
from bookings.demo.world import Place
from treatments.definitions import ProtocolDefinition, Technique, Zone
from treatments.models import SessionRecord

#: The depth in mm up to which a session asks for no longer interval than the ideal one.
_DEEPEST = Decimal("2.00")
_NOTES = (
    "Tolerated well. Even redness, settled before leaving.",
    "Slightly more sensitive on the left side.",
    "Skin calmer than last time; pigment lighter.",
    "Advised again on sun protection.",
    "",
)


@dataclass(frozen=True)
class Chart:
    """One record to be written: who, where, with what, when it ended."""

    place: Place
    shelf: Shelf
    record: SessionRecord
    definition: ProtocolDefinition
    ended_at: datetime
    rng: Random

    def draft(self) -> dict[str, Any]:
        """The prefilled draft with all that a signature needs."""
        begun: Mapping[str, Any] = self.record.draft
        zones = [self._zone(dict(zone)) for zone in begun["zones"]]
        return {
            **begun,
            "fields": {**begun["fields"], **self._fields(zones)},
            "zones": zones,
            "products": list(self._products(zones)),
            "mixed_by": self.place.desk.pk if self._injects else None,
            "note": self.rng.choice(_NOTES),
        }

    @property
    def _injects(self) -> bool:
        return str(self.definition.family) not in ("MN", "RFMN")

    def _fields(self, zones: list[dict[str, Any]]) -> dict[str, Any]:
        fields = {"pain_vas_max": self.rng.choice((2, 3, 3, 4, 4, 5, 6)), **self._numbing()}
        if self._injects:
            return fields | self._injection(zones)
        fields["device_type"] = "PEN" if str(self.definition.family) == "MN" else "RF_INSULATED"
        return fields | {"needle_count": 12, "cooling": self.rng.choice(("COLD_AIR", "GEL_MASK", "LED"))}

    def _numbing(self) -> dict[str, Any]:
        if not self.record.session.plan.numbing_planned or not self.definition.minutes.numbing:
            return {"numbing_agent": "NUMB_NONE"}
        off = (self.ended_at - timedelta(minutes=45)).astimezone(self.place.location.tz)
        on = off - timedelta(minutes=self.rng.choice((25, 30, 35)))
        return {
            "numbing_agent": "NUMB_LIDO4",
            "numbing_on": f"{on:%H:%M}",
            "numbing_off": f"{off:%H:%M}",
            "numbing_g": "2",
            "numbing_cm2": 100,
            "occluded": False,
        }

    def _injection(self, zones: list[dict[str, Any]]) -> dict[str, Any]:
        technique = self._technique()
        needle = {"gauge": 30, "length": "4" if technique.depth_to_mm <= 4 else "13"}
        volume = min(technique.point_to_ml or Decimal("0.02"), Decimal("0.05"))
        return {
            "instrument": "MANUAL",
            "needle_gauge": needle["gauge"],
            "needle_length_mm": needle["length"],
            "spacing_mm": technique.spacing_from_mm,
            "vol_per_point_ml": str(volume),
            "mixed_at": (self.ended_at - timedelta(minutes=35)).isoformat(),
            "observation_min": max(self.definition.observation.minutes, 15),
        }

    def _technique(self) -> Technique:
        liked = {"MS_LIPO_SUBMENTAL": "LIPO_GRID"}.get(self.definition.code, "PAPULE")
        offered = {technique.code: technique for technique in self.definition.techniques}
        return offered.get(liked) or next(iter(offered.values()))

    def _zone(self, zone: dict[str, Any]) -> dict[str, Any]:
        known = self.definition.zone(zone["zone"])
        if self._injects:
            return zone | self._injected(known)
        depth_code = "rf_depth_mm" if str(self.definition.family) == "RFMN" else "depth_mm"
        depth = min(Decimal(str(zone[depth_code])), _DEEPEST)
        found = zone | {depth_code: str(depth), "endpoint": self._endpoint(depth)}
        if str(self.definition.family) == "RFMN":
            found |= {"rf_power": "12", "rf_time_ms": 120, "rf_pulses": 60, "rf_depths": str(depth)}
        return found

    def _endpoint(self, depth: Decimal) -> str:
        if depth <= Decimal("0.5"):
            return "MILD_ERYTHEMA"
        return self.rng.choice(("EVEN_ERYTHEMA", "PINPOINT_BLEED")) if depth > 1 else "EVEN_ERYTHEMA"

    def _injected(self, known: Zone | None) -> dict[str, Any]:
        technique = self._technique()
        volume = known.volume.high / 2 if known and known.volume else Decimal("0.5")
        return {
            "technique": technique.code,
            "injection_depth_mm": str(technique.depth_from_mm),
            "vol_zone_ml": str(min(volume, Decimal("0.6")).quantize(Decimal("0.01"))),
            "points": 12,
        }

    def _products(self, zones: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        if self._injects:
            yield from self._components(zones)
            return
        cartridge = "RF cartridge" if str(self.definition.family) == "RFMN" else "Sterile cartridge"
        yield self._use(cartridge, "cartridge", Decimal(1), "piece")
        yield self._use("Hyaluron glide", "glide", Decimal(2), "mL") | {"when": "during"}

    def _components(self, zones: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Every component of the plan in equal parts, together a little more than what is injected."""
        classes = self.record.session.plan.components
        total = sum(Decimal(zone["vol_zone_ml"]) for zone in zones)
        part = (total / max(len(classes), 1) * Decimal("1.1")).quantize(Decimal("0.01"))  # type: ignore[operator]
        opened_at = (self.ended_at - timedelta(minutes=40)).isoformat()
        for name in classes:
            product = self.shelf.of_class(name)
            yield self._use(product.name, "component", part, "mL") | {"opened_at": opened_at}

    def _use(self, name: str, role: str, amount: Decimal, unit: str) -> dict[str, Any]:
        lot = self.shelf.lot(name, on=self.ended_at.date())
        return {
            "role": role,
            "product": lot.product_id,
            "lot": lot.pk,
            "amount": str(amount),
            "unit": unit,
        }
