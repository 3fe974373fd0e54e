"""A practitioner's day: who comes when, what happened since the last session, what is missing before the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from bookings.care import care_problems
from bookings.due import open_series
from bookings.models import Appointment
from bookings.ribbons import drawn
from bookings.words import OCCUPYING, AppointmentStatus
from clinic.errors import Problem
from clinic.models import Location, Practitioner
from clinic.ribbon import Ribbon
from clinic.timekeeping import ONE_DAY, day_start, local_day
from treatments.models import AdverseReaction, RecoveryCheck, SessionRecord

S = AppointmentStatus


@dataclass(frozen=True, kw_only=True)
class DayVisit:
    """One visit of the day as the practitioner needs it."""

    appointment: Appointment
    ribbon: Ribbon | None = None
    last_record: SessionRecord | None = None
    #: Answered since the last session, worst first; and those that stayed silent.
    checks: list[RecoveryCheck] = field(default_factory=list)
    reactions: list[AdverseReaction] = field(default_factory=list)
    #: What stands against starting right now.
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class PractitionerDay:
    """The day in order, and the visit that comes next: the one in the house, else the next to come."""

    day: date
    visits: list[DayVisit]
    next: DayVisit | None

    @property
    def left(self) -> int:
        """Visits still to come or going on."""
        return sum(visit.appointment.status in (S.BOOKED, S.ARRIVED) for visit in self.visits)


def practitioner_day(who: Practitioner, location: Location, day: date, *, now: datetime) -> PractitionerDay:
    """The visits of one local day at a location in which the practitioner has a part."""
    start, end = day_start(day, location.tz), day_start(day + ONE_DAY, location.tz)
    rows = list(
        Appointment.objects.at(location)
        .touching(start, end)
        .with_resource(who.pk)
        .for_board()
        .select_related("treatment_session__plan__location__settings", "treatment_session__plan__patient")
        .order_by("starts_at")
    )
    following = _next(rows) if day == local_day(now, location.tz) else None
    ribbons = _ribbons(rows, now)
    visits = [_visit(row, ribbons, now, is_next=row is following) for row in rows]
    coming = next((visit for visit in visits if visit.appointment is following), None)
    return PractitionerDay(day=day, visits=visits, next=coming)


def _next(rows: list[Appointment]) -> Appointment | None:
    here = [row for row in rows if row.status == S.ARRIVED]
    coming = [row for row in rows if row.status == S.BOOKED]
    return next(iter([*here, *coming]), None)


def _ribbons(rows: list[Appointment], now: datetime) -> dict[int, Ribbon]:
    """Plan → its ribbon, for all visits of the day at once."""
    plans = {
        row.treatment_session.plan_id: row.treatment_session.plan for row in rows if row.treatment_session
    }
    return {one.plan.pk: drawn(one.series, one.plan, now=now) for one in open_series(plans.values(), now=now)}


def _visit(row: Appointment, ribbons: dict[int, Ribbon], now: datetime, *, is_next: bool) -> DayVisit:
    """The line of the day; everything a practitioner needs to know for the next one."""
    session = row.treatment_session
    if session is None or row.status not in OCCUPYING:
        return DayVisit(appointment=row)
    if not is_next:
        return DayVisit(appointment=row, ribbon=ribbons.get(session.plan_id))
    plan = session.plan
    return DayVisit(
        appointment=row,
        ribbon=ribbons.get(plan.pk),
        last_record=SessionRecord.objects.last_signed_of(plan),
        checks=list(RecoveryCheck.objects.of_plan(plan).worst_first()[:4]),
        reactions=list(plan.reactions.open()),
        problems=care_problems(
            session, start=max(now, row.starts_at), now=now, without=[row.pk], moment="start"
        ),
    )
