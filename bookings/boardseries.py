"""The series of many plans at once, as small as a card shows it: done, booked, open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from bookings.models import Appointment
from clinic.ribbon import Ribbon, RibbonSession
from clinic.timekeeping import local_day
from treatments.models import TreatmentPlan, TreatmentSession


@dataclass(frozen=True)
class PlanMarks:
    """A ribbon for a card, and how many sessions the series has."""

    ribbon: Ribbon
    total: int


SeriesMarks = dict[int, PlanMarks]


def series_marks(plans: Iterable[TreatmentPlan], *, now: datetime) -> SeriesMarks:
    """For each plan the marks of its sessions; two queries for all of them."""
    by_pk = {plan.pk: plan for plan in plans}
    booked = _booked(by_pk)
    sessions: dict[int, list[RibbonSession]] = defaultdict(list)
    rows = TreatmentSession.objects.of_plans(by_pk)
    for pk, plan_id, number, status, performed_at in rows:
        plan = by_pk[plan_id]
        sessions[plan_id].append(
            RibbonSession(
                number=number,
                status="on-hold" if plan.status == "on-hold" and performed_at is None else status,
                performed_on=local_day(performed_at, plan.location.tz) if performed_at else None,
                booked_on=booked.get(pk),
            )
        )
    return {
        pk: PlanMarks(
            Ribbon(sessions=rows, today=local_day(now, by_pk[pk].location.tz), title=by_pk[pk].title),
            len(rows),
        )
        for pk, rows in sessions.items()
    }


def _booked(plans: dict[int, TreatmentPlan]) -> dict[int, date]:
    rows = Appointment.objects.live().booked_days(plans)
    return {session: local_day(starts_at, plans[plan].location.tz) for session, plan, starts_at in rows}
