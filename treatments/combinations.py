"""Two treatments in one plan: the sessions of a combination, each checked against the wash-out (catalogue 1.5, 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from treatments.definitions import CombinationTemplate, Concern, ProtocolDefinition
from treatments.models import ProtocolVersion
from treatments.queries.catalogue import definition_by, shared
from treatments.suggestions import TimeCost, concern_of


@dataclass(frozen=True, kw_only=True, slots=True)
class CombinationSuggestion:
    """Two treatments in one plan: the sessions in order, with the day of each from the start."""

    code: str
    label: str
    rule: str
    days: tuple[int, ...]
    protocols: tuple[str, ...]
    grade: str


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


def combined_cost(sessions: Sequence[CombinedSession], definitions: Sequence[ProtocolDefinition]) -> TimeCost:
    """What a combination takes: each visit as long as its own treatment, the first one longer."""
    inside = [one.minutes.slot - one.minutes.turnover for one in definitions]
    extra = definitions[0].first_extra_minutes if definitions else 0
    days = sessions[-1].day if sessions else 0
    return TimeCost(sessions=len(definitions), minutes=sum(inside) + extra, weeks=-(-days // 7))
