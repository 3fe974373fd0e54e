"""Moving: another time, other resources, two appointments exchanged. The appointment stays the same row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from bookings import claim_writing
from bookings.actions.changing import change, locked_all, when_text
from bookings.actions.leaving import give_back, resources_of
from bookings.actions.taking import clear_the_way, taking_at
from bookings.actions.telling import tell
from bookings.claiming import Taking
from bookings.models import Appointment
from bookings.nudging import nudge_waiting_after_commit
from bookings.problems import refuse
from bookings.refusals import Refused
from bookings.slots import fill
from bookings.units import unit
from bookings.visits import Visit, plain_visit, visit_of
from bookings.words import Agreement, AppointmentKind, AppointmentStatus
from clinic.errors import Stale
from clinic.models import Resource
from clinic.words import ResourceKind

MOVABLE = (AppointmentStatus.HELD, AppointmentStatus.BOOKED)


@dataclass(frozen=True, slots=True)
class Change:
    """An appointment, what it takes from now on, and the version of it that the person saw."""

    appointment: Appointment
    taking: Taking
    version: int | None = None


@unit
def move(
    *,
    appointment: Appointment,
    starts_at: datetime,
    by: Any,
    now: datetime,
    chosen: Mapping[str, int] | None = None,
    minutes: int | None = None,
    version: int | None = None,
    is_told: bool = True,
    past_quota: bool = False,
) -> Appointment:
    """Moves an appointment to another time, with other resources where `chosen` says so, and for `minutes` if given.

    The resources it has stay unless they are named anew. The same rules as for booking; the version rises, the
    patient's yes to the old time is forgotten, and messages follow. The time left behind is free, or a closure's.
    Without a `version` the appointment is read anew, so that it keeps the length and the resources it has now; it is
    refused (`Stale`) when somebody changes it between that reading and the lock. `past_quota` sets aside that the day's
    number is reached.
    """
    row = appointment if version is not None else Appointment.objects.for_change().get(pk=appointment.pk)
    visit = visit_for(row, minutes=minutes)
    resources = fill(visit, starts_at, {**assignment_of(row), **(chosen or {})}, now=now)
    refuse(visit, start=starts_at, chosen=resources, by=by, now=now, without=[row.pk])
    taking = taking_at(visit, starts_at, resources, past_quota=past_quota)
    wanted = Change(row, taking, version or row.version)
    return carry_out([wanted], by=by, now=now, is_told=is_told)[0]


@unit
def reassign(
    *,
    appointment: Appointment,
    chosen: Mapping[str, int],
    by: Any,
    now: datetime,
    version: int | None = None,
    past_quota: bool = False,
) -> Appointment:
    """Gives an appointment another room, device or practitioner at the same time; the patient is not told of a room.

    Refused (`Stale`) when the appointment was changed since it was read: the same time is the one that was read.
    """
    is_told = "practitioner" in chosen
    return move(
        appointment=appointment,
        starts_at=appointment.starts_at,
        chosen=chosen,
        by=by,
        now=now,
        version=version or appointment.version,
        is_told=is_told,
        past_quota=past_quota,
    )


@unit
def swap(
    *,
    first: Appointment,
    second: Appointment,
    by: Any,
    now: datetime,
    first_version: int | None = None,
    second_version: int | None = None,
    is_told: bool = True,
) -> tuple[Appointment, Appointment]:
    """Exchanges the start times of two appointments, each with its own resources, in one transaction.

    Where both used the same resources this is the exchange that no two single moves could make. Refused (`Stale`)
    when either was changed since it was read: its time is what the other one would get. Two sessions of one plan keep
    their order.
    """
    if first.pk == second.pk:
        raise Refused("same", _("An appointment is exchanged with another one."))
    if _plan_of(first) is not None and _plan_of(first) == _plan_of(second):
        raise Refused("same_plan", _("Sessions of one plan keep their order: move one of them instead."))
    leaving = [first.pk, second.pk]
    changes = []
    for appointment, starts_at, version in (
        (first, second.starts_at, first_version or first.version),
        (second, first.starts_at, second_version or second.version),
    ):
        visit, resources = visit_for(appointment), assignment_of(appointment)
        if not set(visit.roles) <= set(resources):  # it has given its time back meanwhile
            raise _not_movable()
        refuse(visit, start=starts_at, chosen=resources, by=by, now=now, without=leaving)
        changes.append(Change(appointment, taking_at(visit, starts_at, resources), version))
    one, other = carry_out(changes, by=by, now=now, is_told=is_told)
    return one, other


def _plan_of(row: Appointment) -> int | None:
    return row.treatment_session.plan_id if row.treatment_session else None


def carry_out(
    changes: Sequence[Change], *, by: Any, now: datetime, is_told: bool = True
) -> list[Appointment]:
    """Carries out several moves as one: everything locked, everything freed, everything taken again.

    Where one patient's appointments take each other's time, the constraint looks only once all have moved.
    """
    rows = place(changes, now=now)
    with constraints_later(is_needed=len(changes) > 1):
        for row, each in zip(rows, changes, strict=True):
            settle(row, each.taking, by=by, now=now, is_told=is_told)
    return rows


def place(changes: Sequence[Change], *, now: datetime) -> list[Appointment]:
    """Locks everything, checks that the rows are as they were read, clears the new times and frees the old claims.

    The rows come back locked and without claims; `settle` writes each one. What lies inside a standing closure and
    is not taken again becomes the closure's.
    """
    moving = [each.appointment.pk for each in changes]
    takings = [each.taking for each in changes]
    clear_the_way(takings, now=now, also=resources_of([each.appointment for each in changes]), without=moving)
    rows = locked_all({each.appointment.pk: each.version for each in changes})
    for row in rows.values():
        _check_movable(row, now)
    give_back(moving, taken_again=[claim for taking in takings for claim in taking.claims])
    nudge_waiting_after_commit(*(row.location_id for row in rows.values()))
    return [rows[pk] for pk in moving]


@contextmanager
def constraints_later(*, is_needed: bool) -> Iterator[None]:
    """Appointments may take each other's time inside; the constraint looks when all is written."""
    if is_needed:
        _set_constraints("DEFERRED")
    yield
    if is_needed:
        _set_constraints("IMMEDIATE")


def _set_constraints(when: str) -> None:
    names = "appointment_patient_not_double_booked, claim_resource_not_double_booked"
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {names} {when}")


def settle(row: Appointment, taking: Taking, *, by: Any, now: datetime, is_told: bool) -> None:
    """Writes the new time and claims of a row that `place` gave, notes it, and keeps the messages in step."""
    before = when_text(row.starts_at, row)
    is_moved = (row.starts_at, row.ends_at) != (taking.start, taking.end)
    note = (
        _("moved from %(before)s to %(after)s") % {"before": before, "after": when_text(taking.start, row)}
        if is_moved
        else _("other resources")
    )
    is_news = is_moved or is_told
    change(
        row,
        row.status,
        by=by,
        now=now,
        why=note,
        agreement=Agreement.MOVED if is_news else None,
        starts_at=taking.start,
        ends_at=taking.end,
        confirmed_at=None if is_moved else row.confirmed_at,
        is_told=is_told if is_news else row.is_told,
    )
    claim_writing.claim(row, taking.claims)
    tell(row, by=by, now=now)


def _not_movable() -> Refused:
    return Refused("not_movable", _("Only what is still to come can be moved."))


def _check_movable(row: Appointment, now: datetime) -> None:
    if row.status not in MOVABLE:
        raise _not_movable()
    if row.held_until is not None and row.held_until <= now:
        raise Stale("hold_lapsed", _("This hold is over: look for a time again."))


def visit_for(appointment: Appointment, *, minutes: int | None = None) -> Visit:
    """What an existing appointment consists of; `minutes` asks for another length of the patient's time."""
    session = appointment.treatment_session
    if session is None:
        length = minutes or int((appointment.ends_at - appointment.starts_at) / timedelta(minutes=1))
        kind = AppointmentKind(appointment.kind)
        extra = appointment.patient.extra_minutes
        return plain_visit(appointment.patient, appointment.location, kind, minutes=max(length - extra, 1))
    usual = replace(visit_of(session), location=appointment.location)
    present = int((appointment.ends_at - appointment.starts_at) / timedelta(minutes=1))
    extra = (minutes or present) - usual.minutes
    if extra < 0 and minutes is not None:
        raise Refused(
            "too_short",
            _("This treatment takes at least %(minutes)d minutes.") % {"minutes": usual.minutes},
        )
    stretched = visit_of(session, extra_minutes=extra) if extra > 0 else usual
    return replace(stretched, location=appointment.location)


def assignment_of(appointment: Appointment) -> dict[str, int]:
    """Role → resource, as the appointment has it now."""
    rows = Resource.objects.filter(claims__appointment=appointment).values_list("kind", "pk").distinct()
    return {str(ResourceKind(kind)): pk for kind, pk in rows}
