"""The choices for somebody on the phone: several times held at once, one taken, the others given back.

A desk, that is one login, keeps one set of choices: another search gives the last one back, and whatever is
forgotten ends by itself. So nobody blocks the day of the other desks for longer than a call takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings import claiming
from bookings.actions.changing import change
from bookings.actions.leaving import give_back, release, resources_of
from bookings.actions.taking import agree, book, hold, hold_ends, refusal_for, taking_at, write
from bookings.assignment import Slot
from bookings.claiming import InTheWay, Taking
from bookings.models import Appointment
from bookings.problems import refuse
from bookings.units import unit
from bookings.visits import SpanClaim, Visit
from bookings.words import Agreement, AppointmentStatus, CancelReason


@unit
def hold_choices(
    *,
    visit: Visit,
    slots: Sequence[Slot],
    desk: str,
    by: Any,
    now: datetime,
    asked_at: datetime | None = None,
) -> list[Appointment]:
    """Holds every one of some times that is still free, and gives back what the desk held before.

    Nobody is told. What somebody else took meanwhile is left out: the answer may be shorter than `slots`. The holds
    are based on no session, so that a session may have several; the one that is taken gets it. Nothing is held for a
    page that was drawn (`asked_at`) before its patient was booked by the same person: that request comes too late.
    """
    # One of them at most becomes an appointment, so the places of a day are counted when it does.
    takings = [
        taking_at(visit.without_session(), slot.start, slot.assignment, past_quota=True) for slot in slots
    ]
    wanted = [claim.resource for taking in takings for claim in taking.claims]
    _give_back(_locked_choices(desk, resources=wanted, patient=visit.patient.pk), now=now)
    if visit.session is not None and Appointment.objects.of_session(visit.session).occupying().exists():
        return []
    if asked_at is not None and Appointment.objects.made_since(asked_at, visit.patient, by).exists():
        return []
    expiry = hold_ends(visit.location, now)
    return [
        write(
            visit.without_session(),
            taking,
            AppointmentStatus.HELD,
            by=by,
            now=now,
            held_until=expiry,
            is_told=False,
            choice_of=desk,
        )
        for taking in _still_free(takings, now=now)
    ]


@unit
def release_choices(*, desk: str, now: datetime, only: Iterable[int] | None = None) -> int:
    """Gives back what a desk holds as choices, all or `only` some; gives how many. Doing it twice changes nothing."""
    found = _locked_choices(desk)
    chosen = None if only is None else set(only)
    return _give_back([row for row in found if chosen is None or row.pk in chosen], now=now)


@unit
def take_choice(
    *,
    visit: Visit,
    starts_at: datetime,
    chosen: Mapping[str, int],
    desk: str,
    by: Any,
    now: datetime,
    note: str = "",
    is_told: bool = True,
    is_kept: bool = False,
    past_quota: bool = False,
) -> Appointment:
    """Books one of the times that a desk holds and gives the others back; `is_kept` goes on holding it instead.

    A time that is no longer held, or never was, is booked like any other, if it is still free. A refusal leaves
    everything as it was, the choices too.
    """
    held = _locked_choices(desk, resources=chosen.values(), patient=visit.patient.pk)
    mine = next((row for row in held if _is_that(row, visit, starts_at, chosen, now)), None)
    _give_back([row for row in held if row is not mine], now=now)
    if mine is not None:
        refuse(visit, start=starts_at, chosen=chosen, by=by, now=now, without=[mine.pk])
        _must_have_a_place(taking_at(visit, starts_at, chosen, past_quota=past_quota), mine, now)
        return _settle(mine, visit, by=by, now=now, note=note, is_told=is_told, is_kept=is_kept)
    if is_kept:
        return hold(visit=visit, starts_at=starts_at, chosen=chosen, by=by, now=now, past_quota=past_quota)
    return book(
        visit=visit,
        starts_at=starts_at,
        chosen=chosen,
        by=by,
        now=now,
        note=note,
        is_told=is_told,
        past_quota=past_quota,
    )


def _must_have_a_place(taking: Taking, mine: Appointment, now: datetime) -> None:
    """Choices may be held beyond a day's number; what becomes of them is counted, with everything locked."""
    if full := claiming.look_for_quotas(taking, without=[mine.pk], now=now):
        raise refusal_for(full[0])


def _locked_choices(
    desk: str, *, resources: Iterable[int] = (), patient: int | None = None
) -> list[Appointment]:
    """The choices of a desk as they are once everything is locked that they take, and what else is wanted.

    Everything at once: two desks that exchange their choices wait for each other in one queue. The desk itself comes
    first: a press that overtakes the holds of its own page waits for them instead of meeting them.
    """
    claiming.lock_desk(desk)
    known = Appointment.objects.choices_of(desk)
    found = list(known)
    patients = {row.patient_id for row in found} | ({patient} if patient else set())
    claiming.lock([*resources_of(found), *resources], patients)
    return list(
        known.for_change().of([row.pk for row in found]).select_for_update(of=("self",)).order_by("pk")
    )


def _still_free(takings: list[Taking], *, now: datetime) -> list[Taking]:
    """Those that nothing stands in the way of; the holds that lapsed there are released."""
    left = takings
    while left:
        ways = release(claiming.lock_and_look(left, now=now), now=now)
        if not ways:
            return left
        left = [taking for taking in left if not any(_meets(way, taking) for way in ways)]
    return []


def _meets(way: InTheWay, taking: Taking) -> bool:
    if way.what == "patient":
        return way.start < taking.end and taking.start < way.end
    return any(
        claim.resource == way.owner and way.start < claim.end and claim.start < way.end
        for claim in taking.claims
    )


def _is_that(
    row: Appointment, visit: Visit, starts_at: datetime, chosen: Mapping[str, int], now: datetime
) -> bool:
    """Whether a held row is this time of this patient with these resources, and still held."""
    is_alive = row.held_until is not None and row.held_until > now
    is_same = (row.patient_id, row.starts_at) == (visit.patient.pk, starts_at)
    return is_alive and is_same and set(claiming.span_claims(row)) == _claims(visit, starts_at, chosen)


def _claims(visit: Visit, starts_at: datetime, chosen: Mapping[str, int]) -> set[SpanClaim]:
    return set(visit.claims(starts_at, chosen)) if set(chosen) >= set(visit.roles) else set()


def _give_back(found: Sequence[Appointment], *, now: datetime) -> int:
    """Ends holds that are locked."""
    if found:
        give_back([row.pk for row in found])
    for row in found:
        change(
            row,
            AppointmentStatus.CANCELLED,
            by=None,
            now=now,
            why=_("another time was taken, or none"),
            agreement=Agreement.CANCELLED,
            cancel_reason=CancelReason.LAPSED,
            held_until=None,
            is_told=False,
        )
    return len(found)


def _settle(
    row: Appointment, visit: Visit, *, by: Any, now: datetime, note: str, is_told: bool, is_kept: bool
) -> Appointment:
    """The held row becomes the appointment itself, or a hold on purpose, of the session that it is for."""
    common: dict[str, Any] = {"treatment_session": visit.session, "choice_of": "", "note": note}
    if is_kept:
        change(
            row,
            AppointmentStatus.HELD,
            by=by,
            now=now,
            held_until=hold_ends(visit.location, now),
            **common,
        )
        return row
    return agree(row, by=by, now=now, is_told=is_told, **common)
