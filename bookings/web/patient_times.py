"""Other times that a patient may choose: inside the rules, at most a few, spread over days."""

from __future__ import annotations

from datetime import datetime, timedelta

from bookings.actions.moving import visit_for
from bookings.assignment import Slot
from bookings.models import Appointment
from bookings.web.times import times_for
from clinic.timekeeping import local_day

#: How many times are offered on one page, and of one day.
MOST_TIMES, MOST_PER_DAY = 8, 2
#: How far an appointment may be moved by the patient, in days before and after.
DAYS_AROUND = timedelta(days=21)


def other_times(appointment: Appointment, *, now: datetime) -> list[Slot]:
    """Starts that the rules allow for this appointment, soonest first; empty when none is left."""
    zone = appointment.location.tz
    booked, today = local_day(appointment.starts_at, zone), local_day(now, zone)
    found = times_for(
        visit_for(appointment),
        now=now,
        from_day=max(today, booked - DAYS_AROUND),
        until=max(today, booked) + DAYS_AROUND,
        count=MOST_TIMES + 1,
        a_day=MOST_PER_DAY,
        without=[appointment.pk],
    )
    return [slot for slot in found if slot.start != appointment.starts_at][:MOST_TIMES]
