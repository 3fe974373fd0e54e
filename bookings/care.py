"""What the lower app says about a session on a day, given where the other sessions of its plan are booked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from bookings.units import remembered
from bookings.words import LIVE
from clinic.errors import Problem
from clinic.prepared import listed
from clinic.questions import Asked, Question, instants
from clinic.timekeeping import local_day
from treatments import gate, pretreatment
from treatments.definitions import PretreatmentMessage
from treatments.facts import PlanFacts
from treatments.models import TreatmentPlan, TreatmentSession
from treatments.queries.plan_facts import facts_of
from treatments.series import DueWindow, series_from
from treatments.words import OPEN_SESSIONS

Anchors = dict[int, date]
_LIVE, _OPEN = listed(map(str, LIVE)), listed(map(str, OPEN_SESSIONS))
#: Each session's appointments are looked up by themselves (OFFSET 0): merged, all that are booked would be read.
_BOOKED = Question(
    """
    SELECT s.number, a.starts_at
      FROM treatments_treatmentsession s
     CROSS JOIN LATERAL (
           SELECT * FROM bookings_appointment WHERE treatment_session_id = s.id OFFSET 0) AS a
     WHERE s.plan_id = %(plan)s AND s.status = ANY(%(open)s::text[]) AND a.status = ANY(%(live)s::text[])
       AND NOT (a.status = 'held' AND a.held_until <= %(now)s) AND NOT a.id = ANY(%(without)s::bigint[])
""",
    columns="number starts_at",
    decoded=instants("number starts_at", "starts_at"),
)


def anchors_of(plan: TreatmentPlan, *, now: datetime, without: Iterable[int] = ()) -> Anchors:
    """Session number → booked local day, for the sessions of a plan that are still to come."""
    _question, facts = booked_days_question(plan.pk, now=now, without=without)
    return {number: local_day(starts_at, plan.location.tz) for number, starts_at in _BOOKED.rows(facts)}


def booked_days_question(plan_id: Any, *, now: datetime, without: Iterable[int] = ()) -> Asked:
    """What `anchors_of` asks, for who asks several things at once."""
    facts = {"plan": plan_id, "live": _LIVE, "open": _OPEN, "without": listed(without), "now": now}
    return _BOOKED, facts


def care_problems(
    session: TreatmentSession,
    *,
    start: datetime,
    now: datetime,
    anchors: Mapping[int, date] | None = None,
    without: Iterable[int] = (),
    moment: gate.GateMoment = "book",
    with_remarks: bool = True,
) -> list[Problem]:
    """Every clinical reason against a session at a start: the gate of `treatments`, with the booked days as anchors.

    Without remarks only what stops.
    """
    plan = session.plan
    known = dict(anchors) if anchors is not None else anchors_of(plan, now=now, without=without)
    known.pop(session.number, None)
    on = local_day(start, plan.location.tz)
    return gate.judge(
        facts_for(plan),
        session.pk,
        on=on,
        now=now,
        anchors=known,
        moment=moment,
        with_remarks=with_remarks,
    )


def window_of(session: TreatmentSession, *, now: datetime, without: Iterable[int] = ()) -> DueWindow | None:
    """The session's due window, counted from what was performed or is booked before it; None without an anchor."""
    plan = session.plan
    anchors = anchors_of(plan, now=now, without=without)
    series = series_from(facts_for(plan), anchors=anchors, today=local_day(now, plan.location.tz))
    return next(one.window for one in series if one.session_id == session.pk)


def facts_for(plan: TreatmentPlan) -> PlanFacts:
    """What the gate knows about a plan, loaded once in a unit of work."""
    return remembered(facts_key(plan), lambda: facts_of(plan))


def facts_key(plan: TreatmentPlan) -> tuple[str, int]:
    """By which a unit of work remembers what the gate knows about a plan."""
    return "facts of plan", plan.pk


def texts_for(session: TreatmentSession) -> tuple[PretreatmentMessage, ...]:
    """The protocol's texts before a visit that apply to this patient and session."""
    return pretreatment.texts_from(session, facts_for(session.plan))
