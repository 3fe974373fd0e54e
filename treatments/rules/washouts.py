"""Wash-outs: days between two treatments on the same or a touching zone (catalogue 4, 1.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from clinic.errors import Problem
from treatments import problems
from treatments.definitions import Family, Severity, SharedCatalogue
from treatments.facts import Moment, OneSession, PlanFacts
from treatments.rules.intervals import day_of
from treatments.washout import SkinMap, Treatment, WashOutFinding, WashOutMatrix, WashOutRow
from treatments.words import OPEN_SESSIONS, PERFORMED_SESSIONS


@dataclass(frozen=True, slots=True)
class _RowText:
    """How a row is spoken of, and what breaking it means."""

    label: str
    severity: Severity


def matrix_of(shared: SharedCatalogue) -> WashOutMatrix:
    """Both tables and the zone map as the pure engine takes them."""
    before = {
        row.code: WashOutRow(
            row.code,
            {str(gap.family): (gap.min_days, gap.rec_days) for gap in row.gaps},
            row.scope,
            row.never_blocks,
        )
        for row in shared.wash_outs
    }
    after = {
        row.code: WashOutRow(
            row.code,
            {
                str(family): (row.min_days(family), max(row.min_days(family), row.advise_days or 0))
                for family in Family
            },
            row.scope,
            row.never_blocks,
        )
        for row in shared.wash_outs_after
    }
    skin = SkinMap(
        tuple(frozenset(group.zones) for group in shared.touching_zones),
        {zone.code: str(zone.region) for zone in shared.zones},
    )
    return WashOutMatrix(before, after, skin)


def wash_out_problems(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    """For each other treatment the one that is closest: below the least days, or below the recommended."""
    others = [*_elsewhere(facts), *_own(facts, one, moment)]
    if others:
        yield from _too_close(facts, one, moment, others)
    yield from _booster(facts, one, moment)


def _too_close(
    facts: PlanFacts, one: OneSession, moment: Moment, others: Iterable[Treatment]
) -> Iterator[Problem]:
    texts = {row.code: _RowText(row.label, row.severity) for row in facts.shared.wash_outs}
    seen: set[str] = set()
    for finding in matrix_of(facts.shared).findings(
        others, family=str(one.definition.family), zones=facts.zones, around=moment.on
    ):
        if finding.other.code not in seen and (finding.blocks(moment.on) or finding.warns(moment.on)):
            seen.add(finding.other.code)
            yield from _judged(facts, finding, texts, moment)


def _elsewhere(facts: PlanFacts) -> Iterator[Treatment]:
    for earlier in facts.earlier:
        yield Treatment(earlier.code, earlier.day, earlier.zones)


def _own(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Treatment]:
    """Sessions of other protocols in the same plan, performed or booked, on both sides of the day."""
    for other in facts.sessions:
        day = day_of(other, moment)
        alive = other.status in (*OPEN_SESSIONS, *PERFORMED_SESSIONS)
        if other.code != one.code and day is not None and alive:
            yield Treatment(str(other.definition.family), day, facts.zones, is_ours=True)


def _judged(
    facts: PlanFacts, finding: WashOutFinding, texts: dict[str, _RowText], moment: Moment
) -> Iterator[Problem]:
    other = finding.other
    text = texts.get(other.code, _RowText(other.code, Severity.SIGNOFF))
    if finding.blocks(moment.on):
        yield problems.wash_out(
            severity=text.severity,
            code=other.code,
            label=text.label,
            day=other.day,
            least=abs((finding.min_date - other.day).days),
            free=None if finding.is_later else finding.min_date,
            zone=facts.tz,
        )
    elif not (facts.combination and other.is_ours):
        # Inside a combination the template's rhythm is the recommendation (catalogue 1.5).
        yield problems.wash_out_short(
            code=other.code,
            label=text.label,
            day=other.day,
            recommended=abs((finding.rec_date - other.day).days),
            free=None if finding.is_later else finding.rec_date,
            zone=facts.tz,
        )


def _booster(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    """A booster template waits longer after the needling than the table asks (catalogue 1.5)."""
    least = booster_days(facts, one)
    if not least:
        return
    days = [day_of(other, moment) for other in facts.sessions if other.code != one.code]
    earlier = [day for day in days if day is not None and day <= moment.on]
    if earlier and (moment.on - max(earlier)).days < least:
        label = next((other.definition.label for other in facts.sessions if other.code != one.code), "")
        yield problems.wash_out(
            severity=Severity.SIGNOFF,
            code="BOOSTER",
            label=label,
            day=max(earlier),
            least=least,
            free=max(earlier) + timedelta(days=least),
            zone=facts.tz,
        )


def booster_days(facts: PlanFacts, one: OneSession) -> int:
    """The days a booster of the plan's template waits after the last needling; 0 for anything else."""
    for template in facts.shared.combinations:
        named = {entry.protocol for entry in template.entries if entry.protocol}
        if template.code == facts.combination and template.boost_after_days and one.code in named:
            return template.boost_after_days
    return 0
