"""What is read of the sessions of plans: when each was performed, how deep, and what was agreed after slow healing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Max

from clinic.timekeeping import local_day
from treatments.definitions import SharedCatalogue
from treatments.facts import (
    OneSession,
    PlanFacts,
)
from treatments.models import (
    GentlerStep,
    TreatmentPlan,
    TreatmentSession,
    ZoneRecord,
)
from treatments.queries.catalogue import ROMAN, definition_by, shared
from treatments.words import PERFORMED_SESSIONS, RecordStatus


class SessionRow(NamedTuple):
    """What is read of a session, in the order of `SESSION_COLUMNS`."""

    pk: int
    plan: int
    number: int
    status: str
    performed_at: datetime | None
    is_maintenance: bool
    version: int
    checksum: str


SESSION_COLUMNS = (
    "pk",
    "plan",
    "number",
    "status",
    "performed_at",
    "is_maintenance",
    "protocol_version",
    "protocol_version__checksum",
)


def series_facts(plans: Iterable[TreatmentPlan]) -> dict[int, PlanFacts]:
    """What due windows need, for many plans in three queries: sessions, depths, agreements; the rest is left empty."""
    wanted = {plan.pk: plan for plan in plans}
    rows = [
        SessionRow(*row) for row in TreatmentSession.objects.of_many(wanted).values_list(*SESSION_COLUMNS)
    ]
    done, tables = done_before(rows), shared()
    sessions: dict[int, list[SessionRow]] = defaultdict(list)
    for row in rows:
        sessions[row.plan].append(row)
    return {plan.pk: bare_facts(plan, sessions[plan.pk], done, tables) for plan in wanted.values()}


def bare_facts(
    plan: TreatmentPlan, sessions: Iterable[SessionRow], done: _Done, tables: SharedCatalogue
) -> PlanFacts:
    """The facts of a plan as far as the plan itself and its sessions tell them."""
    tz = plan.location.tz
    return PlanFacts(
        plan_id=plan.pk,
        status=plan.status,
        combination=plan.combination,
        zones=frozenset(plan.zones),
        components=frozenset(plan.components),
        numbing_planned=plan.numbing_planned,
        clinician_id=plan.clinician_id,
        country=plan.location.country,
        tz=tz,
        born_on=plan.patient.born_on,
        sessions=tuple(_one(row, tz, done) for row in sessions),
        shared=tables,
    )


def _one(row: SessionRow, tz: ZoneInfo, done: _Done) -> OneSession:
    is_performed = row.performed_at is not None and row.status in PERFORMED_SESSIONS
    return OneSession(
        pk=row.pk,
        number=row.number,
        status=row.status,
        definition=definition_by(row.version, row.checksum),
        day=local_day(row.performed_at, tz) if row.performed_at and is_performed else None,
        deepest_mm=done.deepest.get(row.pk),
        is_maintenance=row.is_maintenance,
        agreed_days=done.agreed.get(row.pk, _NOTHING_AGREED)[0],
        agreed_mm=done.agreed.get(row.pk, _NOTHING_AGREED)[1],
    )


class _Done(NamedTuple):
    """By session: the deepest zone in mm that was treated, and what was agreed after slow healing."""

    deepest: Mapping[int, Any] = {}
    agreed: Mapping[int, tuple[int, Decimal | None]] = {}


def done_before(sessions: Iterable[SessionRow]) -> _Done:
    """Depths and agreements of those sessions that were performed."""
    plans = {row.plan for row in sessions if row.performed_at}
    return _Done(_deepest(plans), _agreed(plans)) if plans else _Done()


def _deepest(plans: Iterable[int]) -> dict[int, Any]:
    """Deepest zone in mm of each signed record of the plans."""
    rows = (
        ZoneRecord.objects.filter(record__session__plan__in=list(plans), record__status=RecordStatus.SIGNED)
        .order_by()
        .values_list("record__session")
        .annotate(deepest=Max("depth_mm"))
    )
    return dict(rows)


_NOTHING_AGREED: tuple[int, Decimal | None] = (0, None)


def _agreed(plans: Iterable[int]) -> dict[int, tuple[int, Decimal | None]]:
    """What was accepted after slow healing, by the session that healed slowly: least days, greatest depth in mm."""
    rows = GentlerStep.objects.standing().filter(after__plan__in=list(plans)).order_by()
    return {pk: (days, depth) for pk, days, depth in rows.values_list("after", "min_days", "depth_mm")}


def skin_of(plan: TreatmentPlan) -> str | None:
    """The patient's skin type as the catalogue writes it; None while nobody noted it."""
    profile = getattr(plan.patient, "clinical_profile", None)
    return ROMAN[profile.skin_type] if profile and profile.skin_type else None
