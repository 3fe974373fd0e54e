"""Treatment plans: open, lengthen, hold, release, close."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.errors import Blocker, DomainError, NeedsApproval, Problem
from clinic.messaging.actions.outbox import reconcile
from clinic.models import Location, Patient, Practitioner
from clinic.statuses import move, record
from treatments import problems
from treatments.definitions import ProtocolDefinition
from treatments.entitled import must_be_entitled
from treatments.models import ProtocolVersion, TreatmentPlan, TreatmentSession
from treatments.queries.catalogue import definition_by, shared
from treatments.signals import plan_frozen, plan_released
from treatments.words import (
    OPEN_SESSIONS,
    PLAN_TRANSITIONS,
    SESSION_TRANSITIONS,
    PlanStatus,
    SessionStatus,
)


def components_of(versions: Sequence[ProtocolVersion]) -> list[str]:
    """The mixture classes that a plan starts with: what the first template of each protocol brings by default."""
    found: set[str] = set()
    for version in versions:
        definition = definition_by(version.pk, version.checksum)
        for component in definition.mixtures[0].components if definition.mixtures else ():
            if not component.is_optional:
                found.add(component.mixture_class)
    return sorted(found)


def opening_problems(versions: Sequence[ProtocolVersion], *, country: str) -> list[Problem]:
    """Why a plan with these sessions, in this order, may not be opened as it is: counts, offers, countries."""
    return list(_opening(versions, country))


def _opening(versions: Sequence[ProtocolVersion], country: str) -> Iterator[Problem]:
    counts = Counter(version.pk for version in versions)
    for version in {version.pk: version for version in versions}.values():
        definition = definition_by(version.pk, version.checksum)
        if not version.protocol.is_on:
            yield problems.protocol_off(definition.label)
        for rule in definition.countries_off:
            if rule.country == country:
                yield problems.country_off(label=definition.label, reason=rule.reason)
        yield from _count_problems(definition, counts[version.pk], is_alone=len(counts) == 1)


def _count_problems(definition: ProtocolDefinition, count: int, *, is_alone: bool) -> Iterator[Problem]:
    """A combination may have fewer sessions of each than a series of one protocol needs."""
    for limit in definition.dose_limits:
        for cap in limit.caps:
            if cap.measure == "sessions_per_course" and count > cap.value:
                yield problems.course_full(limit=limit.code, most=int(cap.value))
    if count > definition.sessions.maximum:
        yield problems.beyond_series(most=definition.sessions.maximum)
    elif is_alone and count < definition.sessions.minimum:
        yield problems.below_series(least=definition.sessions.minimum)


@transaction.atomic
def open_plan(
    *,
    patient: Patient,
    location: Location,
    concern: str,
    protocols: Sequence[ProtocolVersion],
    zones: Sequence[str],
    clinician: Practitioner | None,
    numbing_planned: bool,
    by: Any,
    now: datetime,
    combination: str = "",
    components: Sequence[str] | None = None,
    package_ends_on: date | None = None,
    numbs_at_home: bool = False,
    approval_reason: str = "",
) -> TreatmentPlan:
    """Opens a plan with its numbered sessions; `protocols` is one active version for each session, in order.

    Fewer or more sessions than the protocol foresees need `approval_reason` from a clinician who may sign; hard
    limits, countries and protocols that are off refuse with `plan_refused`. Zones must be zones of the protocols.
    """
    found = opening_problems(protocols, country=location.country)
    _refuse(found, location=location, by=by, reason=approval_reason)
    _check_zones(protocols, zones)
    plan = TreatmentPlan.objects.create(
        patient=patient,
        location=location,
        concern=concern,
        title=title_of(protocols, combination),
        combination=combination,
        zones=list(zones),
        components=list(components) if components is not None else components_of(protocols),
        clinician=clinician,
        numbing_planned=numbing_planned,
        numbs_at_home=numbs_at_home,
        package_ends_on=package_ends_on,
        created_at=now,
        created_by=by,
    )
    record(plan, "", PlanStatus.DRAFT, by=by, now=now)
    move(plan, PlanStatus.ACTIVE, transitions=PLAN_TRANSITIONS, by=by, now=now, reason=approval_reason)
    for number, version in enumerate(protocols, start=1):
        _append(plan, version, number=number, by=by, now=now)
    return plan


def title_of(protocols: Sequence[ProtocolVersion], combination: str) -> str:
    """What the plan is called: the combination, or its protocol."""
    for template in shared().combinations:
        if template.code == combination:
            return template.label
    return protocols[0].protocol.label


def _refuse(found: Sequence[Problem], *, location: Location, by: Any, reason: str) -> None:
    if any(isinstance(problem, Blocker) for problem in found):
        raise DomainError("plan_refused", found[0].sentence, problems=tuple(found))
    waiting = [problem for problem in found if isinstance(problem, NeedsApproval)]
    if not waiting:
        return
    if not reason:
        raise DomainError("needs_approval", waiting[0].sentence, problems=tuple(found))
    must_be_entitled(by, location)


def _check_zones(protocols: Sequence[ProtocolVersion], zones: Sequence[str]) -> None:
    known = {zone.code for version in protocols for zone in definition_by(version.pk, version.checksum).zones}
    if not protocols:
        raise DomainError("no_sessions", _("A plan needs at least one session."))
    if unknown := sorted(set(zones) - known):
        raise DomainError(
            "zone_not_offered", _("Not a zone of this protocol: %(zones)s.") % {"zones": ", ".join(unknown)}
        )


def _append(
    plan: TreatmentPlan,
    version: ProtocolVersion,
    *,
    number: int,
    by: Any,
    now: datetime,
    is_maintenance: bool = False,
) -> TreatmentSession:
    session = plan.sessions.create(number=number, protocol_version=version, is_maintenance=is_maintenance)
    record(session, "", SessionStatus.PREPARATION, by=by, now=now)
    return session


@transaction.atomic
def add_session(
    plan: TreatmentPlan,
    *,
    by: Any,
    now: datetime,
    protocol: ProtocolVersion | None = None,
    approval_reason: str = "",
) -> TreatmentSession:
    """One more session at the end, of the last session's version unless another is given.

    A completed plan becomes active again (a maintenance session). Beyond the greatest number it needs an approval;
    a hard course limit refuses.
    """
    plan = TreatmentPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    last = plan.sessions.select_related("protocol_version__protocol").order_by("-number").first()
    version = protocol or (last.protocol_version if last else None)
    if version is None:
        raise DomainError("no_sessions", _("This plan has no protocol to go on with."))
    alive = plan.sessions.exclude(status__in=(SessionStatus.NOT_DONE, SessionStatus.ENTERED_IN_ERROR))
    versions = [row.protocol_version for row in alive.select_related("protocol_version__protocol")]
    is_maintenance = plan.status == PlanStatus.COMPLETED
    found = [
        problem
        for problem in opening_problems([*versions, version], country=plan.location.country)
        if problem.code != "below_series" and not (is_maintenance and problem.code == "beyond_series")
    ]
    _refuse(found, location=plan.location, by=by, reason=approval_reason)
    if is_maintenance:
        move(plan, PlanStatus.ACTIVE, transitions=PLAN_TRANSITIONS, by=by, now=now, reason="maintenance")
    number = last.number + 1 if last else 1
    session = _append(plan, version, number=number, by=by, now=now, is_maintenance=is_maintenance)
    reconcile("plan", plan, now=now, by=by)
    return session


@transaction.atomic
def hold_plan(plan: TreatmentPlan, *, reason: str, by: Any, now: datetime) -> None:
    """Freezes the future sessions until a clinician releases the plan; holding a held plan changes nothing."""
    plan.refresh_from_db(fields=["status"])
    if plan.status != PlanStatus.ACTIVE:
        return
    move(plan, PlanStatus.ON_HOLD, transitions=PLAN_TRANSITIONS, by=by, now=now, reason=reason)
    plan_frozen.send(sender=TreatmentPlan, plan=plan, by=by, now=now, reason=reason)
    reconcile("plan", plan, now=now, by=by)


@transaction.atomic
def release_plan(plan: TreatmentPlan, *, reason: str, by: Any, now: datetime) -> None:
    """A clinician who may sign lets the plan go on, with a reason."""
    must_be_entitled(by, plan.location)
    if not reason.strip():
        raise DomainError("reason_missing", _("Write why the plan may go on."))
    move(plan, PlanStatus.ACTIVE, transitions=PLAN_TRANSITIONS, by=by, now=now, reason=reason)
    plan_released.send(sender=TreatmentPlan, plan=plan, by=by, now=now)
    reconcile("plan", plan, now=now, by=by)


@transaction.atomic
def close_plan(plan: TreatmentPlan, *, is_complete: bool, by: Any, now: datetime, reason: str = "") -> None:
    """Ends a plan: complete, or stopped early. Sessions still to come become not done (BR-04)."""
    target = PlanStatus.COMPLETED if is_complete else PlanStatus.REVOKED
    if plan.sessions.filter(status=SessionStatus.IN_PROGRESS).exists():
        raise DomainError("session_running", _("A session of this plan is being treated right now."))
    move(plan, target, transitions=PLAN_TRANSITIONS, by=by, now=now, reason=reason)
    for session in plan.sessions.filter(status__in=OPEN_SESSIONS):
        move(
            session,
            SessionStatus.NOT_DONE,
            transitions=SESSION_TRANSITIONS,
            by=by,
            now=now,
            reason=reason or "plan closed",
        )
    plan_frozen.send(sender=TreatmentPlan, plan=plan, by=by, now=now, reason=reason or "closed")
    reconcile("plan", plan, now=now, by=by)


@transaction.atomic
def change_zones(plan: TreatmentPlan, *, zones: Sequence[str], by: Any, now: datetime) -> None:
    """Other zones for the sessions to come; the consent then asks for a new signature (catalogue 10.1)."""
    versions = [
        row.protocol_version for row in plan.sessions.select_related("protocol_version").order_by("number")
    ]
    _check_zones(versions, zones)
    plan.zones = list(zones)
    plan.save(update_fields=["zones"])
