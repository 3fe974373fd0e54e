"""A visit that lies some time back, written whole: what the actions would have written, in few statements.

Two hundred visits through every page's action would take minutes. The newest days are lived through the actions
themselves; `tests/bookings/demo` holds both to the same invariants.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bookings.demo.charts import Chart
from bookings.demo.letters import Post
from bookings.demo.manners import Manners
from bookings.demo.past_checks import write_checks
from bookings.demo.results import results
from bookings.demo.shelf import Shelf
from bookings.demo.walking import Story
from bookings.demo.world import Place, known_by, taken_by
from bookings.models import Appointment, AppointmentStatusChange
from bookings.words import AppointmentStatus
from clinic.messaging.actions.outbox import reconcile
from clinic.models import Practitioner
from clinic.words import ResourceKind
from treatments.actions.aftercare import give_aftercare
from treatments.definitions import Asked
from treatments.models import (
    ProductUse,
    Screening,
    ScreeningAnswer,
    SessionRecord,
    SessionRecordStatusChange,
    TreatmentPlan,
    TreatmentPlanStatusChange,
    TreatmentSession,
    TreatmentSessionStatusChange,
    ZoneRecord,
)
from treatments.prefill import prefilled
from treatments.queries.catalogue import definition_of
from treatments.words import OPEN_SESSIONS, PlanStatus, RecordStatus, ScreeningOutcome, SessionStatus

A, S, R = AppointmentStatus, SessionStatus, RecordStatus
_DEPTHS = ("depth_mm", "rf_depth_mm", "injection_depth_mm")


def attended(place: Place, shelf: Shelf, post: Post, row: Appointment, manners: Manners) -> list[Story]:
    """Somebody came, was treated and left; gives the stories of the answers that are still to come."""
    rng = place.dice("visit", row.patient_id, row.starts_at)
    arrived_at = row.starts_at - timedelta(minutes=max(manners.minutes_early, 0))
    ended_at = row.ends_at - timedelta(minutes=rng.randint(1, 5))
    _appointment(place, row, manners, arrived_at, ended_at)
    session = row.treatment_session
    if session is None:
        return []
    begun_at = row.starts_at + timedelta(minutes=rng.randint(1, 4))
    who = place.practitioner(taken_by(row)[ResourceKind.PRACTITIONER].pk)
    _screening(session, place, manners, now=arrived_at)
    _record(place, shelf, row, session, who, begun_at=begun_at, ended_at=ended_at)
    _performed(session, who, begun_at=begun_at, ended_at=ended_at)
    results(place, session, begun_at=begun_at, by=who.user)
    give_aftercare(session, by=who.user, now=ended_at)
    if not place.follows_up(ended_at):
        return []
    post.say("session", session, at=ended_at, until=place.recent)
    return write_checks(place, post, session, is_ill=manners.is_ill_after)


def _appointment(
    place: Place, row: Appointment, manners: Manners, arrived_at: datetime, ended_at: datetime
) -> None:
    confirmed_at = row.starts_at - timedelta(hours=22) if manners.confirms else None
    Appointment.objects.filter(pk=row.pk).update(
        status=A.FULFILLED, version=row.version + 2 + bool(confirmed_at), confirmed_at=confirmed_at
    )
    steps: list[tuple[str, str, datetime, Any]] = [
        (A.BOOKED, A.ARRIVED, arrived_at, place.desk),
        (A.ARRIVED, A.FULFILLED, ended_at, place.desk),
    ]
    if confirmed_at:
        steps.insert(0, (A.BOOKED, A.BOOKED, confirmed_at, None))
    AppointmentStatusChange.objects.bulk_create(
        AppointmentStatusChange(
            appointment=row, from_status=before, to_status=to, changed_at=at, changed_by=by
        )
        for before, to, at, by in steps
    )


def _screening(session: TreatmentSession, place: Place, manners: Manners, *, now: datetime) -> None:
    """No to every question that is asked before each session."""
    at_home = manners.answers_at_home
    screening = Screening.objects.create(
        plan=session.plan,
        session=session,
        answered_at=now - timedelta(hours=13) if at_home else now,
        answered_by=None if at_home else place.desk,
        outcome=ScreeningOutcome.CLEAR,
    )
    items = [item for item in definition_of(session).screening_asked(Asked.EVERY) if "no" in item.clears_on]
    ScreeningAnswer.objects.bulk_create(
        ScreeningAnswer(screening=screening, item=item.code, is_yes=False) for item in items
    )


def _record(
    place: Place,
    shelf: Shelf,
    row: Appointment,
    session: TreatmentSession,
    who: Practitioner,
    *,
    begun_at: datetime,
    ended_at: datetime,
) -> None:
    """The record with its parts, then sealed."""
    taken = taken_by(row)
    device = taken.get(ResourceKind.DEVICE)
    record = SessionRecord(
        session=session,
        practitioner=who,
        device_id=device.pk if device else None,
        room_id=taken[ResourceKind.ROOM].pk,
        draft=prefilled(session),
        created_at=begun_at,
    )
    rng = place.dice("chart", *known_by(session))
    draft = Chart(place, shelf, record, definition_of(session), ended_at, rng).draft()
    fields = draft["fields"]
    record.draft, record.note, record.pain_max = draft, draft["note"], fields.get("pain_vas_max")
    record.details = {key: value for key, value in fields.items() if value is not None}
    record.observation_minutes = fields.get("observation_min")
    record.save()
    ZoneRecord.objects.bulk_create(_zone(record, zone) for zone in draft["zones"])
    ProductUse.objects.bulk_create(_use(record, use) for use in draft["products"])
    SessionRecord.objects.filter(pk=record.pk).update(
        status=R.SIGNED, version=3, signed_at=ended_at, signed_by=who.user
    )
    SessionRecordStatusChange.objects.bulk_create(
        SessionRecordStatusChange(
            record=record, from_status=before, to_status=to, changed_at=at, changed_by=who.user
        )
        for before, to, at in (("", R.DRAFT, begun_at), (R.DRAFT, R.SIGNED, ended_at))
    )


def _zone(record: SessionRecord, zone: dict[str, Any]) -> ZoneRecord:
    columns = {"zone", "side", "passes", "endpoint", "technique", "points", "vol_zone_ml", *_DEPTHS}
    depth = next((zone[code] for code in _DEPTHS if code in zone), None)
    return ZoneRecord(
        record=record,
        zone=zone["zone"],
        side=zone["side"],
        depth_mm=Decimal(str(depth)) if depth is not None else None,
        passes=zone.get("passes"),
        endpoint=zone.get("endpoint", ""),
        technique=zone.get("technique", ""),
        points=zone.get("points"),
        volume_ml=Decimal(zone["vol_zone_ml"]) if zone.get("vol_zone_ml") else None,
        details={key: value for key, value in zone.items() if key not in columns},
    )


def _use(record: SessionRecord, use: dict[str, Any]) -> ProductUse:
    return ProductUse(
        record=record,
        product_id=use["product"],
        lot_id=use["lot"],
        role=use["role"],
        amount=Decimal(use["amount"]),
        unit=use["unit"],
        details={key: use[key] for key in ("when", "opened_at") if key in use},
    )


def _performed(
    session: TreatmentSession, who: Practitioner, *, begun_at: datetime, ended_at: datetime
) -> None:
    """The session is a fact; after the last one the series is complete."""
    session.status, session.performed_at, session.performed_by = S.COMPLETED, ended_at, who
    session.save(update_fields=["status", "performed_at", "performed_by"])
    TreatmentSessionStatusChange.objects.bulk_create(
        TreatmentSessionStatusChange(
            session=session, from_status=before, to_status=to, changed_at=at, changed_by=who.user
        )
        for before, to, at in (
            (S.PREPARATION, S.IN_PROGRESS, begun_at),
            (S.IN_PROGRESS, S.COMPLETED, ended_at),
        )
    )
    plan = session.plan
    if not plan.sessions.filter(status__in=OPEN_SESSIONS).exists():
        TreatmentPlan.objects.filter(pk=plan.pk).update(status=PlanStatus.COMPLETED)
        TreatmentPlanStatusChange.objects.create(
            plan=plan,
            from_status=PlanStatus.ACTIVE,
            to_status=PlanStatus.COMPLETED,
            changed_at=ended_at,
            changed_by=who.user,
        )
        plan.refresh_from_db()
        reconcile("plan", plan, now=ended_at, by=who.user)
