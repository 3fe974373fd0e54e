"""Sentences about what a session record says (catalogue 2). `facts["field"]` is the place in the draft."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from clinic.errors import Blocker, NeedsApproval, Problem
from clinic.errors import Warning as Remark
from treatments.definitions import RoleAllowed, SkinType
from treatments.problems import spoken
from treatments.record_form import ProductEntry, ZoneEntry


def begun(label: str) -> str:
    """A zone's label at the beginning of a sentence."""
    return label[:1].upper() + label[1:]


def place_of(entry: ZoneEntry, field: str) -> dict[str, str]:
    """Where in the draft a zone's field stands."""
    return {"field": f"zones.{entry.place}.{field}", "zone": entry.name}


def zone_unknown(entry: ZoneEntry) -> Problem:
    """The protocol does not offer this zone or side."""
    return Blocker(
        code=f"zone_unknown:{entry.name}",
        sentence=_("%(zone)s is not a zone of this protocol.") % {"zone": entry.name},
        facts=place_of(entry, "zone"),
    )


def zone_excluded(entry: ZoneEntry, label: str) -> Problem:
    """A screening answer leaves this zone out."""
    return Blocker(
        code=f"zone_excluded:{entry.name}",
        sentence=_("%(zone)s is left out because of an answer in the health check.") % {"zone": begun(label)},
        facts=place_of(entry, "zone"),
    )


def depth(kind: type[Problem], entry: ZoneEntry, label: str, given: Decimal, limit: Decimal) -> Problem:
    """Needle depth above the soft limit or the cap of the zone (catalogue 2.2)."""
    hard = kind is Blocker
    sentence = (
        _("%(zone)s: %(depth)s mm is beyond the limit of %(limit)s mm; nobody may go deeper.")
        if hard
        else _("%(zone)s: %(depth)s mm is above %(limit)s mm.")
    ) % {"zone": begun(label), "depth": given, "limit": limit}
    return kind(
        code=f"{'depth_cap' if hard else 'depth_soft'}:{entry.name}",
        sentence=sentence,
        facts={**place_of(entry, "depth_mm"), "limit": str(limit)},
    )


def depth_unusual(entry: ZoneEntry, label: str, given: Decimal, low: Decimal, high: Decimal) -> Problem:
    """Outside the usual range, inside the limits."""
    return Remark(
        code=f"depth_unusual:{entry.name}",
        sentence=_("%(zone)s: %(depth)s mm is outside the usual %(low)s–%(high)s mm.")
        % {"zone": begun(label), "depth": given, "low": low, "high": high},
        facts=place_of(entry, "depth_mm"),
    )


def deeper_than_agreed(entry: ZoneEntry, label: str, given: Decimal, agreed: Decimal) -> Problem:
    """Above the depth that was agreed after slow healing."""
    return NeedsApproval(
        code=f"depth_agreed:{entry.name}",
        sentence=_("%(zone)s: %(depth)s mm is deeper than the %(agreed)s mm agreed after the last healing.")
        % {"zone": begun(label), "depth": given, "agreed": agreed},
        facts={**place_of(entry, "depth_mm"), "limit": str(agreed)},
    )


def beyond_device(entry: ZoneEntry, given: Decimal, deepest: Decimal) -> Problem:
    """Deeper than the machine can go."""
    return Blocker(
        code=f"beyond_device:{entry.name}",
        sentence=_("%(depth)s mm is deeper than this device goes (%(deepest)s mm).")
        % {"depth": given, "deepest": deepest},
        facts=place_of(entry, "depth_mm"),
    )


def too_deep_for_skin(entry: ZoneEntry, label: str, given: Decimal, skin: SkinType) -> Problem:
    """Above the depth that darker skin gets without a signature (catalogue 2.2)."""
    return NeedsApproval(
        code=f"depth_skin:{entry.name}",
        sentence=_("%(zone)s: %(depth)s mm on skin type %(skin)s is above %(limit)s mm.")
        % {"zone": begun(label), "depth": given, "skin": skin.code, "limit": skin.signoff_above_mm},
        facts=place_of(entry, "depth_mm"),
    )


def too_many_passes(entry: ZoneEntry, label: str, most: int, skin: SkinType) -> Problem:
    """More passes in a first session than darker skin gets without a signature (catalogue 2.2)."""
    return NeedsApproval(
        code=f"passes_skin:{entry.name}",
        sentence=_("%(zone)s: at most %(most)d passes in a first session on skin type %(skin)s.")
        % {"zone": begun(label), "most": most, "skin": skin.code},
        facts=place_of(entry, "passes"),
    )


def outside_label(entry: ZoneEntry, label: str, skin: SkinType) -> Problem:
    """The device label does not cover this skin type here (catalogue 2.2)."""
    return NeedsApproval(
        code=f"outside_label:{entry.name}",
        sentence=_("%(zone)s: the device label does not cover skin type %(skin)s.")
        % {"zone": begun(label), "skin": skin.code},
        facts=place_of(entry, "zone"),
    )


def stop_signal(entry: ZoneEntry, label: str, signal: str) -> Problem:
    """The sign to stop was reached (catalogue 2.3)."""
    return Remark(
        code=f"stop_signal:{entry.name}",
        sentence=_("%(zone)s: this is the sign to stop (%(signal)s).")
        % {"zone": begun(label), "signal": signal},
        facts=place_of(entry, "endpoint"),
    )


def endpoint_unexpected(entry: ZoneEntry, label: str) -> Problem:
    """Not the endpoint expected at this depth (catalogue 2.3)."""
    return Remark(
        code=f"endpoint:{entry.name}",
        sentence=_("%(zone)s: not the endpoint expected at this depth.") % {"zone": begun(label)},
        facts=place_of(entry, "endpoint"),
    )


def volume(entry: ZoneEntry, label: str, given: Decimal, most: Decimal) -> Problem:
    """More than the zone takes (catalogue 2.2)."""
    return Blocker(
        code=f"volume_cap:{entry.name}",
        sentence=_("%(zone)s: %(given)s mL is above the limit of %(most)s mL; nobody may give more.")
        % {"zone": begun(label), "given": given, "most": most},
        facts={**place_of(entry, "vol_zone_ml"), "limit": str(most)},
    )


def volume_unusual(entry: ZoneEntry, label: str, given: Decimal, usual: Decimal) -> Problem:
    """More than usual, inside the limit."""
    return Remark(
        code=f"volume_unusual:{entry.name}",
        sentence=_("%(zone)s: %(given)s mL, usually %(usual)s mL.")
        % {"zone": begun(label), "given": given, "usual": usual},
        facts=place_of(entry, "vol_zone_ml"),
    )


def not_qualified(allowed: Iterable[RoleAllowed]) -> Problem:
    """The practitioner's role does not cover this depth or treatment (catalogue 1.4)."""
    roles = ", ".join(dict.fromkeys(str(one.role) for one in allowed))
    return Blocker(
        code="not_qualified",
        sentence=_("This may only be done by: %(roles)s.") % {"roles": roles},
        facts={"field": "practitioner"},
    )


def certificate_missing(name: str) -> Problem:
    """A certificate that the role needs is not on file (catalogue 1.4)."""
    return NeedsApproval(
        code="certificate_missing",
        sentence=_("The practitioner's certificate “%(name)s” is not on file.") % {"name": name},
        facts={"field": "practitioner"},
    )


def agent_excluded(kind: type[Problem], label: str) -> Problem:
    """A screening answer stands against the cream (catalogue 2.7)."""
    return kind(
        code="agent_excluded",
        sentence=_("An answer in the health check stands against %(agent)s.") % {"agent": label},
        facts={"field": "fields.numbing_agent"},
    )


def agent_needs_signature(label: str) -> Problem:
    """A compounded cream that a clinician signs for (catalogue 2.7)."""
    return NeedsApproval(
        code="agent_signature",
        sentence=_("%(agent)s is only used with a clinician's signature.") % {"agent": label},
        facts={"field": "fields.numbing_agent"},
    )


def numbing_too_long(given: int, most: int) -> Problem:
    """The cream was on longer than it may be (catalogue 2.7)."""
    return NeedsApproval(
        code="numbing_minutes",
        sentence=_("The cream was on for %(given)d minutes; at most %(most)d are allowed.")
        % {"given": given, "most": most},
        facts={"field": "fields.numbing_off"},
    )


def numbing_too_short(given: int, least: int) -> Problem:
    """The cream came off before it could work (catalogue 2.7)."""
    return Remark(
        code="numbing_minutes",
        sentence=_("The cream was on for %(given)d minutes; it needs at least %(least)d to work.")
        % {"given": given, "least": least},
        facts={"field": "fields.numbing_off"},
    )


def numbing_amount(kind: type[Problem], label: str, cap: str) -> Problem:
    """Too much cream (catalogue 2.7)."""
    return kind(
        code="numbing_cap" if kind is Blocker else "numbing_amount",
        sentence=_("Too much %(agent)s: %(cap)s.") % {"agent": label, "cap": cap},
        facts={"field": "fields.numbing_g"},
    )


def product_unknown(entry: ProductEntry) -> Problem:
    """No such product."""
    return Blocker(
        code=f"product_unknown:{entry.place}",
        sentence=_("This product is not on file."),
        facts={"field": f"products.{entry.place}.product"},
    )


def lot_unknown(place: int) -> Problem:
    """No such lot of this product here."""
    return Blocker(
        code=f"lot_unknown:{place}",
        sentence=_("This lot does not belong to the product or is not at this location."),
        facts={"field": f"products.{place}.lot"},
    )


def lot_quarantined(place: int, number: str) -> Problem:
    """The lot must not be used (BR-07)."""
    return Blocker(
        code=f"lot_quarantined:{place}",
        sentence=_("Lot %(number)s is quarantined and must not be used.") % {"number": number},
        facts={"field": f"products.{place}.lot"},
    )


def lot_expired(place: int, number: str, expired_on: date) -> Problem:
    """The lot expired before the session (BR-06)."""
    return Blocker(
        code=f"lot_expired:{place}",
        sentence=_("Lot %(number)s expired on %(day)s.") % {"number": number, "day": spoken(expired_on)},
        facts={"field": f"products.{place}.lot"},
    )


def lot_used_up(place: int, number: str) -> Problem:
    """More used than was received: a counting mistake somewhere."""
    return Remark(
        code=f"lot_used_up:{place}",
        sentence=_("By our count lot %(number)s is used up.") % {"number": number},
        facts={"field": f"products.{place}.lot"},
    )


def topical(kind: type[Problem], place: int, name: str, note: str) -> Problem:
    """What may go on needled skin (catalogue 2.4)."""
    return kind(
        code=f"topical:{place}",
        sentence=_("%(product)s on needled skin: %(note)s.") % {"product": name, "note": note},
        facts={"field": f"products.{place}.product"},
    )


def observed_too_short(given: int, least: int) -> Problem:
    """Less observation than the protocol asks for (catalogue 2.5)."""
    return NeedsApproval(
        code="observation",
        sentence=_("Observed for %(given)d minutes; %(least)d are the rule.")
        % {"given": given, "least": least},
        facts={"field": "fields.observation_min"},
    )


def mixture_old(minutes: int) -> Problem:
    """The mixture was used late (catalogue 2.5)."""
    return Remark(
        code="mixture_old",
        sentence=_("The mixture was used more than %(minutes)d minutes after mixing.") % {"minutes": minutes},
        facts={"field": "fields.mixed_at"},
    )


def photo_missing() -> Problem:
    """No photo from before (catalogue 2.1)."""
    return Remark(code="photo_missing", sentence=_("There is no photo from before the session."))
