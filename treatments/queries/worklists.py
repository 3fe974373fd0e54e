"""Worklists of the clinic: what waits for somebody, counted from facts and limited to what the user may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from clinic.roles import Permission
from clinic.timekeeping import local_day
from treatments.facts import Moment, PlanFacts
from treatments.models import AdverseReaction, SessionRecord, TreatmentPlan, TreatmentSession
from treatments.queries.plan_sessions import series_facts, skin_of
from treatments.queries.signed_consents import signed_consents
from treatments.rules.consents import consent_problems
from treatments.series import SeriesSession, series_from
from treatments.spacing import SeriesFit, Step, fit_before
from treatments.words import OPEN_SESSIONS, PERFORMED_SESSIONS, PlanStatus, RecordStatus

Anchors = Mapping[int, Mapping[int, date]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanLine:
    """One plan on a worklist: the session that waits, days beyond its window or of silence, sessions left."""

    plan: TreatmentPlan
    following: SeriesSession | None
    days: int
    sessions_left: int
    last_on: date | None


def due_lines(user: Any, *, now: datetime, anchors: Anchors | None = None) -> list[PlanLine]:
    """Running plans whose next session may be given now and has no day yet; `anchors` by plan, from the app above."""
    lines = _all_lines(user, now, anchors or {})
    return [
        line for line in lines if line.following is not None and _may_be_given(line.following, now, line.plan)
    ]


def overdue_lines(user: Any, *, now: datetime, anchors: Anchors | None = None) -> list[PlanLine]:
    """Running plans whose next session is past its latest day, most days first (BR-05)."""
    lines = _all_lines(user, now, anchors or {})
    late = [line for line in lines if line.following is not None and line.days > 0]
    return sorted(late, key=lambda line: -line.days)


def _running(user: Any) -> QuerySet[TreatmentPlan]:
    return (
        TreatmentPlan.objects.visible_to(user)
        .running()
        .select_related("patient", "location", "clinician__resource")
        .order_by("id")
    )


def _all_lines(user: Any, now: datetime, anchors: Anchors) -> list[PlanLine]:
    plans = list(_running(user))
    facts = series_facts(plans)
    return [_line(plan, facts[plan.pk], now, anchors.get(plan.pk, {})) for plan in plans]


def _line(plan: TreatmentPlan, facts: PlanFacts, now: datetime, anchors: Mapping[int, date]) -> PlanLine:
    today = local_day(now, facts.tz)
    series = series_from(facts, anchors=anchors, today=today)
    to_come = [one for one in series if one.is_open and one.booked_on is None]
    following = to_come[0] if to_come else None
    latest = following.window.latest if following and following.window else None
    return PlanLine(
        plan=plan,
        following=following,
        days=(today - latest).days if latest else 0,
        sessions_left=sum(1 for one in series if one.is_open),
        last_on=facts.last_performed.day if facts.last_performed else None,
    )


def _may_be_given(following: SeriesSession, now: datetime, plan: TreatmentPlan) -> bool:
    today = local_day(now, plan.location.tz)
    return following.window is None or following.window.earliest <= today + timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class UnfinishedLine:
    """A plan that began and waits: sessions done and left, and days since anything happened."""

    plan: TreatmentPlan
    sessions_done: int
    sessions_left: int
    days_silent: int


def unfinished_lines(user: Any, *, now: datetime) -> list[UnfinishedLine]:
    """Running and held plans with sessions left, longest silence first. Silence counts from the last session."""
    plans = (
        TreatmentPlan.objects.visible_to(user)
        .filter(
            Exists(TreatmentSession.objects.to_come().filter(plan=OuterRef("pk"))),
            status__in=(PlanStatus.ACTIVE, PlanStatus.ON_HOLD),
        )
        .select_related("patient", "location")
        .with_progress()
        .annotate(last_at=Max("sessions__performed_at", filter=Q(sessions__status__in=PERFORMED_SESSIONS)))
    )
    lines = [
        UnfinishedLine(
            plan=plan,
            sessions_done=_counted(plan, "sessions_done"),
            sessions_left=_counted(plan, "sessions_left"),
            days_silent=(now - (getattr(plan, "last_at", None) or plan.created_at)).days,
        )
        for plan in plans
    ]
    return sorted(lines, key=lambda line: (-line.days_silent, line.plan.pk))


def _counted(plan: TreatmentPlan, name: str) -> int:
    """A number that the query counted beside the plan."""
    return int(getattr(plan, name))


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageLine:
    """A package that ends: how many of the sessions left still fit, in the shortest rhythm allowed."""

    plan: TreatmentPlan
    ends_on: date
    fit: SeriesFit


def packages_at_risk(user: Any, *, now: datetime) -> list[PackageLine]:
    """Plans whose package ends before all sessions left would fit, soonest end first."""
    plans = list(_running(user).filter(package_ends_on__isnull=False))
    facts = series_facts(plans)
    found = (_package(plan, facts[plan.pk], now) for plan in plans)
    return sorted((line for line in found if line and not line.fit.all_fit), key=lambda line: line.ends_on)


def _package(plan: TreatmentPlan, facts: PlanFacts, now: datetime) -> PackageLine | None:
    if plan.package_ends_on is None:
        return None
    today = local_day(now, facts.tz)
    left = [one for one in series_from(facts, anchors={}, today=today) if one.is_open]
    if not left:
        return None
    first = max(left[0].window.earliest if left[0].window else today, today)
    gaps = [_least(before, after) for before, after in pairwise(left)]
    return PackageLine(
        plan=plan, ends_on=plan.package_ends_on, fit=fit_before(plan.package_ends_on, gaps, first_day=first)
    )


def _least(before: SeriesSession, after: SeriesSession) -> Step:
    """The shortest gap between two neighbours of the series, as their windows stand to each other."""
    if after.window is None:
        return Step(0, 0, 0)
    reference = before.window.ideal if before.window else after.anchored_on or after.window.earliest
    days = max((after.window.earliest - reference).days, 0)
    return Step(days, days, days)


def records_to_sign(user: Any) -> QuerySet[SessionRecord]:
    """Drafts of sessions in treatment or over, oldest first."""
    return (
        SessionRecord.objects.filter(
            status=RecordStatus.DRAFT,
            session__plan__in=TreatmentPlan.objects.visible_to(user, Permission.SEE_CLINICAL),
        )
        .select_related("session__plan__patient", "session__plan__location", "practitioner__resource")
        .order_by("created_at")
    )


def open_reactions(user: Any) -> QuerySet[AdverseReaction]:
    """Open adverse reactions, worst and oldest first."""
    return (
        AdverseReaction.objects.visible_to(user)
        .open()
        .select_related("plan__patient", "plan__location", "session")
        .order_by("-severity", "created_at")
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentLine:
    """A running plan whose consent must be signed or renewed, with the reasons."""

    plan: TreatmentPlan
    reasons: tuple[str, ...]


def consents_to_renew(user: Any, *, now: datetime, within_days: int = 30) -> list[ConsentLine]:
    """Running plans without a consent that carries the next session in that time, with the sentences."""
    plans = list(_running(user).select_related("patient__clinical_profile"))
    facts, signed = series_facts(plans), signed_consents([plan.pk for plan in plans])
    lines = []
    for plan in plans:
        known = replace(facts[plan.pk], skin_type=skin_of(plan), consent=signed.get(plan.pk))
        if reasons := _consent_reasons(known, now, within_days):
            lines.append(ConsentLine(plan=plan, reasons=reasons))
    return lines


def _consent_reasons(facts: PlanFacts, now: datetime, within_days: int) -> tuple[str, ...]:
    to_come = [one for one in facts.sessions if one.status in OPEN_SESSIONS]
    if not to_come:
        return ()
    on = local_day(now, facts.tz) + timedelta(days=within_days)
    at = Moment(on=on, now=now, is_start=False, anchors={})
    return tuple(problem.sentence for problem in consent_problems(facts, to_come[0], at))
