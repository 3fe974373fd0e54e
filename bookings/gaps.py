"""A time that became free, and who of those who wait it could be offered to: looked at, nothing is offered yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bookings.actions.offering import fitting_slot, standing_of
from bookings.assignment import Slot
from bookings.models import Appointment, WaitlistEntry, WaitlistOffer
from bookings.offerable import by_urgency
from bookings.units import unit
from bookings.words import AppointmentStatus, OfferStatus
from clinic.intervals import Interval
from clinic.models import Location
from clinic.timekeeping import local_day

#: So many of those who wait are shown for one gap.
MOST = 8


@dataclass(frozen=True)
class Fit:
    """Somebody who waits, and when inside the gap they could come."""

    entry: WaitlistEntry
    slot: Slot


def gap_of(appointment: Appointment) -> Interval:
    """The time that a cancelled or missed appointment left."""
    return Interval(appointment.starts_at, appointment.ends_at)


def offers_in(location: Location, gap: Interval, *, now: datetime) -> list[WaitlistOffer]:
    """The offers of times inside the gap that wait for an answer."""
    rows = WaitlistOffer.objects.with_hold().filter(
        status=OfferStatus.OPEN,
        expires_at__gt=now,
        hold__status=AppointmentStatus.HELD,
        hold__location=location,
        hold__starts_at__lt=gap.end,
        hold__ends_at__gt=gap.start,
    )
    return list(rows.order_by("hold__starts_at"))


@unit
def fits_for(location: Location, gap: Interval, *, now: datetime) -> list[Fit]:
    """Who could come inside the gap, in the order in which they would be asked: the overdue first."""
    found: list[Fit] = []
    for entry in by_urgency(_waiting(location, gap), now=now):
        slot = fitting_slot(entry, gap, standing_of(entry), by=None, now=now)
        if slot is not None:
            found.append(Fit(entry, slot))
        if len(found) == MOST:
            break
    return found


def _waiting(location: Location, gap: Interval) -> list[WaitlistEntry]:
    first, last = local_day(gap.start, location.tz), local_day(gap.end, location.tz)
    rows = WaitlistEntry.objects.waiting().at(location).for_offers()
    return list(rows.filter(from_on__lte=last, until_on__gte=first))
