"""The series of many plans at once, as small as a card shows it: done, booked, open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

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
    """For each plan the marks of its sessions; one query for all of them."""
    by_pk = {plan.pk: plan for plan in plans}
    sessions: dict[int, list[RibbonSession]] = defaultdict(list)
    live = Appointment.objects.live().of_session(OuterRef("pk")).order_by().values("starts_at")[:1]
    found = TreatmentSession.objects.of_plans(by_pk).annotate(booked_at=Subquery(live))
    for _pk, plan_id, number, status, performed_at, booked_at in found:
        plan = by_pk[plan_id]
        sessions[plan_id].append(
            RibbonSession(
                number=number,
                status="on-hold" if plan.status == "on-hold" and performed_at is None else status,
                performed_on=local_day(performed_at, plan.location.tz) if performed_at else None,
                booked_on=local_day(booked_at, plan.location.tz) if booked_at else None,
            )
        )
    return {
        pk: PlanMarks(
            Ribbon(sessions=rows, today=local_day(now, by_pk[pk].location.tz), title=by_pk[pk].title),
            len(rows),
        )
        for pk, rows in sessions.items()
    }
