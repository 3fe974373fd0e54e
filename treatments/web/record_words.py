"""What the codes of a record say to people. The codes are the catalogue's (2.1, 2.3, 2.5–2.7)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from treatments.definitions import ProtocolDefinition, RecordField
from treatments.queries.catalogue import shared

WORDS = {
    "ROLLER": _("roller"),
    "PEN": _("pen"),
    "STAMP": _("stamp"),
    "RF_INSULATED": _("RF, insulated needles"),
    "RF_UNINSULATED": _("RF, bare needles"),
    "VERTICAL": _("vertical"),
    "HORIZONTAL": _("horizontal"),
    "OBLIQUE_L": _("oblique, left"),
    "OBLIQUE_R": _("oblique, right"),
    "CIRCULAR": _("circular"),
    "NONE": _("none"),
    "MILD_ERYTHEMA": _("mild redness"),
    "EVEN_ERYTHEMA": _("even redness"),
    "PINPOINT_BLEED": _("pinpoint bleeding"),
    "EXCESS_BLEED": _("too much bleeding"),
    "COLD_AIR": _("cold air"),
    "GEL_MASK": _("gel mask"),
    "STERILE_COMPRESS": _("sterile compress"),
    "LED": _("LED"),
    "MANUAL": _("by hand"),
    "GUN": _("gun"),
    "MULTI_NEEDLE": _("multi-needle"),
    "CANNULA": _("cannula"),
}
#: Session-level fields in the order in which a treatment goes.
NUMBING = ("numbing_agent", "numbing_on", "numbing_off", "numbing_g", "numbing_cm2", "occluded")
AFTER = ("pain_vas_max", "observation_min", "bleeding_stop_s", "cooling", "immediate_events", "pressure_note")
MIXING = ("mixed_at",)


def choices_of(spec: RecordField, definition: ProtocolDefinition) -> list[tuple[str, str]]:
    """The words of a list, code and label; empty where the field has none."""
    if spec.code == "immediate_events":
        return [(flag.code, flag.label) for flag in definition.red_flags if flag.from_day == 0]
    if not spec.kind.endswith(("enum", "decimal")):
        return []
    agents = {agent.code: agent.label for agent in shared().numbing_agents}
    techniques = {one.code: one.label for one in definition.techniques}
    offered = spec.allowed
    if spec.code == "technique" and techniques:
        offered = tuple(code for code in spec.allowed if code in techniques)
    return [(code, str(agents.get(code) or techniques.get(code) or word(code))) for code in offered]


def word(code: object) -> str:
    """A code as a word; what has no word of its own is said in small letters."""
    text = str(code)
    known = WORDS.get(text)
    return (
        str(known) if known is not None else text.replace("_", " ") if text[:1].isdigit() else _spelled(text)
    )


def _spelled(text: str) -> str:
    return text.replace("_", " ").lower() if text.isupper() else text
