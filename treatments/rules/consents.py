"""Consent: present, complete, valid, unchanged, past the time to think (catalogue 10.1, BR-06)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.errors import Problem
from clinic.timekeeping import local_day
from treatments import readiness_problems as problems
from treatments.definitions import ConsentItem, Tag
from treatments.facts import Moment, OneSession, PlanFacts, SignedConsent
from treatments.rules.answers import tags_of
from treatments.words import OPEN_SESSIONS, PERFORMED_SESSIONS

#: Families whose first session waits after the signature, whatever the number of sessions.
WAITING_FAMILIES = frozenset({"MS", "LIPO", "RFMN"})


def items_of_plan(facts: PlanFacts) -> tuple[ConsentItem, ...]:
    """The consent items of the whole plan: of each protocol, of the combination, of the skin type; each once."""
    found: dict[str, ConsentItem] = {}
    for one in facts.sessions:
        for item in one.definition.consents:
            if _applies(facts, one, item):
                found[item.code] = item
    for item in facts.shared.consents:
        if facts.combination and facts.combination in item.combinations:
            found[item.code] = item
    order = [item.code for item in facts.shared.consents]
    return tuple(
        sorted(found.values(), key=lambda item: order.index(item.code) if item.code in order else 99)
    )


def _applies(facts: PlanFacts, one: OneSession, item: ConsentItem) -> bool:
    tags = tags_of(one.definition, facts.numbing_planned) | {str(Tag.ALL)}
    on_label = not tags.isdisjoint(item.tags)
    off_label = not tags.isdisjoint(item.outside_label_tags) and is_outside_label(facts, one)
    skin = not item.skin_types or facts.skin_type in item.skin_types
    return skin and (on_label or off_label)


def is_outside_label(facts: PlanFacts, one: OneSession) -> bool:
    """Whether a planned zone's device label does not cover the patient's skin type (catalogue 2.2)."""
    return any(
        zone.label_skin_types and facts.skin_type is not None and facts.skin_type not in zone.label_skin_types
        for zone in one.definition.zones
        if zone.code in facts.zones
    )


def covers_of(facts: PlanFacts) -> dict[str, object]:
    """What a signature today would cover; compared with what the last one covered."""
    return {
        "protocols": sorted({one.code for one in facts.sessions}),
        "components": sorted(facts.components),
        "zones": sorted(facts.zones),
        "clinician": facts.clinician_id,
    }


def consent_problems(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    """Why the consent does not carry this session; before the day itself these are reminders."""
    signed = facts.consent
    if moment.asks_readiness:
        yield from _shortcomings(facts, signed, moment)
    if signed is not None:
        yield from _thinking_time(facts, one, signed, moment)


def _shortcomings(facts: PlanFacts, signed: SignedConsent | None, moment: Moment) -> Iterator[Problem]:
    if signed is None:
        yield problems.consent_missing(is_start=moment.is_start)
        return
    if signed.valid_until < moment.on:
        yield problems.consent_expired(day=signed.valid_until, is_start=moment.is_start)
    required = {item.code for item in items_of_plan(facts) if not item.is_optional}
    if missing := required - signed.codes:
        yield problems.consent_incomplete(items=_named(facts, missing), is_start=moment.is_start)
    if what := changed(signed.covers, covers_of(facts)):
        yield problems.consent_changed(what=what, is_start=moment.is_start)
    if outdated := signed.outdated & required:
        yield problems.consent_newer_text(items=_named(facts, outdated))


def _named(facts: PlanFacts, codes: Collection[str]) -> dict[str, str]:
    """The labels of these items by code, in the catalogue's order."""
    known = {item.code: item.label for item in facts.shared.consents}
    return {code: label for code, label in known.items() if code in codes} | {
        code: code for code in sorted(codes) if code not in known
    }


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """In words what the plan now has that the signature did not cover; empty when nothing."""
    words = {"protocols": _("protocol"), "components": _("drug"), "zones": _("zone")}
    different = [
        word for key, word in words.items() if set(_listed(after.get(key))) - set(_listed(before.get(key)))
    ]
    if before.get("clinician") is not None and before.get("clinician") != after.get("clinician"):
        different.append(_("practitioner"))
    return ", ".join(different)


def _listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _thinking_time(
    facts: PlanFacts, one: OneSession, signed: SignedConsent, moment: Moment
) -> Iterator[Problem]:
    if facts.last_performed is not None or not needs_thinking_time(facts, one):
        return
    until = signed.signed_at + timedelta(hours=facts.policy("CONSENT_COOLING_OFF_H"))
    too_early = moment.now < until if moment.is_start else moment.on < local_day(until, facts.tz)
    if too_early:
        local = timezone.localtime(until, facts.tz)
        yield problems.cooling_off(until=until, spoken_until=date_format(local, "D j M Y H:i"))


def needs_thinking_time(facts: PlanFacts, one: OneSession) -> bool:
    """Injections, lipolysis, RF needling, and any plan of more than three sessions (catalogue 10.1)."""
    alive = [s for s in facts.sessions if s.status in (*OPEN_SESSIONS, *PERFORMED_SESSIONS)]
    long_plan = len(alive) > facts.policy("CONSENT_COOLING_OFF_OVER_SESSIONS")
    return str(one.definition.family) in WAITING_FAMILIES or long_plan
