"""The series ribbon with what is booked: the product's face, the same on plan, board, day and phone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bookings.care import anchors_of
from clinic.ribbon import Ribbon, RibbonSession
from clinic.timekeeping import local_day
from treatments.models import TreatmentPlan
from treatments.series import SeriesSession, series_of


def ribbon_of(plan: TreatmentPlan, *, now: datetime) -> Ribbon:
    """The ribbon of a plan, with the days its sessions are booked for."""
    series = series_of(plan, anchors=anchors_of(plan, now=now), now=now)
    return drawn(series, plan, now=now)


def drawn(series: Iterable[SeriesSession], plan: TreatmentPlan, *, now: datetime) -> Ribbon:
    """A series that was computed before, as the drawing takes it."""
    status = plan.status if plan.status == "on-hold" else ""
    return Ribbon(
        sessions=[_one(session, status) for session in series],
        today=local_day(now, plan.location.tz),
        title=plan.title,
    )


def _one(session: SeriesSession, plan_status: str) -> RibbonSession:
    window = session.window
    return RibbonSession(
        number=session.number,
        status=plan_status if plan_status and session.is_open else session.status,
        earliest=window.earliest if window else None,
        ideal=window.ideal if window else None,
        latest=window.latest if window else None,
        booked_on=session.booked_on,
        performed_on=session.performed_on,
    )
