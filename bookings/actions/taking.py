"""Taking a time: holding it, booking it, turning a hold into an appointment, taking in a walk-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bookings import claim_writing, claiming
from bookings.actions.changing import change, locked
from bookings.actions.leaving import release, resources_of
from bookings.actions.telling import tell, words_for
from bookings.claim_writing import NewRow
from bookings.claiming import InTheWay, Taking
from bookings.models import Appointment
from bookings.problems import refuse
from bookings.quotas import quotas_of
from bookings.reading_ahead import read_ahead
from bookings.refusals import SENTENCES
from bookings.slots import fill, settings_of
from bookings.timegrid import CELL_MINUTES
from bookings.units import unit, unit_of_one_write
from bookings.visits import Visit
from bookings.words import Agreement, AppointmentStatus
from clinic.built import new_row
from clinic.errors import Taken
from clinic.models import Location, Resource
from clinic.prepared import Along

_CONSTRAINTS = {
    "claim": "claim_resource_not_double_booked",
    "patient": "appointment_patient_not_double_booked",
    "session": "treatment_session_has_one_occupying_appointment",
}


@unit_of_one_write
def book(
    *,
    visit: Visit,
    starts_at: datetime,
    chosen: Mapping[str, int] | None = None,
    by: Any,
    now: datetime,
    note: str = "",
    is_told: bool = True,
    past_quota: bool = False,
    along: Sequence[Along] = (),
) -> Appointment:
    """Books a visit at an instant with the chosen resources (role → id; best fit for roles left out).

    Refused with every blocking problem (`Refused`, 422), or because somebody was faster (`Taken`, 409): with the time,
    or with the last place of a day whose number is limited, which `past_quota` sets aside on purpose. The
    appointment, its claims, its status row, its messages and what goes `along` are written together or not at all.
    """
    resources = _agreed(visit, starts_at, chosen, by=by, now=now, is_booked=True)
    taking = taking_at(visit, starts_at, resources, past_quota=past_quota)
    row = _row(visit, taking, AppointmentStatus.BOOKED, by=by, now=now, note=note, is_told=is_told)
    row.pk = claim_writing.draw_number()
    words = [words_for(row, by=by, now=now), *along]
    # A quota has no constraint: it is counted by a statement that begins after the wait for the lock.
    if taking.quotas or not _write_if_free(row, taking, words):
        _write_in_turn(row, taking, words, now=now)
    return row


@unit
def _write_in_turn(row: Appointment, taking: Taking, along: Sequence[Along] = (), *, now: datetime) -> None:
    clear_the_way([taking], now=now)
    _write(row, taking, along)


@unit
def hold(
    *,
    visit: Visit,
    starts_at: datetime,
    chosen: Mapping[str, int] | None = None,
    by: Any,
    now: datetime,
    until: datetime | None = None,
    past_quota: bool = False,
) -> Appointment:
    """Keeps a time for as long as the location's settings say, or `until`; nobody is told."""
    resources = _agreed(visit, starts_at, chosen, by=by, now=now)
    taking = taking_at(visit, starts_at, resources, past_quota=past_quota)
    ends = until or hold_ends(visit.location, now)
    row = _row(visit, taking, AppointmentStatus.HELD, by=by, now=now, held_until=ends, is_told=False)
    # A hold may be tried and given up inside a greater action: it must not meet a constraint, which ends them all.
    _write_in_turn(row, taking, now=now)
    return row


@unit
def confirm_hold(
    *, appointment: Appointment, by: Any, now: datetime, version: int | None = None, is_told: bool = True
) -> Appointment:
    """Turns a hold into an appointment; refused with `hold_lapsed` when its time is over."""
    claiming.lock(resources_of([appointment]), [appointment.patient_id])
    row = locked(appointment, version=version)
    if row.status != AppointmentStatus.HELD or row.held_until is None or row.held_until <= now:
        raise Taken("hold_lapsed", _("This hold is over: look for a time again."))
    return agree(row, by=by, now=now, is_told=is_told)


def agree(row: Appointment, *, by: Any, now: datetime, is_told: bool, **columns: Any) -> Appointment:
    """A locked hold becomes an appointment, with further columns, and the patient hears of it."""
    change(
        row,
        AppointmentStatus.BOOKED,
        by=by,
        now=now,
        agreement=Agreement.BOOKED,
        held_until=None,
        is_told=is_told,
        **columns,
    )
    tell(row, by=by, now=now)
    return row


def hold_ends(location: Location, now: datetime) -> datetime:
    """Until when a hold that begins now is kept, by the location's settings."""
    return now + timedelta(minutes=settings_of(location).hold_minutes)


@unit
def walk_in(
    *,
    visit: Visit,
    chosen: Mapping[str, int] | None = None,
    by: Any,
    now: datetime,
    note: str = "",
    past_quota: bool = False,
) -> Appointment:
    """Books somebody who is standing at the desk for the next five-minute mark, and notes that they are here."""
    starts_at = now + timedelta(seconds=-now.timestamp() % (CELL_MINUTES * 60))
    resources = _agreed(visit, starts_at, chosen, by=by, now=now)
    taking = taking_at(visit, starts_at, resources, past_quota=past_quota)
    row = _row(visit, taking, AppointmentStatus.BOOKED, by=by, now=now, note=note, is_told=False)
    _write_in_turn(row, taking, now=now)
    change(row, AppointmentStatus.ARRIVED, by=by, now=now)
    tell(row, by=by, now=now)
    return row


def _agreed(
    visit: Visit,
    starts_at: datetime,
    chosen: Mapping[str, int] | None,
    *,
    by: Any,
    now: datetime,
    is_booked: bool = False,
) -> dict[str, int]:
    """The resources that the visit takes, when no rule is against it; what a booking will ask is read ahead."""
    resources = fill(visit, starts_at, chosen or {}, now=now)
    read_ahead(visit, resources.values(), now=now, is_booked=is_booked)
    refuse(visit, start=starts_at, chosen=resources, by=by, now=now)
    return resources


def taking_at(
    visit: Visit, starts_at: datetime, chosen: Mapping[str, int], *, past_quota: bool = False
) -> Taking:
    """What a visit takes when it starts at an instant with these resources; `past_quota` takes no place of the day."""
    return Taking(
        visit.patient.pk,
        starts_at,
        visit.ends_at(starts_at),
        visit.claims(starts_at, chosen),
        visit.session.pk if visit.session else None,
        () if past_quota else quotas_of(visit.location, starts_at, chosen.values()),
    )


def clear_the_way(
    takings: Sequence[Taking],
    *,
    now: datetime,
    also: Sequence[int] = (),
    without: Sequence[int] = (),
) -> None:
    """Locks, releases lapsed holds, and refuses when anything else is in the way."""
    found = claiming.lock_and_look(takings, now=now, also=also, without=without)
    if in_the_way := release(found, now=now):
        raise refusal_for(in_the_way[0])


def refusal_for(way: InTheWay) -> Taken:
    """The refusal that the database would give; of a full day, one that names who has it."""
    if way.what == "quota":
        name = Resource.objects.values_list("name", flat=True).get(pk=way.owner)
        return Taken("quota", _("%(name)s has the day's number of appointments already.") % {"name": name})
    code, sentence = SENTENCES[_CONSTRAINTS[way.what]]
    return Taken(code, str(sentence))


def write(visit: Visit, taking: Taking, status: AppointmentStatus, **facts: Any) -> Appointment:
    """Inserts the appointment with claims and status row; the row that comes back is not read again."""
    row = _row(visit, taking, status, **facts)
    _write(row, taking)
    return row


def _row(
    visit: Visit,
    taking: Taking,
    status: AppointmentStatus,
    *,
    by: Any,
    now: datetime,
    held_until: datetime | None = None,
    note: str = "",
    is_told: bool = True,
    choice_of: str = "",
) -> Appointment:
    return new_row(
        Appointment,
        patient=visit.patient,
        location=visit.location,
        treatment_session=visit.session,
        kind=visit.kind,
        status=status,
        starts_at=taking.start,
        ends_at=taking.end,
        held_until=held_until,
        agreed_at=now,
        is_told=is_told,
        note=note,
        choice_of=choice_of,
        created_at=now,
        created_by=by,
    )


def _write(row: Appointment, taking: Taking, along: Sequence[Along] = ()) -> None:
    _is_stored(row, taking, claim_writing.insert(taking, _columns(row), along))


def _write_if_free(row: Appointment, taking: Taking, along: Sequence[Along]) -> bool:
    pk = claim_writing.insert_if_free(taking, _columns(row), along)
    if pk is not None:
        _is_stored(row, taking, pk)
    return pk is not None


def _columns(row: Appointment) -> NewRow:
    return NewRow(
        location=row.location_id,
        kind=row.kind,
        status=row.status,
        held_until=row.held_until,
        note=row.note,
        is_told=row.is_told,
        by=row.created_by_id,
        now=row.created_at,
        choice_of=row.choice_of,
        number=row.pk,
    )


def _is_stored(row: Appointment, taking: Taking, pk: int) -> None:
    row.pk, row.just_claimed = pk, taking.claims
    row._state.adding = False  # noqa: SLF001 - the row exists: Django's own flag for it
    row._state.db = "default"  # noqa: SLF001
