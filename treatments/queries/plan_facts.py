"""Loads what the gate knows about a plan: one query, and one more for each table that has anything to say about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Max

from clinic.questions import Facts, Question, instants
from clinic.timekeeping import local_day
from clinic.words import Qualification
from treatments.catalogue.stored import NEWEST_CHANGE
from treatments.definitions import SharedCatalogue
from treatments.facts import (
    Earlier,
    OneSession,
    PlanFacts,
    Signature,
    TestResult,
)
from treatments.models import (
    EarlierTreatment,
    GentlerStep,
    PatchTest,
    RecoveryAnswer,
    Screening,
    ScreeningAnswer,
    SignOff,
    TreatmentPlan,
    TreatmentSession,
    ZoneRecord,
)
from treatments.queries.catalogue import ROMAN, definition_by, shared
from treatments.queries.signed_consents import signed_consents
from treatments.screening_rules import GivenAnswer
from treatments.words import PERFORMED_SESSIONS, RecordStatus


def facts_of(plan: TreatmentPlan) -> PlanFacts:
    """All that the gate's rules read about a plan, as it stands now."""
    question, asked = facts_question(plan)
    rows = question.rows(asked)
    newest, *known_tables = rows[0][len(_SESSION) :]
    known = _Known(*known_tables)
    sessions = [_Session(*row[: len(_SESSION)]) for row in rows if row[0] is not None]
    bare = _bare(plan, sessions, _done_before(sessions), shared(newest or 0))
    lingering, healed = _recovery(bare.last_performed)
    first, screened = _screenings(plan, bare.tz) if known.screenings else (None, {})
    return replace(
        bare,
        skin_type=skin_of(plan),
        protocols_off=_protocols_off(plan) if known.protocols_off else frozenset(),
        earlier=_earlier(plan) if known.earlier else (),
        answers=_answers(plan, bare.tz) if known.screenings else {},
        first_screening_on=first,
        screened=screened,
        consent=signed_consents([plan.pk]).get(plan.pk) if known.consents else None,
        tests=_tests(plan, bare.tz) if known.tests else (),
        reactions=tuple(plan.reactions.open().values_list("code", flat=True)) if known.reactions else (),
        lingering=lingering,
        healed=healed,
        signatures=_signatures(plan) if known.signatures else {},
    )


def skin_of(plan: TreatmentPlan) -> str | None:
    """The patient's skin type as the catalogue writes it; None while nobody noted it."""
    profile = getattr(plan.patient, "clinical_profile", None)
    return ROMAN[profile.skin_type] if profile and profile.skin_type else None


def facts_question(plan: TreatmentPlan) -> tuple[Question, Facts]:
    """What `facts_of` asks first, for who asks several things at once."""
    return _OF_PLAN, {"plan": plan.pk, "patient": plan.patient_id}


class _Known(NamedTuple):
    """Which tables have anything to say about a plan."""

    protocols_off: bool
    earlier: bool
    screenings: bool
    consents: bool
    tests: bool
    reactions: bool
    signatures: bool


class _Session(NamedTuple):
    """What is read of a session, in the order of `_SESSION`."""

    pk: int
    plan: int
    number: int
    status: str
    performed_at: datetime | None
    is_maintenance: bool
    version: int
    checksum: str


_SESSION = (
    "pk",
    "plan",
    "number",
    "status",
    "performed_at",
    "is_maintenance",
    "protocol_version",
    "protocol_version__checksum",
)
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


def series_facts(plans: Iterable[TreatmentPlan]) -> dict[int, PlanFacts]:
    """What due windows need, for many plans in three queries: sessions, depths, agreements; the rest is left empty."""
    wanted = {plan.pk: plan for plan in plans}
    rows = [_Session(*row) for row in TreatmentSession.objects.of_many(wanted).values_list(*_SESSION)]
    done, tables = _done_before(rows), shared()
    sessions: dict[int, list[_Session]] = defaultdict(list)
    for row in rows:
        sessions[row.plan].append(row)
    return {plan.pk: _bare(plan, sessions[plan.pk], done, tables) for plan in wanted.values()}


def _bare(
    plan: TreatmentPlan, sessions: Iterable[_Session], done: _Done, tables: SharedCatalogue
) -> PlanFacts:
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


def _one(row: _Session, tz: ZoneInfo, done: _Done) -> OneSession:
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


def _done_before(sessions: Iterable[_Session]) -> _Done:
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


def _protocols_off(plan: TreatmentPlan) -> frozenset[str]:
    rows = plan.sessions.filter(protocol_version__protocol__is_stopped=True)
    return frozenset(rows.values_list("protocol_version__protocol__code", flat=True))


def _earlier(plan: TreatmentPlan) -> tuple[Earlier, ...]:
    elsewhere = EarlierTreatment.objects.filter(patient=plan.patient_id)
    found = [Earlier(code=row.code, day=row.performed_on, zones=frozenset(row.zones)) for row in elsewhere]
    others = (
        TreatmentSession.objects.performed()
        .filter(plan__patient=plan.patient_id)
        .exclude(plan=plan)
        .select_related("plan__location", "protocol_version__protocol")
        .defer("protocol_version__definition")
        .prefetch_related("record__zones")
    )
    return (*found, *(_of_other_plan(row) for row in others))


def _of_other_plan(row: TreatmentSession) -> Earlier:
    record = getattr(row, "record", None)
    zones = {part.zone for part in record.zones.all()} if record is not None else set()
    performed_at = row.performed_at
    if performed_at is None:
        raise ValueError("a performed session has a time")
    return Earlier(
        code=row.protocol_version.protocol.family,
        day=local_day(performed_at, row.plan.location.tz),
        zones=frozenset(zones or row.plan.zones),
        plan_id=row.plan_id,
    )


def _answers(plan: TreatmentPlan, tz: ZoneInfo) -> dict[str, tuple[GivenAnswer, int | None]]:
    rows = (
        ScreeningAnswer.objects.filter(screening__plan=plan)
        .select_related("screening")
        .order_by("screening__answered_at", "id")
    )
    return {row.item: (given_of(row, tz), row.screening.session_id) for row in rows}


def given_of(row: ScreeningAnswer, tz: ZoneInfo) -> GivenAnswer:
    """A stored answer as the rules read it."""
    return GivenAnswer(
        item=row.item,
        answer=row.answer,
        answered_on=local_day(row.screening.answered_at, tz),
        since_on=row.since_on,
        zones=frozenset(row.zones),
    )


def _screenings(
    plan: TreatmentPlan, tz: ZoneInfo
) -> tuple[date | None, dict[int, tuple[datetime, frozenset[str]]]]:
    first: date | None = None
    screened: dict[int, tuple[datetime, frozenset[str]]] = {}
    rows = Screening.objects.filter(plan=plan).prefetch_related("answers").order_by("answered_at")
    for row in rows:
        if row.session_id is None:
            first = local_day(row.answered_at, tz)
        else:
            screened[row.session_id] = (
                row.answered_at,
                frozenset(answer.item for answer in row.answers.all()),
            )
    return first, screened


def _tests(plan: TreatmentPlan, tz: ZoneInfo) -> tuple[TestResult, ...]:
    return tuple(
        TestResult(
            rule=row.rule,
            components=frozenset(row.components),
            applied_on=local_day(row.applied_at, tz),
            is_positive=row.is_positive,
            valid_until=row.valid_until_on,
        )
        for row in PatchTest.objects.filter(patient=plan.patient_id)
    )


def _recovery(last: OneSession | None) -> tuple[frozenset[str], str]:
    """The symptoms last scored above zero, and the last "has everything healed", since the last session."""
    if last is None:
        return frozenset(), ""
    newest: dict[str, Any] = {}
    rows = RecoveryAnswer.objects.filter(recovery_check__session=last.pk).order_by("answered_at", "id")
    for row in rows:
        newest[row.question] = row.value
    symptoms = {item.code: item.symptom for item in last.definition.questions if item.symptom}
    above = {symptoms[code] for code, value in newest.items() if code in symptoms and _positive(value)}
    return frozenset(symptom for symptom in above if symptom), str(newest.get("Q_READY") or "")


def _positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _signatures(plan: TreatmentPlan) -> dict[int, tuple[Signature, ...]]:
    found: dict[int, list[Signature]] = defaultdict(list)
    rows = SignOff.objects.filter(session__plan=plan).select_related("signed_by__practitioner")
    for row in rows:
        practitioner = getattr(row.signed_by, "practitioner", None)
        physician = practitioner is not None and practitioner.qualification == Qualification.DOC
        found[row.session_id].append(
            Signature(problem=row.problem, from_on=row.from_on, is_physician=physician)
        )
    return {session: tuple(signatures) for session, signatures in found.items()}
