"""Giving time back: cancelling, lapsing, and the closures that have been waiting for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from bookings import claim_writing, claiming
from bookings.actions.changing import change, locked
from bookings.actions.telling import tell
from bookings.claiming import InTheWay
from bookings.models import Appointment
from bookings.nudging import nudge_waiting_after_commit
from bookings.refusals import Refused
from bookings.units import unit
from bookings.visits import SpanClaim
from bookings.words import CANCELLABLE, Agreement, AppointmentStatus, CancelReason
from clinic.intervals import Interval, merge, subtract

_LEAVE = """
    WITH freed AS (
        DELETE FROM bookings_claim WHERE appointment_id = ANY(%(appointments)s::bigint[])
        RETURNING resource_id, starts_at, ends_at
    )
    SELECT freed.resource_id, greatest(freed.starts_at, c.starts_at), least(freed.ends_at, c.ends_at), c.id
      FROM freed JOIN clinic_closure c
        ON c.lifted_at IS NULL AND c.starts_at < freed.ends_at AND c.ends_at > freed.starts_at
       AND (c.resource_id = freed.resource_id
            OR (c.resource_id IS NULL AND c.location_id IN (
                SELECT location_id FROM bookings_appointment WHERE id = ANY(%(appointments)s::bigint[]))))
     ORDER BY c.id
"""


@unit
def cancel(
    *,
    appointment: Appointment,
    reason: str,
    by: Any,
    now: datetime,
    by_patient: bool = False,
    version: int | None = None,
    is_told: bool = True,
    note: str = "",
) -> Appointment:
    """Cancels a hold or a booked appointment; its time is free at once, or taken over by a closure.

    `reason` is a `CancelReason`. Refused with `not_cancellable` when the visit has begun or is over.
    """
    claiming.lock(resources_of([appointment]), [appointment.patient_id])
    row = locked(appointment, version=version)
    if row.status not in CANCELLABLE:
        raise Refused("not_cancellable", _("Only what is still to come can be cancelled."))
    was_agreed = row.status != AppointmentStatus.HELD
    give_back([row.pk])
    change(
        row,
        AppointmentStatus.CANCELLED,
        by=by,
        now=now,
        agreement=Agreement.CANCELLED,
        why=note or _in_words(reason),
        cancel_reason=reason,
        cancelled_by_patient=by_patient,
        held_until=None,
        is_told=is_told and was_agreed,
    )
    tell(row, by=by, now=now)
    if was_agreed or not row.offers.exists():  # what an offer held has gone to the next already
        nudge_waiting_after_commit(row.location_id)
    return row


def _in_words(reason: str) -> str:
    """As staff read it later, whatever language the page speaks on which it was chosen."""
    with override(settings.LANGUAGE_CODE):
        return str(CancelReason(reason).label)


def give_back(appointments: Iterable[int], *, taken_again: Iterable[SpanClaim] = ()) -> None:
    """Deletes the claims of appointments; what lies inside a standing closure becomes the closure's.

    `taken_again` is about to be claimed by an appointment of the same change, and is left to it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, {"appointments": list(appointments)})
        rows = cursor.fetchall()
    taken: dict[int, list[Interval]] = defaultdict(list)
    for claim in taken_again:
        taken[claim.resource].append(Interval(claim.start, claim.end))
    pieces: dict[int, list[SpanClaim]] = defaultdict(list)
    for resource, start, end, closure in rows:
        for piece in subtract([Interval(start, end)], taken[resource]):
            pieces[closure].append(SpanClaim(resource, piece.start, piece.end))
        taken[resource] = merge([*taken[resource], Interval(start, end)])
    for closure, claims in pieces.items():
        claim_writing.claim_for_closure(closure, claims)


def release(found: Iterable[InTheWay], *, now: datetime) -> list[InTheWay]:
    """Releases the lapsed holds among what is in the way; gives what really is."""
    ways = list(found)
    lapsed = sorted({way.appointment for way in ways if way.has_lapsed and way.appointment})
    if lapsed:
        nudge_waiting_after_commit(*(row.location_id for row in release_holds(lapsed, now=now)))
    return [way for way in ways if not way.has_lapsed]


def release_holds(appointments: Iterable[int], *, now: datetime) -> list[Appointment]:
    """Cancels those of the named holds that have lapsed, in the order of their ids so that no two releases deadlock.

    Who waits for the time is for the caller to wake: what an offer held goes to the next in line first.
    """
    rows = list(
        Appointment.objects.lapsed(now)
        .filter(pk__in=list(appointments))
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    if rows:
        give_back([row.pk for row in rows])
    for row in rows:
        change(
            row,
            AppointmentStatus.CANCELLED,
            by=None,
            now=now,
            agreement=Agreement.CANCELLED,
            why=str(CancelReason.LAPSED.label),
            cancel_reason=CancelReason.LAPSED,
            held_until=None,
            is_told=False,
        )
    return rows


@unit
def release_lapsed(*, now: datetime, limit: int = 200) -> int:
    """Releases lapsed holds that nobody asked about, and wakes those who wait there; gives how many.

    Skips those that somebody is changing.
    """
    rows = Appointment.objects.lapsed(now).order_by("pk").select_for_update(skip_locked=True, of=("self",))
    released = release_holds([row.pk for row in rows[:limit]], now=now)
    nudge_waiting_after_commit(*(row.location_id for row in released))
    return len(released)


def resources_of(appointments: Iterable[Appointment]) -> list[int]:
    """The resources that appointments have claimed."""
    from bookings.models import Claim

    return list(
        Claim.objects.filter(appointment__in=[row.pk for row in appointments])
        .order_by("resource_id")
        .values_list("resource_id", flat=True)
        .distinct()
    )
