"""Adherence in numbers: on time, drift, drop-off; the definition stands on the page with them (P4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from clinic.timekeeping import local_day
from treatments.models import TreatmentPlan
from treatments.queries.plan_sessions import series_facts
from treatments.series import SeriesSession, series_from
from treatments.words import PERFORMED_SESSIONS


@dataclass(frozen=True, kw_only=True, slots=True)
class Adherence:
    """One protocol or practitioner. Shares are 0..1; None without any session to count."""

    name: str
    performed: int
    on_time: int
    median_drift_days: float | None
    #: Session number → (plans that reached its latest day or performed it, plans that performed it).
    by_number: dict[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def on_time_share(self) -> float | None:
        """Sessions on time ÷ sessions performed that had a window."""
        return self.on_time / self.performed if self.performed else None

    def drop_off(self, number: int) -> float | None:
        """Share of the plans that should have had the session and did not."""
        due, done = self.by_number.get(number, (0, 0))
        return 1 - done / due if due else None


@dataclass(slots=True)
class _Tally:
    drifts: list[int] = field(default_factory=list)
    on_time: int = 0
    due: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    done: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def count(self, one: SeriesSession, today: date) -> None:
        """Adds one session of a series."""
        performed = one.status in PERFORMED_SESSIONS
        over = one.window is not None and one.window.latest < today
        if performed or over:
            self.due[one.number] += 1
            self.done[one.number] += performed
        if performed and one.window is not None and one.performed_on is not None:
            self.drifts.append((one.performed_on - one.window.ideal).days)
            self.on_time += one.window.earliest <= one.performed_on <= one.window.latest


def adherence_by_protocol(user: Any, *, now: datetime, since: datetime | None = None) -> list[Adherence]:
    """One line for each protocol among the plans that the user may see, opened since then (a year without it)."""
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    for _plan, series, today in _series(user, now, since):
        for one in series:
            tallies[one.label].count(one, today)
    return _lines(tallies)


def adherence_by_practitioner(user: Any, *, now: datetime, since: datetime | None = None) -> list[Adherence]:
    """One line for each clinician of a plan."""
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    for plan, series, today in _series(user, now, since):
        for one in series:
            tallies[str(plan.clinician or "-")].count(one, today)
    return _lines(tallies)


def _series(
    user: Any, now: datetime, since: datetime | None
) -> Iterable[tuple[TreatmentPlan, list[SeriesSession], date]]:
    plans = list(
        TreatmentPlan.objects.visible_to(user)
        .filter(created_at__gte=since or now - timedelta(days=365))
        .select_related("patient", "location", "clinician__resource")
    )
    facts = series_facts(plans)
    for plan in plans:
        today = local_day(now, facts[plan.pk].tz)
        yield plan, series_from(facts[plan.pk], anchors={}, today=today), today


def _lines(tallies: dict[str, _Tally]) -> list[Adherence]:
    return [
        Adherence(
            name=name,
            performed=len(tally.drifts),
            on_time=tally.on_time,
            median_drift_days=median(tally.drifts) if tally.drifts else None,
            by_number={number: (due, tally.done[number]) for number, due in sorted(tally.due.items())},
        )
        for name, tally in sorted(tallies.items())
    ]
