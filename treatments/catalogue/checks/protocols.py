"""Each protocol is whole: its series has no holes, its minutes add up, nothing it needs is missing."""

from collections import Counter
from collections.abc import Iterator

from treatments.catalogue.checks.places import Place, protocol_file, protocol_places
from treatments.catalogue.findings import Finding
from treatments.catalogue.layout import PROTOCOLS, SHIPPED
from treatments.catalogue.reader import Catalogue
from treatments.definitions import Family, ProtocolDefinition, Tag

NEEDED = {
    "evidence": "has no evidence",
    "steps": "has no steps between its sessions",
    "zones": "has no zone where it may be given",
    "equipment": "needs no equipment, not even a room",
    "screening": "has no screening items",
    "restrictions": "has no aftercare restrictions",
    "aftercare": "has no aftercare messages",
    "symptoms": "has no expected course",
    "envelopes": "has no upper-normal curve",
    "checks": "has no recovery checks",
    "red_flags": "has no red flags",
    "primary_scales": "has no primary outcome scale",
    "outcome_moments": "has no outcome moments",
    "pretreatment": "has no pre-treatment messages",
    "consents": "has no consent items",
}
"""Parts without which a protocol cannot be offered."""


def findings(catalogue: Catalogue) -> Iterator[Finding]:
    """Protocols that are missing, given twice, or not whole."""
    yield from _present(catalogue)
    for place in protocol_places(catalogue):
        yield from _whole(place)
        yield from _series(place)
        yield from _minutes(place)
        yield from _treating(place)
        yield from _curves(place)


def _present(catalogue: Catalogue) -> Iterator[Finding]:
    named = Counter(protocol.code for protocol in catalogue.protocols)
    unread = {finding.file for finding in catalogue.findings}
    for code in SHIPPED:
        file = f"{PROTOCOLS}/{code}.toml"
        if not named[code] and file not in unread:
            yield Finding(file=file, key="(file)", sentence="is missing")
    for protocol in catalogue.protocols:
        if named[protocol.code] > 1:
            sentence = f"{protocol.code} is given {named[protocol.code]} times"
            yield Finding(file=protocol_file(protocol), key="code", sentence=sentence)


def _whole(place: Place) -> Iterator[Finding]:
    for name, sentence in NEEDED.items():
        if not getattr(place.value, name):
            yield place.finding(sentence, key=name)
    if not place.value.eligibility.rules:
        yield place.finding("nobody is qualified for it", key="eligibility")


def _series(place: Place) -> Iterator[Finding]:
    protocol: ProtocolDefinition = place.value
    expected = 2
    for step in protocol.steps:
        if step.session_from != expected:
            yield place.finding(f"should begin before session {expected}", key=f"steps/{step.code}")
        expected = step.session_to + 1
    if protocol.steps and expected != protocol.sessions.maximum + 1:
        last = protocol.sessions.maximum
        yield place.finding(f"the steps end before session {expected - 1}, not {last}", key="steps")
    longest = max((step.max_days for step in protocol.steps), default=0)
    if protocol.stale_days < longest:
        yield place.finding(f"{protocol.stale_days} is within the longest gap of {longest}", key="stale/days")


def _minutes(place: Place) -> Iterator[Finding]:
    protocol: ProtocolDefinition = place.value
    minutes = protocol.minutes
    parts = minutes.prep + minutes.numbing + minutes.procedure + minutes.post + minutes.turnover
    if parts != minutes.slot:
        yield place.finding(f"the parts add up to {parts}, not to {minutes.slot}", key="minutes/slot")
    for part in ("prep", "post"):
        if getattr(minutes, f"{part}_with_practitioner") > getattr(minutes, part):
            yield place.finding(f"is longer than {part}", key=f"minutes/{part}_with_practitioner")
    if not minutes.procedure:
        yield place.finding("has no procedure", key="minutes/procedure")
    if protocol.observation.minutes > minutes.post:
        yield place.finding("does not fit into post", key="observation/minutes")
    if bool(minutes.numbing) != (Tag.NUMB in protocol.tags):
        yield place.finding("NUMB and the numbing minutes do not agree", key="tags")


def _curves(place: Place) -> Iterator[Finding]:
    protocol: ProtocolDefinition = place.value
    asked = {code for check in protocol.checks for code in check.questions}
    for question in protocol.questions:
        symptom = question.symptom
        if question.code in asked and symptom and protocol.envelope(symptom) is None:
            yield place.finding(f"{question.code} has no curve for {protocol.care_group}", key="envelopes")


def _treating(place: Place) -> Iterator[Finding]:
    protocol: ProtocolDefinition = place.value
    needles = protocol.family in (Family.MN, Family.RFMN)
    if needles and protocol.depth is None:
        yield place.finding("is missing: this is a needling protocol", key="depth")
    if not needles and not protocol.techniques:
        yield place.finding("has no injection technique", key="techniques")
    for entry in protocol.equipment:
        if entry.code == protocol.device_kind:
            return
    if protocol.device_kind is not None:
        yield place.finding(
            f"{protocol.device_kind} is not equipment of {protocol.family}", key="device_kind"
        )
