"""What was signed, as the page shows it: the map, what was done in each zone, products with lots, times and doses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from clinic.models import Practitioner
from clinic.templatetags.clinictime import day_clock
from treatments.definitions import RecordField
from treatments.models import ProductUse, SessionRecord, TreatmentSession
from treatments.queries.catalogue import definition_of, shared
from treatments.web.record_page import said_of, said_settings
from treatments.web.record_words import word
from treatments.web.zone_maps import map_of, spoken_zone


def signed_context(session: TreatmentSession, found: SessionRecord) -> dict[str, Any]:
    """A signed record with its addenda; times on the wall clock of the location."""
    definition = definition_of(session)
    done = list(found.zones.all())
    settings = {said_settings(row) for row in done}
    same = next(iter(settings)) if len(settings) == 1 else ""
    zones = {zone.code: zone for zone in definition.zones}
    says = {f"{row.zone}-{row.side}": said_of(row) for row in done}
    return {
        "session": session,
        "plan": session.plan,
        "definition": definition,
        "record": found,
        "rows": [
            {
                "label": spoken_zone(zones.get(row.zone), row.zone, row.side),
                "row": row,
                "endpoint": word(row.endpoint),
                "technique": word(row.technique),
                "settings": "" if same else said_settings(row),
            }
            for row in done
        ],
        "is_needled": any(row.endpoint or row.passes for row in done),
        "is_injected": any(row.volume_ml is not None for row in done),
        "has_settings": not same and any(settings),
        "same_settings": same,
        "zone_map": map_of(definition.zones, list(says), says=says),
        "uses": [(use, _used(use, session)) for use in found.products.select_related("product", "lot")],
        "details": [*_details(session, found), *_totals(found)],
        "photos": session.photos.all(),
    }


def _details(session: TreatmentSession, found: SessionRecord) -> Iterator[tuple[str, str]]:
    """The fields of the session as a whole, in the order of the catalogue: name and value with its unit."""
    for spec in shared().record_fields:
        value = found.details.get(spec.code)
        if value in (None, "", []) or spec.is_per_zone:
            continue
        unit = "" if spec.unit == "0-10" else spec.unit
        told = _told(spec, value, session)
        yield spec.label[:1].upper() + spec.label[1:], f"{told} {unit}".strip()


def _totals(found: SessionRecord) -> Iterator[tuple[str, str]]:
    """What was computed when it was signed: minutes of cream, milligrams of each class."""
    if (minutes := found.details.get("numbing_minutes")) is not None:
        yield _("Cream on the skin"), _("%(n)d minutes") % {"n": minutes}
    names = {one.code: one.examples.partition(",")[0] for one in shared().mixture_classes}
    for code, mg in (found.details.get("mg_by_class") or {}).items():
        name = names.get(code, code)
        yield name[:1].upper() + name[1:], f"{Decimal(mg).quantize(Decimal('0.01')).normalize():f} mg"


def _used(use: ProductUse, session: TreatmentSession) -> str:
    """ "10 mg/mL, opened Fri 27 Nov, 12:00" beside a component."""
    given, parts = use.details, []
    if given.get("strength"):
        parts.append(f"{given['strength']} {given.get('strength_unit') or 'mg/mL'}")
    if given.get("has_adrenaline"):
        parts.append(_("with adrenaline"))
    if given.get("opened_at"):
        parts.append(_("opened %(when)s") % {"when": _moment(given["opened_at"], session)})
    return ", ".join(parts)


def _told(spec: RecordField, value: Any, session: TreatmentSession) -> str:
    if spec.code in ("mixed_by", "assistant"):
        who = Practitioner.objects.filter(pk=value).select_related("resource").first()
        return str(who.resource.name) if who else str(value)
    if isinstance(value, bool):
        return str(word("yes" if value else "no"))
    if spec.kind in ("datetime", "time"):
        return _moment(value, session)
    labels = {agent.code: agent.label for agent in shared().numbing_agents}
    labels |= {flag.code: flag.label for flag in shared().red_flags}
    many = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(str(one)) or word(one) for one in many)


def _moment(kept: object, session: TreatmentSession) -> str:
    """ "Fri 27 Nov, 10:30" of an instant, "11:40" of a time of day."""
    text = str(kept)
    if (at := parse_datetime(text)) is not None:
        return day_clock(at.astimezone(session.plan.location.tz))
    try:
        return f"{time.fromisoformat(text):%H:%M}"
    except ValueError:
        return text
