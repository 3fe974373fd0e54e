"""Everything that the record's page shows: a draft with its problems and totals, or what was signed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clinic.errors import Problem
from clinic.models import Device, Practitioner, Room
from clinic.timekeeping import local_day
from treatments.models import Product, SessionRecord, TreatmentSession
from treatments.prefill import last_signed, zone_defaults
from treatments.queries.catalogue import definition_of, shared, skin_type
from treatments.record_form import fields_for
from treatments.web.photo_views import standard_views
from treatments.web.record_form import ZoneRow, inputs_of, kind_of, problems_by_field, zone_rows
from treatments.web.record_live import live
from treatments.web.record_products import STRENGTH_UNITS, UNITS, lots_for, product_rows, templates_of
from treatments.web.record_words import AFTER, MIXING, NUMBING, word
from treatments.web.zone_maps import map_of, spoken_zone
from treatments.words import ProductRole


def draft_context(
    session: TreatmentSession,
    found: SessionRecord,
    *,
    typed: dict[str, Any] | None,
    now: datetime,
    is_refused: bool,
) -> dict[str, Any]:
    """A draft: zones on the map and as rows, mixture, products, times, photos, and what stands against signing."""
    location, draft = session.plan.location, typed if typed is not None else found.draft
    definition = definition_of(session)
    specs = fields_for(shared().record_fields, str(definition.family))
    state = live(found.pk, now=now)
    by_field = problems_by_field(state.problems)
    inputs = inputs_of(specs, draft, by_field, definition, location.tz)
    rows = zone_rows(specs, draft, definition, by_field, zone_defaults(session))
    grouped = {*NUMBING, *AFTER, *MIXING}
    profile = getattr(session.plan.patient, "clinical_profile", None)
    mixes = str(definition.family) in ("MS", "LIPO")
    products = list(Product.objects.in_use())
    return {
        "session": session,
        "plan": session.plan,
        "definition": definition,
        "record": found,
        "draft": draft,
        "state": state,
        "lines": state.lines(),
        "is_refused": is_refused,
        "missing": [
            (_where(one, draft, rows, products), one.sentence)
            for one in state.problems
            if kind_of(one) == "missing"
        ],
        "blocking": [one for one in state.problems if kind_of(one) == "block"],
        "remarks": [one for one in by_field.get("", []) if one.kind == "note"],
        "by_field": by_field,
        "zone_rows": rows,
        "zone_map": map_of(definition.zones, [row.name for row in rows if row.is_on]),
        "last": last_said(session),
        "skin": skin_type(profile.skin_type if profile else None),
        "technique_inputs": [one for code, one in inputs.items() if code not in grouped],
        "numbing_inputs": _named(inputs, NUMBING),
        "after_inputs": _named(inputs, AFTER),
        "mixing_inputs": _named(inputs, MIXING),
        "agents": shared().numbing_agents,
        "mixes": mixes,
        "templates": templates_of(definition.mixtures),
        "known_products": products,
        "lots": lots_for(location, draft, on=local_day(now, location.tz)),
        "roles": [choice for choice in ProductRole.choices if choice[0] != ProductRole.COMPONENT],
        "units": UNITS,
        "strength_units": STRENGTH_UNITS,
        "devices": Device.objects.filter(resource__locations=location).select_related("resource", "model"),
        "rooms": Room.objects.filter(resource__locations=location).select_related("resource"),
        "people": Practitioner.objects.at(location),
        "photos": session.photos.all(),
        "views": standard_views(row.zone for row in rows if row.is_on),
        **product_rows(draft, by_field, zone=location.tz, mixes=mixes),
    }


def _where(problem: Problem, draft: dict[str, Any], rows: list[ZoneRow], products: list[Product]) -> str:
    """The zone or the product that a sentence is about, as the page calls it; empty for the session as a whole."""
    part, _dot, rest = str(problem.facts.get("field", "")).partition(".")
    at = rest.partition(".")[0]
    listed = draft.get(part)
    if not at.isdigit() or not isinstance(listed, list) or int(at) >= len(listed):
        return ""
    found = listed[int(at)]
    if part == "zones":
        name = f"{found.get('zone')}-{found.get('side', 'M')}"
        return next((row.label for row in rows if row.name == name), "")
    return next((one.name for one in products if str(one.pk) == str(found.get("product"))), "")


def _named(inputs: dict[str, Any], codes: tuple[str, ...]) -> list[Any]:
    return [inputs[code] for code in codes if code in inputs]


def last_said(session: TreatmentSession) -> dict[str, Any] | None:
    """What was done last time, in a line for each zone; None in a first session."""
    last = last_signed(session)
    if last is None:
        return None
    return {"record": last, "number": last.session.number, "zones": said_zones(last)}


def said_zones(record: SessionRecord) -> list[tuple[str, str]]:
    """Each zone of a signed record with what was done there."""
    zones = {zone.code: zone for zone in shared().zones}
    return [
        (spoken_zone(zones.get(row.zone), row.zone, row.side), said_of(row)) for row in record.zones.all()
    ]


def said_of(row: Any) -> str:
    """ "1.00 mm, 4 passes, even redness" of a zone that was recorded."""
    parts = [
        f"{row.depth_mm} mm" if row.depth_mm is not None else "",
        f"{row.volume_ml} mL" if row.volume_ml is not None else "",
        f"{row.passes}×" if row.passes else "",
        word(row.technique) if row.technique else "",
        word(row.endpoint) if row.endpoint else "",
    ]
    return ", ".join(part for part in parts if part)


def said_settings(row: Any) -> str:
    """What else was set in the zone: "RF power 12 W or mJ/pin, RF time 120 ms, RF pulses 60"."""
    specs = {spec.code: spec for spec in shared().record_fields if spec.is_per_zone}
    told = [
        (specs[code], value)
        for code, value in row.details.items()
        if code in specs and value not in (None, "", []) and not _is_the_depth(code, value, row)
    ]
    return ", ".join(f"{spec.label} {_worded(value)} {spec.unit}".strip() for spec, value in told)


def _is_the_depth(code: str, value: Any, row: Any) -> bool:
    """One depth of RF needling that says what the needle depth says already."""
    given = value if isinstance(value, list) else [value]
    return code == "rf_depths" and [str(one) for one in given] == [str(row.depth_mm)]


def _worded(value: Any) -> str:
    return ", ".join(word(one) for one in (value if isinstance(value, list) else [value]))
