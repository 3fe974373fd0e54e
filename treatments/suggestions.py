"""From a concern to protocols with reasons, and what a series takes from the patient (catalogue 1.2, 1.3)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from treatments.definitions import Concern, ProtocolDefinition
from treatments.models import ProtocolVersion
from treatments.queries.catalogue import definition_by, shared


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A protocol for a concern: why, how sure, and what it takes. `off_because` empty: it can be planned here."""

    code: str
    label: str
    is_first_choice: bool
    reasons: tuple[str, ...]
    source: str
    grade: str
    sessions_typical: int
    sessions_from: int
    sessions_to: int
    weeks_typical: int
    minutes: int
    version_id: int | None
    off_because: str


def concerns() -> tuple[Concern, ...]:
    """What patients wish to change, in the catalogue's order."""
    return shared().concerns


def concern_of(code: str) -> Concern | None:
    """The concern of that code or of that label."""
    return next((one for one in shared().concerns if code in (one.code, one.label)), None)


def protocols_for(code: str, *, country: str = "") -> list[Suggestion]:
    """The protocols for a concern, first choice first, each with reasons; all of them where the concern is unknown."""
    concern = concern_of(code)
    versions = {row.protocol.code: row for row in ProtocolVersion.objects.active().select_related("protocol")}
    if concern is None:
        return [_suggestion(row, None, first=False, country=country) for row in versions.values()]
    wanted = dict.fromkeys((concern.first_choice, *concern.alternatives, *concern.alternates_with))
    return [
        _suggestion(versions[one], concern, first=one == concern.first_choice, country=country)
        for one in wanted
        if one in versions
    ]


def _suggestion(
    version: ProtocolVersion, concern: Concern | None, *, first: bool, country: str
) -> Suggestion:
    definition = definition_by(version.pk, version.checksum)
    return Suggestion(
        code=definition.code,
        label=definition.label,
        is_first_choice=first,
        reasons=tuple(evidence.says for evidence in definition.evidence),
        source=concern.source if concern else definition.sessions.source,
        grade=concern.grade if concern else definition.sessions.grade,
        sessions_typical=definition.sessions.typical,
        sessions_from=definition.sessions.minimum,
        sessions_to=definition.sessions.maximum,
        weeks_typical=weeks_of(definition, definition.sessions.typical),
        minutes=definition.minutes.slot,
        version_id=version.pk,
        off_because=_off(version, definition, country),
    )


def _off(version: ProtocolVersion, definition: ProtocolDefinition, country: str) -> str:
    for rule in definition.countries_off:
        if rule.country == country:
            return rule.reason
    if version.protocol.is_on:
        return ""
    return (
        _("it was switched off") if version.protocol.is_stopped else _("values wait for a clinician's check")
    )


def weeks_of(definition: ProtocolDefinition, sessions: int) -> int:
    """Weeks from the first to the last session in the ideal rhythm, rounded up."""
    days = sum(definition.step_before(number).ideal_days for number in range(2, sessions + 1))
    return -(-days // 7)


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeCost:
    """What a series takes from the patient: visits, minutes in the building, weeks from the first to the last."""

    sessions: int
    minutes: int
    weeks: int

    @property
    def hours(self) -> str:
        """ "6 h 15 min"."""
        return f"{self.minutes // 60} h {self.minutes % 60:02d} min"


def time_costs(definition: ProtocolDefinition) -> list[TimeCost]:
    """The least, the usual and the greatest number of sessions, each once (catalogue 1.1, 1.3)."""
    counts = definition.sessions
    inside = definition.minutes.slot - definition.minutes.turnover
    return [
        TimeCost(
            sessions=number,
            minutes=inside * number + definition.first_extra_minutes,
            weeks=weeks_of(definition, number),
        )
        for number in dict.fromkeys((counts.minimum, counts.typical, counts.maximum))
    ]
