"""Bare plan facts for rules that need no database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.factories import shipped
from treatments.facts import Moment, OneSession, PlanFacts


def bare_facts(code: str, *, days: Sequence[date | None], depths: Sequence[Decimal | None]) -> PlanFacts:
    """A plan of one protocol; a session with a day was performed, at that depth."""
    definition = shipped().protocol(code)
    sessions = tuple(
        OneSession(
            pk=number,
            number=number,
            status="completed" if day else "preparation",
            definition=definition,
            day=day,
            deepest_mm=depth,
        )
        for number, (day, depth) in enumerate(zip(days, depths, strict=True), start=1)
    )
    return PlanFacts(
        plan_id=1,
        status="active",
        combination="",
        zones=frozenset({"F_CHEEK_LATERAL"}),
        components=frozenset(),
        numbing_planned=False,
        clinician_id=None,
        country="DE",
        tz=ZoneInfo("Europe/Berlin"),
        born_on=date(1988, 3, 14),
        sessions=sessions,
        shared=shipped().shared,
    )


def look(on: date) -> Moment:
    """A look at a day, as for booking."""
    return Moment(on=on, now=datetime(2026, 3, 3, 9, tzinfo=UTC), is_start=False, anchors={})
