"""Undo: the last change is taken back, as far as the time is still free and the rules still hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bookings import claim_writing, claiming
from bookings.actions.changing import change, locked, when_text
from bookings.actions.leaving import give_back, resources_of
from bookings.actions.moving import visit_for
from bookings.actions.taking import clear_the_way
from bookings.actions.telling import tell
from bookings.claiming import Taking
from bookings.models import Appointment, Claim
from bookings.nudging import nudge_waiting_after_commit
from bookings.problems import refuse
from bookings.quotas import quotas_of
from bookings.refusals import Refused
from bookings.slots import settings_of
from bookings.units import unit
from bookings.visits import SpanClaim
from bookings.words import OCCUPYING, Agreement, AppointmentStatus
from treatments.words import SessionStatus

#: A change older than this is no longer undone but done anew.
UNDONE_WITHIN = timedelta(hours=12)
#: What an undo brings back; the version goes on rising.
_RESTORED = (
    "starts_at",
    "ends_at",
    "held_until",
    "confirmed_at",
    "cancel_reason",
    "cancelled_by_patient",
    "note",
)
S = AppointmentStatus
#: Status now → status before, for which there is an undo.
_UNDONE = {
    (S.BOOKED, S.BOOKED),
    (S.CANCELLED, S.BOOKED),
    (S.NOSHOW, S.BOOKED),
    (S.ARRIVED, S.ARRIVED),
    (S.ARRIVED, S.BOOKED),
    (S.FULFILLED, S.ARRIVED),
    (S.ARRIVED, S.NOSHOW),
}


@dataclass(frozen=True)
class GoingBack:
    """An appointment, what it was one version earlier, and what it had claimed then."""

    row: Appointment
    before: Any
    wanted: Sequence[SpanClaim]

    @property
    def taking(self) -> Taking:
        """What it takes again."""
        return _taking(self.row, self.before.starts_at, self.before.ends_at, self.wanted)


def going_back(row: Appointment) -> GoingBack:
    """The step back of one appointment; `nothing_to_undo` for a first entry."""
    return GoingBack(row, _before(row), [SpanClaim(*claim) for claim in claims_before(row)])


@unit
def undo(*, appointment: Appointment, by: Any, now: datetime, version: int | None = None) -> Appointment:
    """Takes the last change back: a move, a cancellation, a no-show, an arrival, the end of a visit.

    Refused with `nothing_to_undo` for a first entry or an old change, and like any booking when the old time is no
    longer free (`Taken`) or no longer allowed. What was already sent is corrected by a new message.
    """
    before = _before(appointment)
    claims = claims_before(appointment)
    wanted = [SpanClaim(*claim) for claim in claims]
    claiming.lock(
        [*resources_of([appointment]), *(claim.resource for claim in wanted)], [appointment.patient_id]
    )
    row = locked(appointment, version=version)
    check_undo(row, before, now)
    _check_time(row, before, wanted, by=by, now=now)
    if before.status in OCCUPYING and wanted:
        _take_again(row, before, wanted, now=now)
    elif before.status not in OCCUPYING:
        give_back([row.pk])
    restore(row, before, by=by, now=now)
    if before.status in OCCUPYING and wanted:
        claim_writing.claim(row, wanted)
    nudge_waiting_after_commit(row.location_id)
    tell(row, by=by, now=now)
    return row


def retake(row: Appointment, *, now: datetime, version: int) -> None:
    """Claims again what a locked appointment had before it gave its time back."""
    wanted = [SpanClaim(*claim) for claim in claims_before(row)]
    clear_the_way([_taking(row, row.starts_at, row.ends_at, wanted)], now=now, without=[row.pk])
    row.version, present = version, row.version
    claim_writing.claim(row, wanted)
    row.version = present


def claims_before(appointment: Appointment) -> list[tuple[int, datetime, datetime]]:
    """The claims that the last change removed, or nothing when it left the claims alone.

    Claims carry the version that wrote them: those standing are older than the last change exactly when that
    change did not touch them.
    """
    standing = appointment.claims.values_list("appointment_version", flat=True)
    if any(version < appointment.version for version in standing):
        return []
    history = Claim.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        appointment_id=appointment.pk, pgh_label="delete"
    )
    rows = list(
        history.order_by("-appointment_version", "pgh_id").values_list(
            "appointment_version", "resource_id", "starts_at", "ends_at"
        )
    )
    return [(row[1], row[2], row[3]) for row in rows if row[0] == rows[0][0]]


def _before(appointment: Appointment) -> Any:
    """The row as it was one version earlier, from the history."""
    history = Appointment.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        pgh_obj_id=appointment.pk, version=appointment.version - 1
    )
    found = history.order_by("-pgh_id").first()
    if found is None:
        raise Refused("nothing_to_undo", _("There is nothing to undo."))
    return found


def check_undo(row: Appointment, before: Any, now: datetime) -> None:
    last = row.status_changes.order_by("-id").first()
    is_recent = last is not None and now - last.changed_at <= UNDONE_WITHIN
    if (row.status, before.status) not in _UNDONE or not is_recent or row.version != before.version + 1:
        raise Refused("nothing_to_undo", _("This can no longer be undone: change it instead."))
    session = row.treatment_session
    if row.status == S.ARRIVED and session is not None and session.status == SessionStatus.IN_PROGRESS:
        raise Refused("has_begun", _("The treatment has begun, so the arrival stands."))


def _check_time(
    row: Appointment, before: Any, wanted: Sequence[SpanClaim], *, by: Any, now: datetime
) -> None:
    """Going back to a time obeys the same rules as going there; staying does not ask again."""
    if not wanted or before.starts_at < now:
        return
    visit = visit_for(row)
    refuse(visit, start=before.starts_at, chosen={}, by=by or row.created_by, now=now, without=[row.pk])


def _take_again(row: Appointment, before: Any, wanted: Sequence[SpanClaim], *, now: datetime) -> None:
    clear_the_way([_taking(row, before.starts_at, before.ends_at, wanted)], now=now, without=[row.pk])
    give_back([row.pk], taken_again=wanted)


def restore(row: Appointment, before: Any, *, by: Any, now: datetime) -> None:
    columns = {name: getattr(before, name) for name in _RESTORED}
    columns |= _agreed_again(row, before, now)
    note = _("undone, back to %(when)s") % {"when": when_text(before.starts_at, row)}
    change(row, before.status, by=by, now=now, why=note, **columns)


def _agreed_again(row: Appointment, before: Any, now: datetime) -> dict[str, Any]:
    """Within the undo window nobody was told yet, so nothing has happened; after it, the way back is news.

    An undo may itself be undone: what counts is whether the last change changed what was agreed, not when it did.
    """
    if row.agreed_version == before.agreed_version:
        return {}
    window = timedelta(seconds=settings_of(row.location).undo_seconds)
    if now < row.agreed_at + window or not row.is_told:
        return {
            name: getattr(before, name) for name in ("agreement", "agreed_version", "agreed_at", "is_told")
        }
    is_moved = row.status == S.BOOKED
    agreement = Agreement.MOVED if is_moved else Agreement.BOOKED
    return {"agreement": agreement, "agreed_version": row.version + 1, "agreed_at": now, "is_told": True}


def _taking(row: Appointment, start: datetime, end: datetime, claims: Sequence[SpanClaim]) -> Taking:
    quotas = quotas_of(row.location, start, {claim.resource for claim in claims})
    return Taking(row.patient_id, start, end, claims, row.treatment_session_id, quotas)
