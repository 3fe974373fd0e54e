"""The catalogue as rules and pages read it: shared tables, policies, and definitions by version."""

from __future__ import annotations

from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from treatments.catalogue.reader import read_catalogue
from treatments.catalogue.stored import shared_catalogue
from treatments.definitions import NumbingAgent, ProtocolDefinition, SharedCatalogue, SkinType
from treatments.models import ProtocolVersion

if TYPE_CHECKING:
    from treatments.models import TreatmentSession

#: Fitzpatrick skin types by number, as catalogue 3.4 writes them.
ROMAN = ("", "I", "II", "III", "IV", "V", "VI")


@cache
def _as_shipped() -> SharedCatalogue:
    return read_catalogue().shared


def shared(newest: int | None = None) -> SharedCatalogue:
    """The shared tables of the clinic; those of the shipped files until a catalogue has been loaded.

    `newest` as for `shared_catalogue`.
    """
    stored = shared_catalogue(newest)
    return stored if stored.zones else _as_shipped()


def policy(code: str) -> Decimal:
    """The number of a policy; the shipped one where the clinic's tables lack it."""
    try:
        return shared().policy(code)
    except KeyError:
        return _as_shipped().policy(code)


@lru_cache(maxsize=256)
def _definition(version_id: int, checksum: str) -> ProtocolDefinition:
    document = ProtocolVersion.objects.values_list("definition", flat=True).get(pk=version_id)
    return ProtocolDefinition.from_document(document)


def definition_by(version_id: int, checksum: str) -> ProtocolDefinition:
    """The typed definition of a version, decoded once for each content."""
    return _definition(version_id, checksum)


def definition_of(session: TreatmentSession) -> ProtocolDefinition:
    """The definition that this session is delivered by: the version its plan began with."""
    version = session.protocol_version
    return _definition(version.pk, version.checksum)


def skin_type(number: int | None) -> SkinType | None:
    """The row of catalogue 3.4 for a Fitzpatrick number 1–6; None when it is not known."""
    if number is None:
        return None
    return next((row for row in shared().skin_types if row.code == ROMAN[number]), None)


def numbing_agent(code: str) -> NumbingAgent | None:
    """The row of catalogue 2.7; None for an unknown code."""
    return next((row for row in shared().numbing_agents if row.code == code), None)


def regions_of(zones: frozenset[str]) -> frozenset[str]:
    """The regions (face, neck, …) that these zones belong to."""
    return frozenset(str(zone.region) for zone in shared().zones if zone.code in zones)


def concern_names() -> dict[str, str]:
    """Code of a concern → its words; read once for a page."""
    return {one.code: str(one.label) for one in shared().concerns}


def reaction_names() -> dict[str, str]:
    """Code of an adverse reaction → its words: the red flags and the symptoms; read once for a page."""
    tables = shared()
    symptoms = {
        str(one.symptom): str(one.symptom).replace("_", " ") for one in tables.questions if one.symptom
    }
    return {**symptoms, **{flag.code: flag.label for flag in tables.red_flags}}


def zone_names() -> dict[str, str]:
    """Code of a zone → its words; read once for a page."""
    return {one.code: one.label for one in shared().zones}


def zone_labels(zones: frozenset[str]) -> str:
    """The zones in words, in the order of the map."""
    return ", ".join(zone.label for zone in shared().zones if zone.code in zones)
