"""How a record begins: as the last signed one of the plan, else as the catalogue suggests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from treatments.definitions import ProtocolDefinition, RecordField, SkinType, Zone
from treatments.models import SessionRecord, TreatmentSession
from treatments.queries.catalogue import definition_of, shared, skin_type
from treatments.queries.plan_sessions import series_facts
from treatments.record_form import fields_for
from treatments.rules.records import agreed_depth
from treatments.words import ProductRole, RecordStatus

#: What is new in every session: never carried over.
NEVER_CARRIED = frozenset(
    {
        "pain_vas_max",
        "immediate_events",
        "numbing_on",
        "numbing_off",
        "mixed_at",
        "bleeding_stop_s",
        "observation_min",
        "pressure_note",
    }
)
#: Lots, amounts and endpoints are looked at afresh.
NEEDLE_DEPTHS = ("depth_mm", "rf_depth_mm")
_FRESH_PER_ZONE = frozenset({"endpoint"})


def prefilled(session: TreatmentSession) -> dict[str, Any]:
    """The draft of a new record: `{"fields", "zones", "products", "device", "room"}` as the page shows them."""
    definition = definition_of(session)
    last = last_signed(session)
    if last is not None:
        return _gentler(_from_record(last, definition), session)
    profile = getattr(session.plan.patient, "clinical_profile", None)
    return _from_catalogue(session, definition, skin_type(profile.skin_type if profile else None))


def _gentler(draft: dict[str, Any], session: TreatmentSession) -> dict[str, Any]:
    """The draft no deeper than was agreed after slow healing."""
    return {**draft, "zones": [_no_deeper(row, _agreed(session)) for row in draft["zones"]]}


def _agreed(session: TreatmentSession) -> Decimal | None:
    facts = series_facts([session.plan])[session.plan_id]
    return agreed_depth(facts, facts.session(session.pk))


def _no_deeper(row: dict[str, Any], most: Decimal | None) -> dict[str, Any]:
    """A zone with its needle depth at the limit, where it was above it."""
    above = [code for code in NEEDLE_DEPTHS if most is not None and Decimal(row.get(code) or 0) > most]
    return {**row, **dict.fromkeys(above, str(most))}


def last_signed(session: TreatmentSession) -> SessionRecord | None:
    """The last signed record of the same protocol in the plan."""
    return (
        SessionRecord.objects.filter(
            session__plan=session.plan_id,
            session__protocol_version__protocol=session.protocol_version.protocol_id,
            status=RecordStatus.SIGNED,
        )
        .exclude(session=session)
        .order_by("-session__performed_at")
        .prefetch_related("zones", "products")
        .first()
    )


def zone_defaults(session: TreatmentSession) -> dict[str, dict[str, Any]]:
    """For every side of every zone of the protocol, by `ZONE-SIDE`: as last time, else as the catalogue suggests."""
    definition = definition_of(session)
    profile = getattr(session.plan.patient, "clinical_profile", None)
    skin = skin_type(profile.skin_type if profile else None)
    fields = fields_for(shared().record_fields, str(definition.family))
    found = {
        f"{zone.code}-{side}": _zone_row(zone, str(side), definition, skin, fields)
        for zone in definition.zones
        for side in zone.sides
    }
    last = last_signed(session)
    for row in last.zones.all() if last is not None else ():
        found[f"{row.zone}-{row.side}"] = _zone_again(row, definition)
    agreed = _agreed(session)
    return {name: _no_deeper(row, agreed) for name, row in found.items()}


def _from_record(last: SessionRecord, definition: ProtocolDefinition) -> dict[str, Any]:
    fields = fields_for(shared().record_fields, str(definition.family))
    plain = {spec.code for spec in fields if not spec.is_per_zone} - NEVER_CARRIED
    return {
        "fields": {code: value for code, value in last.details.items() if code in plain},
        "zones": [_zone_again(row, definition) for row in last.zones.all()],
        "products": [
            {"role": use.role, "product": use.product_id, "unit": use.unit, **_kept(use.details)}
            for use in last.products.all()
            if use.role != ProductRole.HOME
        ],
        "device": last.device_id,
        "room": last.room_id,
    }


def _kept(details: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in details.items() if key in ("when", "strength", "strength_unit")}


def _zone_again(row: Any, definition: ProtocolDefinition) -> dict[str, Any]:
    depth = {"MN": "depth_mm", "RFMN": "rf_depth_mm"}.get(str(definition.family), "injection_depth_mm")
    known = {
        depth: _text(row.depth_mm),
        "passes": row.passes,
        "technique": row.technique,
        "points": row.points,
        "vol_zone_ml": _text(row.volume_ml),
        **{code: value for code, value in row.details.items() if code not in _FRESH_PER_ZONE},
    }
    filled = {code: value for code, value in known.items() if value not in (None, "")}
    return {"zone": row.zone, "side": row.side, **filled}


def _text(number: Decimal | None) -> str | None:
    return str(number) if number is not None else None


def _from_catalogue(
    session: TreatmentSession, definition: ProtocolDefinition, skin: SkinType | None
) -> dict[str, Any]:
    fields = fields_for(shared().record_fields, str(definition.family))
    defaults = {spec.code: spec.default for spec in fields if spec.default and not spec.is_per_zone}
    zones = [zone for zone in definition.zones if zone.code in session.plan.zones]
    return {
        "fields": defaults,
        "zones": [
            _zone_row(zone, str(side), definition, skin, fields) for zone in zones for side in zone.sides
        ],
        "products": [],
        "device": None,
        "room": None,
    }


def _zone_row(
    zone: Zone,
    side: str,
    definition: ProtocolDefinition,
    skin: SkinType | None,
    fields: tuple[RecordField, ...],
) -> dict[str, Any]:
    row: dict[str, Any] = {"zone": zone.code, "side": side}
    for spec in fields:
        if spec.is_per_zone and spec.default:
            row[spec.code] = spec.default
    if zone.needle is not None:
        code = "rf_depth_mm" if str(definition.family) == "RFMN" else "depth_mm"
        row[code] = str(default_depth(zone, skin))
    if zone.volume is not None:
        row["vol_zone_ml"] = str(zone.volume.high)
    if skin is not None and skin.first_session_passes is not None and "passes" in row:
        row["passes"] = str(min(int(row["passes"]), skin.first_session_passes))
    return row


def default_depth(zone: Zone, skin: SkinType | None) -> Decimal:
    """The lower end of the usual range in mm, one step less for skin types IV to VI (catalogue 2.2), at least 0.25."""
    if zone.needle is None:
        return Decimal(0)
    less = skin.depth_less_mm if skin is not None else Decimal(0)
    return max(zone.needle.low - less, Decimal("0.25"))
