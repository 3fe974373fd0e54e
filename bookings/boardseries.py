"""The series of many plans at once, as small as a card shows it: done, booked, open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery

from bookings.boardvisits import BoardSession
from bookings.models import Appointment
from clinic.ribbon import Ribbon, RibbonSession
from clinic.timekeeping import local_day
from treatments.models import TreatmentSession


@dataclass(frozen=True)
class PlanMarks:
    """A ribbon for a card, and how many sessions the series has."""

    ribbon: Ribbon
    total: int


SeriesMarks = dict[int, PlanMarks]


def series_marks(sessions: Iterable[BoardSession], zone: ZoneInfo, *, now: datetime) -> SeriesMarks:
    """For the plan of each session the marks of its series; one query for all of them."""
    plans = {one.plan_id: one for one in sessions}
    found: dict[int, list[RibbonSession]] = defaultdict(list)
    live = Appointment.objects.live().of_session(OuterRef("pk")).order_by().values("starts_at")[:1]
    rows = TreatmentSession.objects.of_plans(plans).annotate(booked_at=Subquery(live))
    for _pk, plan_id, number, status, performed_at, booked_at in rows:
        is_on_hold = plans[plan_id].plan_status == "on-hold" and performed_at is None
        found[plan_id].append(
            RibbonSession(
                number=number,
                status="on-hold" if is_on_hold else status,
                performed_on=local_day(performed_at, zone) if performed_at else None,
                booked_on=local_day(booked_at, zone) if booked_at else None,
            )
        )
    today = local_day(now, zone)
    return {
        pk: PlanMarks(Ribbon(sessions=row, today=today, title=plans[pk].title), len(row))
        for pk, row in found.items()
    }
