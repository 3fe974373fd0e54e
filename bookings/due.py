"""What should be booked next: sessions whose due window has opened, or passed, without an appointment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bookings.models import Appointment
from clinic.models import Location
from clinic.timekeeping import local_day
from treatments.models import TreatmentPlan, TreatmentSession
from treatments.queries.plan_sessions import series_facts
from treatments.series import SeriesSession, series_from


class Dueness(StrEnum):
    """How late the next session of a plan is, worst first."""

    OVERDUE = "overdue"
    DUE = "due"
    NEW = "new"


RANK = (Dueness.OVERDUE, Dueness.DUE, Dueness.NEW)


@dataclass(frozen=True)
class OpenSeries:
    """A plan with its whole series, and those of its sessions that are open and have no appointment."""

    plan: TreatmentPlan
    series: list[SeriesSession]
    unbooked: list[SeriesSession]


@dataclass(frozen=True, kw_only=True)
class DueSession:
    """The next session of a plan that nobody has booked. `days` is how long the window has been over (overdue)."""

    plan: TreatmentPlan
    session: SeriesSession
    total: int
    dueness: Dueness
    days: int
    unbooked: int


def open_series(plans: Iterable[TreatmentPlan], *, now: datetime) -> list[OpenSeries]:
    """The open sessions of some plans, with windows counted from what is booked; four queries for all of them."""
    listed = list(plans)
    facts = series_facts(listed)
    booked = _booked({plan.pk: plan for plan in listed})
    found = []
    for plan in listed:
        today = local_day(now, plan.location.tz)
        anchors = dict(booked[plan.pk].values())
        series = series_from(facts[plan.pk], anchors=anchors, today=today)
        unbooked = [one for one in series if one.is_open and one.session_id not in booked[plan.pk]]
        found.append(OpenSeries(plan, series, unbooked))
    return found


def due_sessions(location: Location, *, now: datetime) -> list[DueSession]:
    """The next unbooked session of every running plan here whose time has come, the most overdue first."""
    found = [_due(one, now) for one in open_series(_plans_to_book(location), now=now)]
    due = [one for one in found if one is not None]
    return sorted(due, key=lambda one: (RANK.index(one.dueness), -one.days, one.plan.pk))


def _plans_to_book(location: Location) -> Iterable[TreatmentPlan]:
    """Running plans with an open session that has no appointment."""
    booked = Appointment.objects.live().at(location).sessions()
    waiting = TreatmentSession.objects.to_come().exclude(pk__in=booked)
    running = location.plans.running().filter(pk__in=waiting.values("plan"))
    return running.select_related("patient", "location")


def _due(one: OpenSeries, now: datetime) -> DueSession | None:
    """None when nothing is left to book, or its window has not opened yet."""
    if not one.unbooked:
        return None
    session = one.unbooked[0]
    dueness, days = dueness_of(session, local_day(now, one.plan.location.tz))
    if dueness is None:
        return None
    total = sum(each.is_open or each.performed_on is not None for each in one.series)
    return DueSession(
        plan=one.plan, session=session, total=total, dueness=dueness, days=days, unbooked=len(one.unbooked)
    )


def dueness_of(session: SeriesSession, today: date) -> tuple[Dueness | None, int]:
    """Whether a session without an appointment is due on a day, and for how many days it has been over."""
    if session.window is None:
        return Dueness.NEW, 0
    if session.window.latest < today:
        return Dueness.OVERDUE, (today - session.window.latest).days
    return (Dueness.DUE, 0) if session.window.earliest <= today else (None, 0)


def days_over(sessions: Iterable[TreatmentSession], *, now: datetime) -> dict[int, int]:
    """For those of some sessions whose due window is over: for how many days; four queries for all of them."""
    wanted = {session.pk: session.plan for session in sessions}
    if not wanted:
        return {}
    found = {}
    for one in open_series({plan.pk: plan for plan in wanted.values()}.values(), now=now):
        today = local_day(now, one.plan.location.tz)
        for session in one.series:
            dueness, days = dueness_of(session, today)
            if session.session_id in wanted and dueness == Dueness.OVERDUE:
                found[session.session_id] = days
    return found


def _booked(plans: dict[int, TreatmentPlan]) -> dict[int, dict[int, tuple[int, date]]]:
    """Plan → session → (its number, the local day it is booked for)."""
    found: dict[int, dict[int, tuple[int, date]]] = defaultdict(dict)
    for session, number, plan, starts_at in Appointment.objects.live().booked_numbers(plans):
        found[plan][session] = (number, local_day(starts_at, plans[plan].location.tz))
    return found
