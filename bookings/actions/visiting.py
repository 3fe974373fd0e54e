"""The day itself: the patient's yes, arrival, treatment, the end of the visit, or nobody came."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bookings import claiming
from bookings.actions.changing import change, locked
from bookings.actions.leaving import give_back, resources_of
from bookings.actions.telling import tell
from bookings.models import Appointment
from bookings.nudging import nudge_waiting_after_commit
from bookings.refusals import Refused
from bookings.units import unit
from bookings.words import Agreement, AppointmentStatus

S = AppointmentStatus
#: A patient may be checked in from this long before the appointment.
EARLIEST_ARRIVAL = timedelta(hours=12)


@unit
def confirm(*, appointment: Appointment, by: Any, now: datetime, version: int | None = None) -> Appointment:
    """The patient says yes; saying it again changes nothing. Refused when the appointment is no longer booked."""
    row = locked(appointment, version=version)
    if row.status != S.BOOKED:
        raise Refused("not_booked", _("This appointment is no longer booked."))
    if row.confirmed_at is None:
        change(row, S.BOOKED, by=by, now=now, why=_("confirmed"), confirmed_at=now)
        tell(row, by=by, now=now)
    return row


@unit
def arrive(*, appointment: Appointment, by: Any, now: datetime, version: int | None = None) -> Appointment:
    """The patient is here. Refused on another day than the appointment's."""
    row = locked(appointment, version=version)
    if row.status not in (S.BOOKED, S.NOSHOW):
        raise Refused("not_booked", _("Only somebody who is booked can arrive."))
    if now < row.starts_at - EARLIEST_ARRIVAL:
        raise Refused("too_early", _("This appointment is on another day."))
    if row.status == S.NOSHOW:
        return _back_from_noshow(row, by=by, now=now)
    return _go_on(row, S.ARRIVED, by=by, now=now)


@unit
def fulfil(*, appointment: Appointment, by: Any, now: datetime, version: int | None = None) -> Appointment:
    """The visit is over. Its time stays taken: it did take place. Doing it again changes nothing."""
    row = locked(appointment, version=version)
    if row.status == S.FULFILLED:
        return row
    if row.status == S.BOOKED:
        change(row, S.ARRIVED, by=by, now=now)
    if row.status != S.ARRIVED:
        raise Refused("not_here", _("Only a visit that has begun can be finished."))
    return _go_on(row, S.FULFILLED, by=by, now=now)


@unit
def mark_noshow(
    *, appointment: Appointment, by: Any, now: datetime, version: int | None = None, is_told: bool = True
) -> Appointment:
    """Nobody came. The time is given back; with `is_told` the patient gets a line that helps to book again."""
    claiming.lock(resources_of([appointment]), [appointment.patient_id])
    row = locked(appointment, version=version)
    if row.status != S.BOOKED:
        raise Refused("not_booked", _("Only somebody who is booked can miss an appointment."))
    if now < row.starts_at:
        raise Refused("too_early", _("This appointment has not begun yet."))
    give_back([row.pk])
    nudge_waiting_after_commit(row.location_id)
    change(row, S.NOSHOW, by=by, now=now, agreement=Agreement.MISSED, is_told=is_told)
    tell(row, by=by, now=now)
    return row


@unit
def mark_entered_in_error(
    *, appointment: Appointment, by: Any, now: datetime, reason: str, version: int | None = None
) -> Appointment:
    """The appointment should never have been there; it stays in the history only. Nobody is told."""
    claiming.lock(resources_of([appointment]), [appointment.patient_id])
    row = locked(appointment, version=version)
    if row.status not in (S.BOOKED, S.ARRIVED, S.FULFILLED):
        raise Refused("not_booked", _("This appointment is already closed."))
    give_back([row.pk])
    nudge_waiting_after_commit(row.location_id)
    change(
        row,
        S.ENTERED_IN_ERROR,
        by=by,
        now=now,
        why=reason,
        agreement=Agreement.CANCELLED,
        is_told=False,
    )
    tell(row, by=by, now=now)
    return row


def _go_on(row: Appointment, to: AppointmentStatus, *, by: Any, now: datetime) -> Appointment:
    change(row, to, by=by, now=now)
    tell(row, by=by, now=now)
    return row


def _back_from_noshow(row: Appointment, *, by: Any, now: datetime) -> Appointment:
    """They came after all: the old time is taken again, if nobody has it."""
    from bookings.actions.undoing import retake

    retake(row, now=now, version=row.version + 1)
    return _go_on(row, S.ARRIVED, by=by, now=now)
