"""From a concern to protocols with reasons, and to the sessions of a combination (catalogue 1.2, 1.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from treatments.definitions import CombinationTemplate, Concern, ProtocolDefinition
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


@dataclass(frozen=True, kw_only=True, slots=True)
class CombinationSuggestion:
    """Two treatments in one plan: the sessions in order, with the day of each from the start."""

    code: str
    label: str
    rule: str
    days: tuple[int, ...]
    protocols: tuple[str, ...]
    grade: str


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
    return "" if version.protocol.is_on else "not switched on"


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


@dataclass(frozen=True, kw_only=True, slots=True)
class CombinedSession:
    """One session of a combination: its day from the start, and how far the last one of another kind is away.

    `gap` and `least` are days; `least` is the wash-out between the two families (catalogue 4), None without one.
    """

    number: int
    day: int
    label: str
    gap: int | None
    least: int | None

    @property
    def is_kept(self) -> bool:
        """Whether the wash-out is kept."""
        return self.gap is None or self.least is None or self.gap >= self.least


def combined_sessions(code: str, definitions: Sequence[ProtocolDefinition]) -> list[CombinedSession]:
    """The sessions of a combination template on their days, each checked against the wash-out to the one before."""
    template = next((one for one in shared().combinations if one.code == code), None)
    if template is None:
        return []
    found: list[CombinedSession] = []
    for place, (entry, definition) in enumerate(zip(template.entries, definitions, strict=False)):
        before = definitions[place - 1] if place else None
        found.append(
            CombinedSession(
                number=place + 1,
                day=entry.day,
                label=definition.label,
                gap=entry.day - template.entries[place - 1].day if place else None,
                least=_wash_out(template, before, definition) if before else None,
            )
        )
    return found


def _wash_out(
    template: CombinationTemplate, before: ProtocolDefinition, after: ProtocolDefinition
) -> int | None:
    """Days that the template or the table asks for between two families; the protocol's own step within one."""
    if before.family == after.family and before.code == after.code:
        return after.steps[0].min_days
    if template.wash_out_days is not None:
        return template.wash_out_days
    rows = {row.code: row for row in shared().wash_outs}
    row = rows.get(str(before.family))
    return row.gap(after.family).min_days if row is not None else None


def combinations_for(code: str) -> list[CombinationSuggestion]:
    """The combination templates of a concern, with the protocol of each session filled in from the concern."""
    concern = concern_of(code)
    if concern is None:
        return []
    templates = [one for one in shared().combinations if one.code in concern.combinations]
    return [
        CombinationSuggestion(
            code=template.code,
            label=template.label,
            rule=template.rule,
            days=tuple(entry.day for entry in template.entries),
            protocols=tuple(_filled(template, concern)),
            grade=template.grade,
        )
        for template in templates
    ]


def _filled(template: CombinationTemplate, concern: Concern) -> Sequence[str]:
    offered = (concern.first_choice, *concern.alternates_with, *concern.alternatives)
    families = {
        definition_by(row.pk, row.checksum).code: definition_by(row.pk, row.checksum).family
        for row in ProtocolVersion.objects.active().only("pk", "checksum")
    }
    return [
        entry.protocol or next((one for one in offered if families.get(one) == entry.family), "")
        for entry in template.entries
    ]
