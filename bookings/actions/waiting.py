"""The waitlist: a freed time is offered in order, to those whose wishes contain it, and held meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bookings import claiming
from bookings.actions import moving
from bookings.actions.leaving import cancel, release_holds, resources_of
from bookings.actions.moving import assignment_of
from bookings.actions.taking import confirm_hold, hold
from bookings.assignment import Slot
from bookings.models import Appointment, WaitlistEntry, WaitlistOffer
from bookings.offerable import offerable, times_left
from bookings.phases import PRACTITIONER
from bookings.problems import refuse
from bookings.refusals import Refused
from bookings.series import PartOfDay, Wishes
from bookings.slots import free_slots
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
from clinic.models import Location
from clinic.statuses import move, record
from clinic.timekeeping import ONE_DAY, day_start, local_day
from treatments.models import TreatmentSession
from treatments.words import OPEN_SESSIONS

#: How long a patient may think about an offer; the hold lasts as long.
OFFER_LASTS = timedelta(minutes=30)
#: An offer is not made for a time so near that nobody could come.
LEAST_LEAD = timedelta(hours=2)


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
    """Takes a wish off the list; an open offer for it is given back."""
    row = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
    if offer := row.offers.filter(status=OfferStatus.OPEN).first():
        _close_offer(offer, OfferStatus.DECLINED, by=by, now=now)
        row.refresh_from_db()
    move(row, WaitlistStatus.WITHDRAWN, transitions=WAITLIST_TRANSITIONS, by=by, now=now)
    return row


@unit
def offer_next(
    *, location: Location, freed: Interval, by: Any, now: datetime, passed_over: frozenset[int] = frozenset()
) -> WaitlistOffer | None:
    """Offers a freed stretch of time to the first entry that it suits, in the order of asking; None when none.

    The time is held for that patient until the answer or the end of the offer; two patients never hold the same time.
    """
    for entry in _candidates(location, freed, passed_over):
        offer = _try(entry, freed, by=by, now=now)
        if offer is not None:
            return offer
    return None


@unit
def accept(*, offer: WaitlistOffer, by: Any, now: datetime) -> Appointment:
    """The patient takes the offered time: a booked session moves there, one without an appointment gets it."""
    row = _locked_offer(offer, now)
    held = row.hold
    standing = _standing(row.entry, without=held.pk)
    appointment = (
        confirm_hold(appointment=held, by=by, now=now)
        if standing is None
        else _move_into(standing, held, by=by, now=now)
    )
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


def offer_freed(*, now: datetime, at: int | None = None, limit: int = 20) -> int:
    """Looks for a time for everybody who waits, in the order of asking; gives how many offers were made.

    Whatever made a time free (a cancellation, a closure that was lifted, longer hours), it is found here. At most
    `limit` offers are made at once; whoever cannot be helped keeps nobody behind them from being looked at. `at` is the
    id of a location: only those who wait there.
    """
    waiting = WaitlistEntry.objects.waiting().select_related("location")
    if at is not None:
        waiting = waiting.at(at)
    made = 0
    for entry in waiting:
        if made == limit:
            break
        zone = entry.location.tz
        first = max(day_start(entry.from_on, zone), now)
        last = day_start(entry.until_on + ONE_DAY, zone)
        if first < last:
            made += offer_to(entry=entry, freed=Interval(first, last), by=None, now=now) is not None
    return made


@unit
def offer_to(*, entry: WaitlistEntry, freed: Interval, by: Any, now: datetime) -> WaitlistOffer | None:
    """Offers the first suitable start inside a stretch of time to one entry that waits; None when there is none."""
    row = _waiting_rows().filter(pk=entry.pk).first()
    return _try(row, freed, by=by, now=now) if row is not None else None


def _candidates(location: Location, freed: Interval, passed_over: frozenset[int]) -> Iterator[WaitlistEntry]:
    """Waiting entries whose days touch the freed time, in the order in which they asked."""
    first, last = local_day(freed.start, location.tz), local_day(freed.end, location.tz)
    yield from (
        _waiting_rows()
        .filter(location=location, from_on__lte=last, until_on__gte=first)
        .exclude(pk__in=passed_over)
    )


def _waiting_rows() -> Any:
    """Entries that wait, in the order of asking, each locked unless somebody else is at it."""
    return (
        WaitlistEntry.objects.waiting()
        .select_related(
            "patient",
            "location",
            "treatment_session__plan__patient__clinical_profile",
            "treatment_session__plan__location__settings",
            "treatment_session__protocol_version__protocol",
        )
        .defer("treatment_session__protocol_version__definition")
        .select_for_update(of=("self",), skip_locked=True)
    )


def _try(entry: WaitlistEntry, freed: Interval, *, by: Any, now: datetime) -> WaitlistOffer | None:
    """Holds the first start inside the freed time that suits the entry and every rule."""
    session = entry.treatment_session
    visit = visit_of(session)
    standing = _standing(entry)
    without = [standing.pk] if standing else []
    stretch = offerable(entry, freed, without=without, now=now)
    for slot in _suiting(entry, stretch, without, now) if stretch else ():
        if standing is not None and slot.start >= standing.starts_at:
            return None
        try:
            refuse(visit, start=slot.start, chosen=slot.assignment, by=by, now=now, without=without)
        except Refused:
            continue
        return _offer(entry, slot, standing, by=by, now=now)
    return None


def _suiting(entry: WaitlistEntry, freed: Interval, without: list[int], now: datetime) -> Iterator[Slot]:
    visit = visit_of(entry.treatment_session)
    zone = entry.location.tz
    wishes = wishes_of(entry)
    left = times_left(entry)
    first = local_day(freed.start, zone)
    days = (local_day(freed.end, zone) - first).days + 1
    found = free_slots(visit, first_day=first, days=days, now=now, wishes=wishes, without=without)
    for slot in found:
        wished = not wishes.practitioners or slot.assignment.get(PRACTITIONER) in wishes.practitioners
        is_inside = freed.start <= slot.start < freed.end and slot.start >= now + LEAST_LEAD
        time = Interval(slot.start, visit.ends_at(slot.start))
        if wished and is_inside and not any(time.overlaps(one) for one in left):
            yield slot


def wishes_of(entry: WaitlistEntry) -> Wishes:
    """The stored wishes as the planner reads them."""
    return Wishes(
        practitioners=frozenset(entry.wishes.get("practitioners", ())),
        weekdays=frozenset(entry.wishes.get("weekdays", ())),
        parts=frozenset(PartOfDay(part) for part in entry.wishes.get("parts", ())),
    )


def _offer(
    entry: WaitlistEntry, slot: Slot, standing: Appointment | None, *, by: Any, now: datetime
) -> WaitlistOffer | None:
    """The hold, the offer, their status rows and the message; None when the time was taken meanwhile."""
    expires_at = min(now + OFFER_LASTS, slot.start - LEAST_LEAD / 2)
    visit = visit_of(entry.treatment_session)
    held_visit = visit if standing is None else visit.without_session()
    try:
        held = hold(
            visit=held_visit, starts_at=slot.start, chosen=slot.assignment, by=by, now=now, until=expires_at
        )
    except Taken:
        return None
    offer = WaitlistOffer.objects.create(entry=entry, hold=held, offered_at=now, expires_at=expires_at)
    record(offer, "", offer.status, by=by, now=now)
    move(entry, WaitlistStatus.OFFERED, transitions=WAITLIST_TRANSITIONS, by=by, now=now)
    reconcile("waitlist_offer", offer, now=now, by=by)
    return offer


def _standing(entry: WaitlistEntry, *, without: int | None = None) -> Appointment | None:
    """The appointment that the entry's session already has."""
    rows = Appointment.objects.for_change().filter(
        treatment_session=entry.treatment_session_id, status=AppointmentStatus.BOOKED
    )
    return rows.exclude(pk__in=[without] if without else []).first()


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
    chosen = assignment_of(held)
    claiming.lock(resources_of([held, standing]), [held.patient_id])
    starts_at = held.starts_at
    cancel(appointment=held, reason=CancelReason.OTHER, by=by, now=now, is_told=False)
    return moving.move(
        appointment=standing, starts_at=starts_at, chosen=chosen, by=by or standing.created_by, now=now
    )


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
