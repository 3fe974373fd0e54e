"""Loads what the gate knows about a plan: one query, and one more for each table that has anything to say about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from clinic.questions import Asked, Question, instants
from treatments.catalogue.stored import NEWEST_CHANGE
from treatments.facts import (
    PlanFacts,
)
from treatments.models import (
    TreatmentPlan,
)
from treatments.queries.catalogue import shared
from treatments.queries.plan_sessions import SESSION_COLUMNS, SessionRow, bare_facts, done_before, skin_of
from treatments.queries.plan_statements import (
    earlier_treatments,
    patch_tests,
    protocols_stopped,
    recovery_now,
    screening_answers,
    screening_days,
    signatures_by_session,
)
from treatments.queries.signed_consents import signed_consents


def facts_of(plan: TreatmentPlan) -> PlanFacts:
    """All that the gate's rules read about a plan, as it stands now."""
    question, asked = facts_question(plan.pk, plan.patient_id)
    rows = question.rows(asked)
    newest, *known_tables = rows[0][len(SESSION_COLUMNS) :]
    known = _Known(*known_tables)
    sessions = [SessionRow(*row[: len(SESSION_COLUMNS)]) for row in rows if row[0] is not None]
    bare = bare_facts(plan, sessions, done_before(sessions), shared(newest or 0))
    lingering, healed = recovery_now(bare.last_performed)
    first, screened = screening_days(plan, bare.tz) if known.screenings else (None, {})
    return replace(
        bare,
        skin_type=skin_of(plan),
        protocols_off=protocols_stopped(plan) if known.protocols_off else frozenset(),
        earlier=earlier_treatments(plan) if known.earlier else (),
        answers=screening_answers(plan, bare.tz) if known.screenings else {},
        first_screening_on=first,
        screened=screened,
        consent=signed_consents([plan.pk]).get(plan.pk) if known.consents else None,
        tests=patch_tests(plan, bare.tz) if known.tests else (),
        reactions=tuple(plan.reactions.open().values_list("code", flat=True)) if known.reactions else (),
        lingering=lingering,
        healed=healed,
        signatures=signatures_by_session(plan) if known.signatures else {},
    )


def facts_question(plan_id: Any, patient_id: Any) -> Asked:
    """What `facts_of` asks first, for who asks several things at once."""
    return _OF_PLAN, {"plan": plan_id, "patient": patient_id}


class _Known(NamedTuple):
    """Which tables have anything to say about a plan."""

    protocols_off: bool
    earlier: bool
    screenings: bool
    consents: bool
    tests: bool
    reactions: bool
    signatures: bool


#: The sessions of one plan in order (one row of nothing when it has none), each with the newest change of the
#: catalogue and one look at seven tables: most of them have nothing about most plans, and then are not asked.
_COLUMNS = (
    "pk plan number status performed_at is_maintenance version checksum "
    "newest off earlier screenings consents tests reactions signatures"
)
_OF_PLAN = Question(
    f"""
    SELECT s.id, s.plan_id, s.number, s.status, s.performed_at, s.is_maintenance, s.protocol_version_id, v.checksum,
           ({NEWEST_CHANGE}),
           EXISTS (SELECT FROM treatments_treatmentsession s
                     JOIN treatments_protocolversion v ON v.id = s.protocol_version_id
                     JOIN treatments_protocol p ON p.id = v.protocol_id
                    WHERE s.plan_id = %(plan)s AND p.is_stopped),
           EXISTS (SELECT FROM treatments_earliertreatment WHERE patient_id = %(patient)s)
           OR EXISTS (SELECT FROM treatments_treatmentsession s JOIN treatments_treatmentplan p ON p.id = s.plan_id
                       WHERE p.patient_id = %(patient)s AND p.id <> %(plan)s AND s.performed_at IS NOT NULL),
           EXISTS (SELECT FROM treatments_screening WHERE plan_id = %(plan)s),
           EXISTS (SELECT FROM treatments_consent WHERE plan_id = %(plan)s),
           EXISTS (SELECT FROM treatments_patchtest WHERE patient_id = %(patient)s),
           EXISTS (SELECT FROM treatments_adversereaction WHERE plan_id = %(plan)s AND status = 'open'),
           EXISTS (SELECT FROM treatments_signoff o JOIN treatments_treatmentsession s ON s.id = o.session_id
                    WHERE s.plan_id = %(plan)s)
      FROM (SELECT %(plan)s::bigint AS id) AS plan
      LEFT JOIN treatments_treatmentsession s ON s.plan_id = plan.id
      LEFT JOIN treatments_protocolversion v ON v.id = s.protocol_version_id
     ORDER BY s.number
""",  # noqa: S608 - the part is written in our own module
    columns=_COLUMNS,
    decoded=instants(_COLUMNS, "performed_at"),
)
