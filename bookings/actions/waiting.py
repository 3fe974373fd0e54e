"""The waitlist: somebody waits, is offered a time (`bookings.actions.offering`), takes it, leaves it or lets it go."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings import claiming
from bookings.actions import moving
from bookings.actions.leaving import cancel, release_holds, resources_of
from bookings.actions.moving import assignment_of
from bookings.actions.offering import offer_next, standing_of
from bookings.actions.taking import book, confirm_hold
from bookings.models import Appointment, WaitlistEntry, WaitlistOffer
from bookings.nudging import nudge_waiting_after_commit
from bookings.refusals import Refused
from bookings.units import unit
from bookings.visits import visit_of
from bookings.words import (
    OFFER_TRANSITIONS,
    WAITLIST_TRANSITIONS,
    AppointmentStatus,
    CancelReason,
    OfferStatus,
    WaitlistStatus,
)
from clinic.errors import Taken
from clinic.intervals import Interval
from clinic.messaging.actions.outbox import reconcile
from clinic.statuses import move, record
from treatments.models import TreatmentSession
from treatments.words import OPEN_SESSIONS


@unit
def add(
    *,
    session: TreatmentSession,
    from_on: date,
    until_on: date,
    by: Any,
    now: datetime,
    practitioners: frozenset[int] = frozenset(),
    weekdays: frozenset[int] = frozenset(),
    parts: frozenset[str] = frozenset(),
) -> WaitlistEntry:
    """Notes that a patient would like to come, or to come earlier, between two local days (both included)."""
    if session.status not in OPEN_SESSIONS:
        raise Refused("session_over", _("This session is no longer to come."))
    if until_on < from_on:
        raise Refused("empty", _("The last day comes after the first."))
    entry = WaitlistEntry.objects.create(
        patient=session.plan.patient,
        location=session.plan.location,
        treatment_session=session,
        from_on=from_on,
        until_on=until_on,
        wishes={
            "practitioners": sorted(practitioners),
            "weekdays": sorted(weekdays),
            "parts": sorted(parts),
        },
        created_at=now,
        created_by=by,
    )
    record(entry, "", entry.status, by=by, now=now)
    return entry


@unit
def withdraw(*, entry: WaitlistEntry, by: Any, now: datetime) -> WaitlistEntry:
    """Takes a wish off the list; the time of an open offer is given back, and the others who wait are woken."""
    row = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
    if offer := row.offers.filter(status=OfferStatus.OPEN).first():
        _close_offer(offer, OfferStatus.DECLINED, by=by, now=now)
        nudge_waiting_after_commit(row.location_id)
        row.refresh_from_db()
    move(row, WaitlistStatus.WITHDRAWN, transitions=WAITLIST_TRANSITIONS, by=by, now=now)
    return row


@unit
def accept(*, offer: WaitlistOffer, by: Any, now: datetime) -> Appointment:
    """The patient takes the offered time: a booked session moves there, one without an appointment gets it."""
    row = _locked_offer(offer, now)
    held = row.hold
    standing = standing_of(row.entry, without=held.pk)
    if standing is not None:
        appointment = _move_into(standing, held, by=by, now=now)
    elif held.treatment_session_id is not None:
        appointment = confirm_hold(appointment=held, by=by, now=now)
    else:
        appointment = _book_instead(row.entry, held, by=by, now=now)
    _answer(row, OfferStatus.ACCEPTED, WaitlistStatus.BOOKED, by=by, now=now)
    return appointment


@unit
def decline(*, offer: WaitlistOffer, by: Any, now: datetime) -> WaitlistOffer | None:
    """The patient leaves the offered time, which goes to the next; gives the offer made to them, if any."""
    row = _locked_offer(offer, now)
    return _pass_on(row, OfferStatus.DECLINED, by=by, now=now)


@unit
def lapse(*, offer: WaitlistOffer, now: datetime) -> WaitlistOffer | None:
    """No answer in time: the hold ends and the time goes to the next. Doing it twice changes nothing."""
    row = WaitlistOffer.objects.select_for_update().select_related("hold", "entry").get(pk=offer.pk)
    if row.status != OfferStatus.OPEN or now < row.expires_at:
        return None
    return _pass_on(row, OfferStatus.LAPSED, by=None, now=now)


def lapse_due(*, now: datetime, limit: int = 50) -> int:
    """Lapses every offer whose time is over, each in its own transaction; gives how many."""
    due = WaitlistOffer.objects.filter(status=OfferStatus.OPEN, expires_at__lte=now).order_by("pk")
    rows = list(due[:limit])
    for row in rows:
        lapse(offer=row, now=now)
    return len(rows)


def _locked_offer(offer: WaitlistOffer, now: datetime) -> WaitlistOffer:
    """The open offer, locked; refused when its time is over or it was answered."""
    row = (
        WaitlistOffer.objects.select_for_update(of=("self",))
        .select_related("hold", "entry__location", "entry__treatment_session")
        .get(pk=offer.pk)
    )
    if not row.is_open(now):
        raise Taken("offer_over", _("This offer is over."))
    return row


def _move_into(standing: Appointment, held: Appointment, *, by: Any, now: datetime) -> Appointment:
    """The hold makes room, and the standing appointment moves into its time with its resources."""
    claiming.lock(resources_of([held, standing]), [held.patient_id])
    chosen = _make_room(held, by=by, now=now)
    return moving.move(
        appointment=standing, starts_at=held.starts_at, chosen=chosen, by=by or standing.created_by, now=now
    )


def _book_instead(entry: WaitlistEntry, held: Appointment, *, by: Any, now: datetime) -> Appointment:
    """The appointment that would have moved is gone meanwhile: the hold makes room, and the session is booked."""
    chosen = _make_room(held, by=by, now=now)
    visit = visit_of(entry.treatment_session)
    return book(visit=visit, starts_at=held.starts_at, chosen=chosen, by=by or held.created_by, now=now)


def _make_room(held: Appointment, *, by: Any, now: datetime) -> dict[str, int]:
    """Lets a hold go whose time is about to be taken in its place; gives what it had."""
    chosen = assignment_of(held)
    cancel(appointment=held, reason=CancelReason.OTHER, by=by, now=now, is_told=False)
    return chosen


def _pass_on(row: WaitlistOffer, to: OfferStatus, *, by: Any, now: datetime) -> WaitlistOffer | None:
    """Ends the hold and offers the same time to the next; those who had it already are passed over."""
    freed = Interval(row.hold.starts_at, row.hold.ends_at)
    asked = frozenset(
        WaitlistOffer.objects.filter(
            hold__location=row.hold.location_id,
            hold__starts_at__lt=freed.end,
            hold__ends_at__gt=freed.start,
        ).values_list("entry_id", flat=True)
    )
    _close_offer(row, to, by=by, now=now)
    return offer_next(location=row.hold.location, freed=freed, by=by, now=now, passed_over=asked)


def _close_offer(row: WaitlistOffer, to: OfferStatus, *, by: Any, now: datetime) -> None:
    held = row.hold
    if held.status == AppointmentStatus.HELD:
        if held.held_until is not None and held.held_until <= now:
            release_holds([held.pk], now=now)
        else:
            cancel(appointment=held, reason=CancelReason.OTHER, by=by, now=now, is_told=False)
    _answer(row, to, WaitlistStatus.WAITING, by=by, now=now)


def _answer(row: WaitlistOffer, to: OfferStatus, entry_to: WaitlistStatus, *, by: Any, now: datetime) -> None:
    move(row, to, transitions=OFFER_TRANSITIONS, by=by, now=now)
    entry = row.entry
    if entry.status == WaitlistStatus.OFFERED:
        move(entry, entry_to, transitions=WAITLIST_TRANSITIONS, by=by, now=now)
    reconcile("waitlist_offer", row, now=now, by=by)
