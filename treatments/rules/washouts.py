"""Wash-outs: days between two treatments on the same or a touching zone (catalogue 4.1, 4.3, 1.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from clinic.errors import Problem
from treatments import problems
from treatments.definitions import Severity, SharedCatalogue, WashOut
from treatments.facts import Moment, OneSession, PlanFacts
from treatments.rules.intervals import day_of
from treatments.words import OPEN_SESSIONS, PERFORMED_SESSIONS


@dataclass(frozen=True, kw_only=True, slots=True)
class _Gap:
    """What one row asks for between an earlier day and ours."""

    row: WashOut
    day: date
    least: int
    recommended: int
    gap: int


def wash_out_problems(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    """For each earlier treatment the most recent one that is still too close."""
    worst: dict[str, _Gap] = {}
    for gap in _gaps(facts, one, moment):
        known = worst.get(gap.row.code)
        if known is None or gap.gap < known.gap:
            worst[gap.row.code] = gap
    for gap in worst.values():
        yield from _judged(facts, one, gap)


def _judged(facts: PlanFacts, one: OneSession, gap: _Gap) -> Iterator[Problem]:
    row = gap.row
    if gap.gap < gap.least:
        severity = Severity.ADVISE if row.never_blocks else row.severity
        yield problems.wash_out(
            severity=severity,
            code=row.code,
            label=row.label,
            day=gap.day,
            least=gap.least,
            free=gap.day + timedelta(days=gap.least),
            zone=facts.tz,
        )
    elif gap.gap < gap.recommended:
        yield problems.wash_out_short(
            code=row.code,
            label=row.label,
            day=gap.day,
            recommended=gap.recommended,
            free=gap.day + timedelta(days=gap.recommended),
            zone=facts.tz,
        )


def _gaps(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[_Gap]:
    rows = {row.code: row for row in facts.shared.wash_outs}
    for earlier in facts.earlier:
        row = rows.get(earlier.code)
        if row is not None and earlier.day <= moment.on and same_place(facts, row, earlier.zones):
            days = row.gap(one.definition.family)
            yield _Gap(
                row=row,
                day=earlier.day,
                least=days.min_days,
                recommended=days.rec_days,
                gap=(moment.on - earlier.day).days,
            )
    yield from _own_gaps(facts, one, moment, rows)


def _own_gaps(facts: PlanFacts, one: OneSession, moment: Moment, rows: dict[str, WashOut]) -> Iterator[_Gap]:
    """Sessions of other protocols in the same plan, on both sides of the day; the template keeps the rhythm."""
    for other in facts.sessions:
        day = day_of(other, moment)
        if other.code == one.code or day is None or other.status not in (*OPEN_SESSIONS, *PERFORMED_SESSIONS):
            continue
        first, then = (other, one) if day <= moment.on else (one, other)
        row = rows.get(str(first.definition.family))
        if row is None:
            continue
        days = row.gap(then.definition.family)
        least = max(days.min_days, _booster_gap(facts, first, then))
        yield _Gap(
            row=row,
            day=day,
            least=least,
            recommended=least if facts.combination else days.rec_days,
            gap=abs((moment.on - day).days),
        )


def _booster_gap(facts: PlanFacts, first: OneSession, then: OneSession) -> int:
    """A booster template waits longer after the needling than the table asks (catalogue 1.5)."""
    for template in facts.shared.combinations:
        named = {entry.protocol for entry in template.entries if entry.protocol}
        if template.code == facts.combination and template.boost_after_days and then.code in named:
            return template.boost_after_days if first.code not in named else 0
    return 0


def same_place(facts: PlanFacts, row: WashOut, earlier: frozenset[str]) -> bool:
    """Whether the earlier treatment counts for the planned zones; unknown zones always count."""
    if row.scope == "body" or (not earlier and row.scope == "zone"):
        return True
    if row.scope == "face":
        return not facts.zones or any(_region(facts.shared, zone) == "face" for zone in facts.zones)
    return not facts.zones or bool(earlier & reach(facts.shared, facts.zones))


def reach(shared: SharedCatalogue, zones: frozenset[str]) -> frozenset[str]:
    """The zones and all that touch them (catalogue 4.3)."""
    return frozenset[str]().union(*(shared.touching(zone) for zone in zones))


def _region(shared: SharedCatalogue, code: str) -> str:
    return next((str(zone.region) for zone in shared.zones if zone.code == code), "")
