"""What may be offered to somebody who waits: inside their days and their due window, and not what they left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from bookings.care import window_of
from bookings.due import days_over
from bookings.models import Appointment, WaitlistEntry
from bookings.words import OCCUPYING
from clinic.intervals import Interval
from clinic.timekeeping import ONE_DAY, day_start, local_day


def offerable(entry: WaitlistEntry, freed: Interval, *, without: list[int], now: datetime) -> Interval | None:
    """The part of a freed stretch inside the entry's days and its session's due window; None when there is none.

    Both are local days, the last one included. A session that nothing anchors has no window: its wishes are all.
    """
    first, last = _days(entry, without, now)
    if last < first:
        return None
    zone = entry.location.tz
    return freed.intersection(Interval(day_start(first, zone), day_start(last + ONE_DAY, zone)))


def times_left(entry: WaitlistEntry) -> list[Interval]:
    """The times that the patient was offered, or had for this session and left: none of them is offered again."""
    offered = entry.offers.values_list("hold__starts_at", "hold__ends_at")
    session = entry.treatment_session_id
    rows = Appointment.objects.filter(treatment_session=session)
    standing = set(rows.filter(status__in=OCCUPYING).values_list("starts_at", "ends_at"))
    history = Appointment.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        pgh_obj_id__in=list(rows.values_list("pk", flat=True))
    )
    had = set(history.values_list("starts_at", "ends_at")) - standing
    return [Interval(start, end) for start, end in {*offered, *had}]


def _days(entry: WaitlistEntry, without: list[int], now: datetime) -> tuple[date, date]:
    """The wished days inside the due window. Once the window is over every wished day is better than none.

    How late is too late is the gate's to say: after a break so long that the plan is re-assessed first it refuses.
    """
    window = window_of(entry.treatment_session, now=now, without=without)
    if window is None:
        return entry.from_on, entry.until_on
    is_over = window.latest < local_day(now, entry.location.tz)
    return max(entry.from_on, window.earliest), entry.until_on if is_over else min(
        entry.until_on, window.latest
    )


def by_urgency(entries: Iterable[WaitlistEntry], *, now: datetime) -> list[WaitlistEntry]:
    """Those whose due window is over first, the longest overdue before the others; then as they came."""
    listed = list(entries)
    return most_urgent_first(listed, days_over([entry.treatment_session for entry in listed], now=now))


def most_urgent_first(entries: Iterable[WaitlistEntry], over: Mapping[int, int]) -> list[WaitlistEntry]:
    """The same, given how many days each session's window has been over (`bookings.due.days_over`)."""
    return sorted(entries, key=lambda entry: -over.get(entry.treatment_session_id, 0))
