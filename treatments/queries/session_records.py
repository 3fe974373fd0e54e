"""What stands around a session record: its limits' facts, and the problems of what is written in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from clinic.errors import Problem
from clinic.timekeeping import local_day
from treatments.facts import Moment, PlanFacts
from treatments.gate import signed
from treatments.models import Lot, Photo, Product, SessionRecord, TreatmentSession
from treatments.queries.catalogue import definition_of, shared, skin_type
from treatments.queries.plan_facts import facts_of
from treatments.queries.stock import with_stock
from treatments.record_form import RecordValues, read_record
from treatments.rules.answers import excluded_agents, removed_zones
from treatments.rules.mixtures import mixture_problems, technique_problems
from treatments.rules.records import (
    LotFacts,
    ProductFacts,
    RecordFacts,
    numbing_problems,
    person_problems,
    product_problems,
    time_problems,
    zone_problems,
)
from treatments.series import next_earliest
from treatments.words import RecordStatus, SessionStatus


def draft_problems(session: TreatmentSession, *, now: datetime) -> list[Problem]:
    """What stands against the open draft of a session; empty without a draft."""
    record = SessionRecord.objects.filter(session=session, status=RecordStatus.DRAFT).first()
    return problems_of(record, ended_at=now, now=now) if record is not None else []


def read_draft(record: SessionRecord) -> RecordValues:
    """The draft in typed values with its problems of form."""
    definition = definition_of(record.session)
    return read_record(record.draft, shared().record_fields, family=str(definition.family))


def problems_of(record: SessionRecord, *, ended_at: datetime, now: datetime) -> list[Problem]:
    """Every problem of form and content of a draft; signed ones come as remarks."""
    values = read_draft(record)
    return judged(values, record_facts(record, values, ended_at=ended_at, now=now))


def judged(values: RecordValues, facts: RecordFacts) -> list[Problem]:
    """The same from a draft and facts read before."""
    found = [
        *values.problems,
        *zone_problems(values, facts),
        *person_problems(values, facts),
        *numbing_problems(values, facts),
        *product_problems(values, facts),
        *mixture_problems(values, facts),
        *technique_problems(values, facts),
        *time_problems(values, facts, mix_minutes=facts.plan.policy("MIX_USE_WITHIN_MIN")),
    ]
    signatures = facts.plan.signatures.get(facts.session.pk, ())
    return [signed(problem, signatures, on=facts.on) for problem in found]


def record_facts(
    record: SessionRecord, read: RecordValues, *, ended_at: datetime, now: datetime
) -> RecordFacts:
    """The facts that the limits of a record depend on, in a handful of queries."""
    session = record.session
    plan = facts_of(session.plan)
    one = plan.session(session.pk)
    on = local_day(ended_at, plan.tz)
    moment = Moment(on=on, now=now, is_start=True, anchors={})
    profile = getattr(session.plan.patient, "clinical_profile", None)
    return RecordFacts(
        plan=plan,
        session=one,
        location_id=session.plan.location_id,
        on=on,
        ended_at=ended_at,
        qualification=record.practitioner.qualification,
        certificates=valid_certificates(record.practitioner.certificates, on),
        deepest_of_device=record.device.model.max_depth_mm if record.device else None,
        skin=skin_type(profile.skin_type if profile else None),
        weight_kg=profile.weight_kg if profile else None,
        lots=_lots(read),
        products=_products(read),
        removed_zones=removed_zones(plan, one, moment),
        excluded_agents=excluded_agents(plan, one, moment),
        screened_components=_screened(plan),
        has_photo_before=Photo.objects.filter(session=session, moment="before").exists(),
    )


def valid_certificates(certificates: Mapping[str, Any], on: date) -> frozenset[str]:
    """Names of certificates that have not expired; an empty date means they never do."""
    return frozenset(
        name for name, until in certificates.items() if not until or str(until) >= on.isoformat()
    )


def earliest_after(read: RecordValues, facts: RecordFacts) -> date | None:
    """The earliest day of the session after this one, with what this record says about the depth (BR-02)."""
    depths = [entry.depth_mm for entry in read.zones if entry.depth_mm is not None]
    done = replace(
        facts.session,
        day=facts.on,
        status=SessionStatus.COMPLETED,
        deepest_mm=max(depths, default=None),
    )
    sessions = tuple(done if one.pk == done.pk else one for one in facts.plan.sessions)
    return next_earliest(replace(facts.plan, sessions=sessions), done, performed_on=facts.on)


def _screened(plan: PlanFacts) -> frozenset[str]:
    """Components whose screening items were all answered, or that bring none; planned ones count as asked."""
    items = {row.code: row.screening_items for row in plan.shared.mixture_classes}
    known = {code for code, asked in items.items() if all(item in plan.answers for item in asked)}
    return frozenset(known | plan.components)


def _lots(read: RecordValues) -> dict[int, LotFacts]:
    ids = [entry.lot_id for entry in read.products if entry.lot_id is not None]
    rows = with_stock(Lot.objects.filter(pk__in=ids))
    return {
        row.pk: LotFacts(
            pk=row.pk,
            product_id=row.product_id,
            location_id=row.location_id,
            number=row.number,
            expires_on=row.expires_on,
            is_quarantined=row.quarantined_at is not None,
            left=row.left,
        )
        for row in rows
    }


def _products(read: RecordValues) -> dict[int, ProductFacts]:
    rows = Product.objects.filter(pk__in=[entry.product_id for entry in read.products])
    return {
        row.pk: ProductFacts(
            pk=row.pk,
            name=row.name,
            role=row.role,
            product_class=row.product_class,
            strength=row.strength,
        )
        for row in rows
    }
