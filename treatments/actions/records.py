"""The record of a session: open it prefilled, save as it is typed, sign it once, add to it after (P8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.errors import DomainError, Problem, Stale
from clinic.messaging.actions.outbox import reconcile
from clinic.models import Device, Practitioner, Room
from clinic.statuses import move, record
from treatments.actions.aftercare import give_aftercare
from treatments.actions.reactions import open_reactions_at_signing
from treatments.actions.recovery import plan_checks
from treatments.actions.sessions import refuse
from treatments.models import Addendum, ProductUse, SessionRecord, TreatmentSession, ZoneRecord
from treatments.prefill import prefilled
from treatments.queries.session_records import earliest_after, judged, problems_of, read_draft, record_facts
from treatments.record_form import ProductEntry, RecordValues, ZoneEntry
from treatments.rules.mixtures import dose_of
from treatments.rules.records import RecordFacts, numbing_minutes
from treatments.signals import session_performed
from treatments.words import (
    OPEN_SESSIONS,
    PLAN_TRANSITIONS,
    RECORD_TRANSITIONS,
    SESSION_TRANSITIONS,
    PlanStatus,
    RecordStatus,
    SessionStatus,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """A signed record, and what was remarked on the way."""

    record: SessionRecord
    remarks: tuple[Problem, ...]


@transaction.atomic
def open_record(
    session: TreatmentSession,
    *,
    practitioner: Practitioner,
    by: Any,
    now: datetime,
    device: Device | None = None,
    room: Room | None = None,
) -> SessionRecord:
    """The session's record: the one that exists, else a draft prefilled from the last signed one of the plan.

    Without an earlier record the catalogue's defaults are used, shallower for darker skin (catalogue 2.2).
    """
    session = TreatmentSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    existing = SessionRecord.objects.filter(session=session).first()
    if existing is not None:
        return existing
    if session.status != SessionStatus.IN_PROGRESS:
        raise DomainError("not_started", _("The session has not been started."))
    draft = prefilled(session)
    if device is not None:
        draft["device"] = device.pk
    if room is not None:
        draft["room"] = room.pk
    new = SessionRecord.objects.create(
        session=session, practitioner=practitioner, device=device, room=room, draft=draft, created_at=now
    )
    record(new, "", RecordStatus.DRAFT, by=by, now=now)
    return new


def save_draft(record_id: int, *, version: int, draft: Mapping[str, Any]) -> SessionRecord:
    """Keeps what was typed, readable or not. `Stale` when somebody else saved since that version was read.

    One guarded update, so that two tablets on one record never overwrite each other; the version rises by one.
    """
    hit = SessionRecord.objects.filter(pk=record_id, version=version, status=RecordStatus.DRAFT).update(
        draft=dict(draft), version=version + 1
    )
    if hit != 1:
        if SessionRecord.objects.filter(pk=record_id, status=RecordStatus.SIGNED).exists():
            raise DomainError("record_signed", _("This record is signed; write an addendum."))
        raise Stale(
            "stale_record", _("Somebody else saved this record meanwhile. Your entries are still here.")
        )
    return SessionRecord.objects.get(pk=record_id)


def record_problems(record_id: int, *, now: datetime) -> list[Problem]:
    """What stands against signing the draft as it is now: for the page beside the fields."""
    row = drafted(record_id)
    return problems_of(row, ended_at=now, now=now)


def drafted(record_id: int) -> SessionRecord:
    """The record with the device and the room that its draft names, as signing would see it."""
    row = _loaded(SessionRecord.objects.get(pk=record_id))
    return _with_columns(row, read_draft(row))


@transaction.atomic
def sign_record(
    record_id: int, *, version: int, by: Any, now: datetime, ended_at: datetime | None = None
) -> Signed:
    """Signs and locks the record: its parts, the performed session, aftercare, recovery checks, messages.

    `ended_at` is when the treatment ended (now without it). `record_refused` lists what is missing or beyond a
    hard cap, `needs_approval` what a clinician must sign first, `Stale` when the draft changed since it was read.
    """
    row = SessionRecord.objects.select_for_update(of=("self",)).get(pk=record_id)
    if row.status == RecordStatus.SIGNED:
        raise DomainError("record_signed", _("This record is signed already."))
    if row.version != version:
        raise Stale(
            "stale_record", _("Somebody else saved this record meanwhile. Look again before you sign.")
        )
    session = TreatmentSession.objects.select_for_update(of=("self",)).get(pk=row.session_id)
    if session.status != SessionStatus.IN_PROGRESS:
        raise DomainError("not_started", _("The session has not been started."))
    end = ended_at or now
    if end > now:
        raise DomainError("in_the_future", _("The treatment cannot have ended later than now."))
    row = _loaded(row)
    read = read_draft(row)
    row = _with_columns(row, read)
    facts = record_facts(row, read, ended_at=end, now=now)
    found = judged(read, facts)
    refuse(found, code="record_refused")
    _write_parts(row, read)
    _lock(row, read, facts, by=by, now=now)
    _perform(row, ended_at=end, by=by, now=now)
    return Signed(record=row, remarks=tuple(found))


def _loaded(row: SessionRecord) -> SessionRecord:
    return SessionRecord.objects.select_related(
        "session__plan__location",
        "session__plan__patient",
        "session__protocol_version",
        "practitioner",
        "device__model",
    ).get(pk=row.pk)


def _with_columns(row: SessionRecord, read: RecordValues) -> SessionRecord:
    """Device and room as the draft names them, where they exist."""
    if read.device_id is not None:
        row.device = Device.objects.select_related("model").filter(pk=read.device_id).first()
    if read.room_id is not None:
        row.room = Room.objects.filter(pk=read.room_id).first()
    return row


def _write_parts(row: SessionRecord, read: RecordValues) -> None:
    ZoneRecord.objects.bulk_create(_zone(row, entry, read) for entry in read.zones)
    ProductUse.objects.bulk_create(_use(row, entry) for entry in read.products)


def _zone(row: SessionRecord, entry: ZoneEntry, read: RecordValues) -> ZoneRecord:
    columns = {"depth_mm", "rf_depth_mm", "injection_depth_mm", "passes", "endpoint", "technique", "points"}
    return ZoneRecord(
        record=row,
        zone=entry.zone,
        side=entry.side,
        depth_mm=entry.depth_mm,
        passes=entry.values.get("passes"),
        endpoint=entry.values.get("endpoint") or "",
        technique=entry.values.get("technique") or "",
        points=entry.values.get("points"),
        volume_ml=entry.volume_ml,
        details={
            code: storable(value)
            for code, value in entry.values.items()
            if value is not None and code not in columns | {"vol_zone_ml"}
        },
    )


def _use(row: SessionRecord, entry: ProductEntry) -> ProductUse:
    details = {
        "when": entry.when,
        "strength": storable(entry.strength),
        "strength_unit": entry.strength_unit,
        "opened_at": storable(entry.opened_at),
        "has_adrenaline": entry.has_adrenaline,
    }
    return ProductUse(
        record=row,
        product_id=entry.product_id,
        lot_id=entry.lot_id,
        role=entry.role,
        amount=entry.amount,
        unit=entry.unit,
        details={key: value for key, value in details.items() if value not in (None, "", False)},
    )


def storable(value: Any) -> Any:
    """Decimals and times as text, so that JSON keeps them exactly."""
    if isinstance(value, Decimal | datetime | time):
        return str(value)
    return value


def _lock(row: SessionRecord, read: RecordValues, facts: RecordFacts, *, by: Any, now: datetime) -> None:
    move(
        row,
        RecordStatus.SIGNED,
        transitions=RECORD_TRANSITIONS,
        by=by,
        now=now,
        changes={
            "details": {**_details(read), **_computed(read, facts)},
            "device": row.device,
            "room": row.room,
            "pain_max": read.fields.get("pain_vas_max"),
            "observation_minutes": read.fields.get("observation_min"),
            "note": read.note,
            "version": row.version + 1,
            "signed_at": now,
            "signed_by": by,
        },
    )


def _details(read: RecordValues) -> dict[str, Any]:
    people = {"assistant": read.assistant_id, "mixed_by": read.mixed_by_id}
    written = {**read.fields, **people}
    return {code: storable(value) for code, value in written.items() if value is not None}


def _computed(read: RecordValues, facts: RecordFacts) -> dict[str, Any]:
    """What the record computes itself: totals, minutes of numbing, the earliest next day (BR-02)."""
    computed: dict[str, Any] = {}
    if read.components:
        totals = dose_of(read, facts)
        computed["vol_total_ml"] = str(totals.total_ml)
        computed["mg_by_class"] = {code: str(mg) for code, mg in totals.mg_by_class.items()}
    if (minutes := numbing_minutes(read)) is not None:
        computed["numbing_minutes"] = minutes
    if (earliest := earliest_after(read, facts)) is not None:
        computed["next_earliest"] = earliest.isoformat()
    return computed


def _perform(row: SessionRecord, *, ended_at: datetime, by: Any, now: datetime) -> None:
    """The facts that follow: performed, told, followed up; the app above fulfils the appointment."""
    session = row.session
    move(
        session,
        SessionStatus.COMPLETED,
        transitions=SESSION_TRANSITIONS,
        by=by,
        now=now,
        changes={"performed_at": ended_at, "performed_by": row.practitioner},
    )
    _finish_series(session, by=by, now=now)
    give_aftercare(session, by=by, now=now)
    open_reactions_at_signing(row, by=by, now=now)
    plan_checks(session, now=now)
    session_performed.send(sender=TreatmentSession, session=session, by=by, now=now)
    reconcile("session", session, now=now, by=by)
    reconcile("plan", session.plan, now=now, by=by)


def _finish_series(session: TreatmentSession, *, by: Any, now: datetime) -> None:
    """The series is complete when no session is left (BR-04)."""
    plan = session.plan
    left = plan.sessions.filter(status__in=OPEN_SESSIONS).exists()
    if not left and plan.status == PlanStatus.ACTIVE:
        move(plan, PlanStatus.COMPLETED, transitions=PLAN_TRANSITIONS, by=by, now=now)


@transaction.atomic
def add_addendum(record_id: int, *, text: str, by: Any, now: datetime) -> Addendum:
    """A correction or addition to a signed record; the record itself stays as it was signed."""
    row = SessionRecord.objects.get(pk=record_id)
    if row.status != RecordStatus.SIGNED:
        raise DomainError("not_signed", _("This record is still a draft: change it there."))
    if not text.strip():
        raise DomainError("text_missing", _("An addendum needs words."))
    return Addendum.objects.create(record=row, text=text.strip(), written_at=now, written_by=by)
