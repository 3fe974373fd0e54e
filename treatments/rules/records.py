"""What a record may say: depth, volumes, doses, numbing, products, people (catalogue 2; BR-03, BR-10).

Above a soft limit a clinician signs; beyond a hard cap nobody may. Facts in, problems out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from clinic.errors import Blocker, NeedsApproval, Problem
from clinic.errors import Warning as Remark
from treatments import record_problems as say
from treatments.definitions import Severity, SkinType, Zone
from treatments.facts import OneSession, PlanFacts
from treatments.record_form import RecordValues, ZoneEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class LotFacts:
    """A lot as the rules see it; `left` is what was received minus what signed records used."""

    pk: int
    product_id: int
    location_id: int
    number: str
    expires_on: date
    is_quarantined: bool
    left: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductFacts:
    """A product as the rules see it."""

    pk: int
    name: str
    role: str
    product_class: str
    strength: Decimal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordFacts:
    """All around a record that its limits depend on. `deepest_of_device` in mm; `qualification` DOC, RX or AES."""

    plan: PlanFacts
    session: OneSession
    location_id: int
    on: date
    ended_at: datetime
    qualification: str
    certificates: frozenset[str]
    deepest_of_device: Decimal | None
    skin: SkinType | None
    weight_kg: Decimal | None
    lots: Mapping[int, LotFacts]
    products: Mapping[int, ProductFacts]
    removed_zones: frozenset[str]
    excluded_agents: Mapping[str, Severity]
    screened_components: frozenset[str]
    has_photo_before: bool

    @property
    def is_first(self) -> bool:
        """Whether no session of this protocol was performed in the plan before."""
        return not any(
            other.day is not None and other.code == self.session.code and other.pk != self.session.pk
            for other in self.plan.sessions
        )


def zone_problems(read: RecordValues, facts: RecordFacts) -> Iterator[Problem]:
    """Each zone: offered, not left out, its depth or its volume within limits (catalogue 2.2)."""
    for entry in read.zones:
        zone = facts.session.definition.zone(entry.zone)
        if zone is None or entry.side not in [str(side) for side in zone.sides]:
            yield say.zone_unknown(entry)
            continue
        if entry.zone in facts.removed_zones:
            yield say.zone_excluded(entry, zone.label)
        if zone.needle is not None:
            yield from _depth(entry, zone, facts)
            yield from _endpoint(entry, zone, facts)
        if zone.volume is not None:
            yield from _volume(entry, zone)


def _depth(entry: ZoneEntry, zone: Zone, facts: RecordFacts) -> Iterator[Problem]:
    depth, needle = entry.depth_mm, zone.needle
    if depth is None or needle is None:
        return
    if depth > needle.cap:
        yield say.depth(Blocker, entry, zone.label, depth, needle.cap)
    elif depth > needle.soft:
        yield say.depth(NeedsApproval, entry, zone.label, depth, needle.soft)
    elif not needle.low <= depth <= needle.high:
        yield say.depth_unusual(entry, zone.label, depth, needle.low, needle.high)
    if facts.deepest_of_device is not None and depth > facts.deepest_of_device:
        yield say.beyond_device(entry, depth, facts.deepest_of_device)
    agreed = agreed_depth(facts.plan, facts.session)
    if agreed is not None and depth > agreed:
        yield say.deeper_than_agreed(entry, zone.label, depth, agreed)
    yield from _skin(entry, zone, depth, facts)


def agreed_depth(plan: PlanFacts, one: OneSession) -> Decimal | None:
    """The greatest depth in mm that was agreed for this session after the one before it healed slowly; None without."""
    before = [
        other
        for other in plan.sessions
        if other.code == one.code and other.number < one.number and other.day is not None
    ]
    return before[-1].agreed_mm if before else None


def _skin(entry: ZoneEntry, zone: Zone, depth: Decimal, facts: RecordFacts) -> Iterator[Problem]:
    """Darker skin: shallower, fewer passes at first, label of the zone (catalogue 2.2, 3.4)."""
    skin = facts.skin
    if skin is None:
        return
    if skin.signoff_above_mm is not None and depth > skin.signoff_above_mm:
        yield say.too_deep_for_skin(entry, zone.label, depth, skin)
    passes = entry.values.get("passes")
    most = skin.first_session_passes
    if most is not None and facts.is_first and passes is not None and passes > most:
        yield say.too_many_passes(entry, zone.label, most, skin)
    if zone.label_skin_types and skin.code not in zone.label_skin_types:
        yield say.outside_label(entry, zone.label, skin)


def _endpoint(entry: ZoneEntry, zone: Zone, facts: RecordFacts) -> Iterator[Problem]:
    """The endpoint against the depth (catalogue 2.3)."""
    depth, endpoint = entry.depth_mm, entry.values.get("endpoint")
    if depth is None or not endpoint:
        return
    for rule in facts.plan.shared.endpoints:
        if depth <= rule.depth_to_mm:
            if endpoint in rule.stop_endpoints:
                yield say.stop_signal(entry, zone.label, rule.stop_signal)
            elif endpoint not in rule.expected:
                yield say.endpoint_unexpected(entry, zone.label)
            return


def _volume(entry: ZoneEntry, zone: Zone) -> Iterator[Problem]:
    volume, limits = entry.volume_ml, zone.volume
    if volume is None or limits is None:
        return
    if volume > limits.cap:
        yield say.volume(entry, zone.label, volume, limits.cap)
    elif volume > limits.high:
        yield say.volume_unusual(entry, zone.label, volume, limits.high)


def person_problems(read: RecordValues, facts: RecordFacts) -> Iterator[Problem]:
    """Who treated: role by depth, certificates (catalogue 1.4)."""
    depths = [entry.depth_mm for entry in read.zones if entry.depth_mm is not None]
    needled = facts.session.definition.family in ("MN", "RFMN")
    rule = facts.session.definition.eligibility.rule_for(max(depths) if depths and needled else None)
    allowed = [role for role in rule.allowed if str(role.role) == facts.qualification]
    if not allowed:
        yield say.not_qualified(rule.allowed)
        return
    lacking = [role.certificate for role in allowed if role.certificate]
    if len(lacking) == len(allowed) and facts.certificates.isdisjoint(lacking):
        yield say.certificate_missing(lacking[0] or "")


def numbing_problems(read: RecordValues, facts: RecordFacts) -> Iterator[Problem]:
    """The numbing cream: answers, minutes, amount (catalogue 2.7)."""
    agent = next((one for one in facts.plan.shared.numbing_agents if one.code == read.numbing_agent), None)
    if agent is None or not read.is_numbed:
        return
    excluded = facts.excluded_agents.get(agent.code)
    if excluded is not None:
        kind = Blocker if excluded == Severity.BLOCK else NeedsApproval
        yield say.agent_excluded(kind, agent.label)
    if agent.severity == Severity.SIGNOFF:
        yield say.agent_needs_signature(agent.label)
    minutes = numbing_minutes(read)
    if minutes is not None and minutes > agent.minutes_maximum:
        yield say.numbing_too_long(minutes, agent.minutes_maximum)
    elif minutes is not None and minutes < agent.minutes_minimum:
        yield say.numbing_too_short(minutes, agent.minutes_minimum)
    grams, area = read.fields.get("numbing_g"), read.fields.get("numbing_cm2")
    if (agent.cap_g and grams and grams > agent.cap_g) or (
        agent.cap_area_cm2 and area and area > agent.cap_area_cm2
    ):
        yield say.numbing_amount(Blocker, agent.label, agent.cap_text)
    elif _above_clinic_cap(read, facts, grams, agent.face_cap_g, agent.clinic_cap_g):
        yield say.numbing_amount(NeedsApproval, agent.label, agent.cap_text)


def _above_clinic_cap(
    read: RecordValues,
    facts: RecordFacts,
    grams: Decimal | None,
    face: Decimal | None,
    clinic: Decimal | None,
) -> bool:
    regions = {
        str(zone.region) for zone in facts.plan.shared.zones if zone.code in {e.zone for e in read.zones}
    }
    caps = [cap for cap in (face if "face" in regions else None, clinic) if cap is not None]
    return grams is not None and bool(caps) and grams > min(caps)


def numbing_minutes(read: RecordValues) -> int | None:
    """Minutes between cream on and off; past midnight counts on. None when a time is missing."""
    on, off = read.fields.get("numbing_on"), read.fields.get("numbing_off")
    if on is None or off is None:
        return None
    minutes: int = ((off.hour - on.hour) * 60 + off.minute - on.minute) % (24 * 60)
    return minutes


def product_problems(read: RecordValues, facts: RecordFacts) -> Iterator[Problem]:
    """Each product and lot: known, here, not expired, not quarantined, enough left (BR-06, BR-07)."""
    for entry in read.products:
        product = facts.products.get(entry.product_id)
        if product is None:
            yield say.product_unknown(entry)
            continue
        if entry.lot_id is not None:
            yield from _lot(entry.lot_id, entry.place, entry.product_id, entry.amount, facts)
        if entry.role == "glide":
            yield from _topical(entry.place, product, entry.when, facts)


def _lot(
    lot_id: int, place: int, product_id: int, amount: Decimal | None, facts: RecordFacts
) -> Iterator[Problem]:
    lot = facts.lots.get(lot_id)
    if lot is None or lot.product_id != product_id or lot.location_id != facts.location_id:
        yield say.lot_unknown(place)
    elif lot.is_quarantined:
        yield say.lot_quarantined(place, lot.number)
    elif lot.expires_on < facts.on:
        yield say.lot_expired(place, lot.number, lot.expires_on)
    elif lot.left < (amount if amount is not None else Decimal(1)):
        yield say.lot_used_up(place, lot.number)


def _topical(place: int, product: ProductFacts, when: str, facts: RecordFacts) -> Iterator[Problem]:
    """What may go on needled skin (catalogue 2.4)."""
    rule = next((one for one in facts.plan.shared.topicals if one.code == product.product_class), None)
    if rule is None:
        return
    verdict = rule.during if when == "during" else rule.after
    kinds: dict[str, type[Problem]] = {
        "refuse": Blocker,
        "signoff": NeedsApproval,
        "wait": NeedsApproval,
        "warn": Remark,
    }
    if verdict in kinds:
        note = rule.during_note if when == "during" else rule.after_note
        yield say.topical(kinds[verdict], place, product.name, note or rule.label)


def time_problems(read: RecordValues, facts: RecordFacts, *, mix_minutes: int) -> Iterator[Problem]:
    """Observation after injections, the age of a mixture, bleeding, the photo before (catalogue 2.1, 2.5)."""
    least = facts.session.definition.observation.minutes
    observed = read.fields.get("observation_min")
    if observed is not None and observed < least:
        yield say.observed_too_short(observed, least)
    mixed_at = read.fields.get("mixed_at")
    if mixed_at is not None and facts.ended_at - mixed_at > timedelta(minutes=mix_minutes):
        yield say.mixture_old(mix_minutes)
    if not facts.has_photo_before:
        yield say.photo_missing()
