"""Texts fit where they are shown and stored, and promise nothing."""

import re
from collections.abc import Iterator
from dataclasses import fields

from treatments.catalogue.checks.places import Place, entries, places, protocol_places
from treatments.catalogue.findings import Finding
from treatments.catalogue.reader import Catalogue
from treatments.definitions import Channel

LIMITS = {
    "label": 160,
    "name": 120,
    "patient_name": 120,
    "source": 400,
    "grade": 20,
    "text": 500,
    "patient_text": 300,
    "question": 250,
}
"""Longest text by field name, in characters."""

LONGEST_TEXT = 600
LONGEST_SMS = 306
"""Two parts of a text message."""

LONGEST_PROTOCOL_CODE = 40
LONGEST_PROTOCOL_LABEL = 120
LONGEST_PATH = 200

PROMISES = re.compile(r"guaranteed|permanent(?! make-up)|safe for everyone", re.IGNORECASE)
"""Permanent make-up is a thing, not a promise."""

TOLD_TO_PATIENTS = (
    ("aftercare", ("text",)),
    ("pretreatment", ("text",)),
    ("questions", ("text", "late_text")),
    ("red_flags", ("patient_text",)),
    ("restrictions", ("patient_text",)),
    ("screening", ("question", "patient_text")),
    ("consents", ("label", "detail")),
    ("comparisons", ("microneedling", "mesotherapy")),
)


def findings(catalogue: Catalogue) -> Iterator[Finding]:
    """Texts that are too long or empty, and words that promise a result."""
    for place in places(catalogue):
        yield from _lengths(place)
    for place in entries(catalogue, "pretreatment"):
        if place.value.channel == Channel.SMS and len(place.value.text) > LONGEST_SMS:
            yield place.finding(f"is longer than {LONGEST_SMS} characters for an SMS", key="text")
    for kind, names in TOLD_TO_PATIENTS:
        for place in entries(catalogue, kind):
            yield from _told(place, names)
    for place in protocol_places(catalogue):
        yield from _storable(place)


def _lengths(place: Place) -> Iterator[Finding]:
    for field in fields(place.value):
        value = getattr(place.value, field.name)
        longest = LIMITS.get(field.name, LONGEST_TEXT)
        if isinstance(value, str) and len(value) > longest:
            yield place.finding(f"has {len(value)} characters, at most {longest} fit", key=field.name)


def _told(place: Place, names: tuple[str, ...]) -> Iterator[Finding]:
    if not getattr(place.value, names[0]).strip() and names[0] != "patient_text":
        yield place.finding("is empty", key=names[0])
    for name in names:
        for promise in PROMISES.findall(getattr(place.value, name)):
            yield place.finding(f"promises: {promise!r}", key=name)


def _storable(place: Place) -> Iterator[Finding]:
    if len(place.value.code) > LONGEST_PROTOCOL_CODE:
        yield place.finding(f"is longer than {LONGEST_PROTOCOL_CODE} characters", key="code")
    for promise in PROMISES.findall(place.value.patient_name):
        yield place.finding(f"promises: {promise!r}", key="patient_name")
    if len(place.value.label) > LONGEST_PROTOCOL_LABEL:
        yield place.finding(f"is longer than {LONGEST_PROTOCOL_LABEL} characters", key="label")
    for located in place.value.values_to_check():
        if len(located.path) > LONGEST_PATH:
            yield place.finding(f"the path is longer than {LONGEST_PATH} characters", key=located.path)
