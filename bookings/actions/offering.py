"""Offering: a freed time goes to those who wait and whom it suits, the overdue first, and is held meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from bookings.actions.taking import hold
from bookings.assignment import Slot
from bookings.care import care_problems
from bookings.models import Appointment, WaitlistEntry, WaitlistOffer
from bookings.offerable import by_urgency, offerable, times_left
from bookings.phases import PRACTITIONER
from bookings.problems import refuse
from bookings.refusals import Refused
from bookings.series import PartOfDay, Wishes
from bookings.slots import free_slots
from bookings.units import unit
from bookings.visits import visit_of
from bookings.words import WAITLIST_TRANSITIONS, AppointmentStatus, WaitlistStatus
from clinic.errors import Blocker, NeedsApproval, Taken
from clinic.intervals import Interval
from clinic.messaging.actions.outbox import reconcile
from clinic.models import Location
from clinic.statuses import move, record
from clinic.timekeeping import ONE_DAY, day_start, local_day

#: How long a patient may think about an offer; the hold lasts as long.
OFFER_LASTS = timedelta(minutes=30)
#: An offer is not made for a time so near that nobody could come.
LEAST_LEAD = timedelta(hours=2)


@unit
def offer_next(
    *, location: Location, freed: Interval, by: Any, now: datetime, passed_over: frozenset[int] = frozenset()
) -> WaitlistOffer | None:
    """Offers a freed stretch of time to the first entry that it suits, the overdue first; None when none.

    The time is held for that patient until the answer or the end of the offer; two patients never hold the same time.
    """
    for entry in by_urgency(_candidates(location, freed, passed_over), now=now):
        offer = _try(entry, freed, by=by, now=now)
        if offer is not None:
            return offer
    return None


def offer_freed(*, now: datetime, at: int | None = None, limit: int = 20) -> int:
    """Looks for a time for everybody who waits, the overdue first; gives how many offers were made.

    Whatever made a time free (a cancellation, a closure that was lifted, longer hours), it is found here. At most
    `limit` offers are made at once; whoever cannot be helped keeps nobody behind them from being looked at. `at` is the
    id of a location: only those who wait there.
    """
    waiting = WaitlistEntry.objects.waiting().select_related("location", "treatment_session__plan__location")
    if at is not None:
        waiting = waiting.at(at)
    made = 0
    for entry in by_urgency(waiting, now=now):
        if made == limit:
            break
        zone = entry.location.tz
        first = max(day_start(entry.from_on, zone), now)
        last = day_start(entry.until_on + ONE_DAY, zone)
        if first < last:
            made += offer_to(entry=entry, freed=Interval(first, last), by=None, now=now) is not None
    return made


@unit
def offer_to(
    *,
    entry: WaitlistEntry,
    freed: Interval,
    by: Any,
    now: datetime,
    only: Mapping[str, int] | None = None,
) -> WaitlistOffer | None:
    """Offers the first suitable start inside a stretch of time to one entry that waits; None when there is none.

    `only` narrows a role to one resource: the practitioner whose time it is.
    """
    row = _waiting_rows().filter(pk=entry.pk).first()
    return _try(row, freed, by=by, now=now, only=only) if row is not None else None


def _candidates(location: Location, freed: Interval, passed_over: frozenset[int]) -> Iterable[WaitlistEntry]:
    """Waiting entries whose days touch the freed time, in the order in which they asked."""
    first, last = local_day(freed.start, location.tz), local_day(freed.end, location.tz)
    found: Iterable[WaitlistEntry] = (
        _waiting_rows()
        .filter(location=location, from_on__lte=last, until_on__gte=first)
        .exclude(pk__in=passed_over)
    )
    return found


def _waiting_rows() -> Any:
    """Entries that wait, in the order of asking, each locked unless somebody else is at it."""
    return WaitlistEntry.objects.waiting().for_offers().select_for_update(of=("self",), skip_locked=True)


def _try(
    entry: WaitlistEntry,
    freed: Interval,
    *,
    by: Any,
    now: datetime,
    only: Mapping[str, int] | None = None,
) -> WaitlistOffer | None:
    """Holds the first start inside the freed time that suits the entry and every rule."""
    standing = standing_of(entry)
    slot = fitting_slot(entry, freed, standing, by=by, now=now, only=only)
    return _offer(entry, slot, standing, by=by, now=now) if slot else None


def fitting_slot(
    entry: WaitlistEntry,
    freed: Interval,
    standing: Appointment | None,
    *,
    by: Any,
    now: datetime,
    only: Mapping[str, int] | None = None,
) -> Slot | None:
    """The first start inside the freed time that suits the entry and every rule; earlier than what it has."""
    without = [standing.pk] if standing else []
    stretch = offerable(entry, freed, without=without, now=now)
    suiting = _suiting(entry, stretch, without, now, only) if stretch else ()
    for slot in _on_good_days(entry, suiting, without, now):
        if standing is not None and slot.start >= standing.starts_at:
            return None
        if _is_allowed(entry, slot, without, by=by, now=now):
            return slot
    return None


def _is_allowed(entry: WaitlistEntry, slot: Slot, without: list[int], *, by: Any, now: datetime) -> bool:
    """Whether no rule is against a start: the gate's, and for an offer that nobody makes by hand those of time too."""
    visit = visit_of(entry.treatment_session)
    try:
        refuse(visit, start=slot.start, chosen=slot.assignment, by=by, now=now, without=without)
    except Refused:
        return False
    return True


def _on_good_days(
    entry: WaitlistEntry, slots: Iterable[Slot], without: list[int], now: datetime
) -> Iterator[Slot]:
    """Without the days on which the gate says no: it is asked once a day, not for every start of it."""
    for _day, group in groupby(slots, key=lambda slot: local_day(slot.start, entry.location.tz)):
        starts = list(group)
        found = care_problems(entry.treatment_session, start=starts[0].start, now=now, without=without)
        if not any(isinstance(problem, Blocker | NeedsApproval) for problem in found):
            yield from starts


def _suiting(
    entry: WaitlistEntry,
    freed: Interval,
    without: list[int],
    now: datetime,
    only: Mapping[str, int] | None,
) -> Iterator[Slot]:
    visit = visit_of(entry.treatment_session)
    zone = entry.location.tz
    wishes = wishes_of(entry)
    left = times_left(entry)
    first = local_day(freed.start, zone)
    days = (local_day(freed.end, zone) - first).days + 1
    found = free_slots(visit, first_day=first, days=days, now=now, wishes=wishes, only=only, without=without)
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


def standing_of(entry: WaitlistEntry, *, without: int | None = None) -> Appointment | None:
    """The appointment that the entry's session already has."""
    rows = Appointment.objects.for_change().filter(
        treatment_session=entry.treatment_session_id, status=AppointmentStatus.BOOKED
    )
    return rows.exclude(pk__in=[without] if without else []).first()
