"""Other times that a patient may choose: inside the due window, at most a few, spread over days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from bookings.actions.moving import visit_for
from bookings.assignment import Slot
from bookings.models import Appointment
from bookings.problems import rule_problems
from bookings.slots import free_slots, spread_out
from bookings.visits import Visit
from clinic.errors import Warning
from clinic.timekeeping import local_day

#: How many times are offered on one page, and of one day.
MOST_TIMES, MOST_PER_DAY = 8, 2
#: How far an appointment may be moved by the patient, in days before and after.
DAYS_AROUND = timedelta(days=21)


def other_times(appointment: Appointment, *, now: datetime) -> list[Slot]:
    """Starts that the rules allow for this appointment, soonest first; empty when none is left."""
    first, last = _days(appointment, now)
    visit = visit_for(appointment)
    days = (last - first).days + 1
    free = free_slots(visit, first_day=first, days=days, now=now, without=[appointment.pk])
    allowed = _allowed(free, visit, appointment, now)
    return list(islice(spread_out(allowed, appointment.location, a_day=MOST_PER_DAY), MOST_TIMES))


def _allowed(free: Iterator[Slot], visit: Visit, appointment: Appointment, now: datetime) -> Iterator[Slot]:
    """Care is judged by the day, so each day is asked once."""
    verdicts: dict[date, bool] = {}
    for slot in free:
        day = local_day(slot.start, appointment.location.tz)
        if day not in verdicts:
            found = rule_problems(visit, start=slot.start, chosen={}, now=now, without=[appointment.pk])
            verdicts[day] = all(isinstance(problem, Warning) for problem in found)
        if verdicts[day] and slot.start != appointment.starts_at:
            yield slot


def _days(appointment: Appointment, now: datetime) -> tuple[date, date]:
    zone = appointment.location.tz
    booked, today = local_day(appointment.starts_at, zone), local_day(now, zone)
    return max(today, booked - DAYS_AROUND), max(today, booked) + DAYS_AROUND
