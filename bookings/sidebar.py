"""Beside the board: the month with its load, who waits, who has not confirmed."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import ngettext

from bookings.models import Appointment
from bookings.words import AppointmentStatus
from clinic.models import Location
from clinic.timekeeping import ONE_DAY, day_start, local_day

S = AppointmentStatus
#: Appointments a day from which a day counts as one, two or three strokes of load.
LOADS = (1, 10, 20)


@dataclass(frozen=True)
class MonthDay:
    """One day of the mini month: how full it is (0–3), and whether it is in the month at all."""

    day: date
    load: int
    count: int
    in_month: bool

    @property
    def iso(self) -> str:
        """As an address carries it."""
        return self.day.isoformat()

    @property
    def label(self) -> str:
        """Saturday 21 November, 12 appointments."""
        told = ngettext("%(counter)s appointment", "%(counter)s appointments", self.count)
        return f"{date_format(self.day, 'l j F')}, {told % {'counter': self.count}}"


@dataclass(frozen=True)
class Sidebar:
    """What the desk glances at."""

    weeks: list[list[MonthDay]]
    waiting: list[tuple[Appointment, datetime]]
    unconfirmed: list[Appointment]
    unconfirmed_count: int
    month_before: date
    month_after: date


def sidebar(location: Location, day: date, *, now: datetime, with_month: bool = True) -> Sidebar:
    """Three queries, whatever the size of the clinic; a poll needs no month."""
    here, first = Appointment.objects.at(location), day.replace(day=1)
    tomorrow = local_day(now, location.tz) + ONE_DAY
    start, end = day_start(tomorrow, location.tz), day_start(tomorrow + ONE_DAY, location.tz)
    rows = list(here.here_or_late(now))
    unconfirmed = list(here.unconfirmed(start, end).select_related("patient").counted()[:8])
    return Sidebar(
        weeks=_month(here, location, day) if with_month else [],
        waiting=waiting_of(rows),
        unconfirmed=unconfirmed,
        unconfirmed_count=_whole(unconfirmed),
        month_before=(first - ONE_DAY).replace(day=1),
        month_after=(first + timedelta(days=32)).replace(day=1),
    )


def _whole(rows: list[Appointment]) -> int:
    return rows[0].whole if rows else 0  # type: ignore[attr-defined]  # annotated by the query


def _month(here: Any, location: Location, day: date) -> list[list[MonthDay]]:
    weeks = calendar.Calendar().monthdatescalendar(day.year, day.month)
    start, end = day_start(weeks[0][0], location.tz), day_start(weeks[-1][-1] + ONE_DAY, location.tz)
    counts = here.load(start, end, location.tz)
    return [[_cell(d, counts.get(d, 0), day) for d in week] for week in weeks]


def _cell(day: date, count: int, shown: date) -> MonthDay:
    return MonthDay(day, sum(count >= load for load in LOADS), count, day.month == shown.month)


def waiting_of(rows: Iterable[Appointment]) -> list[tuple[Appointment, datetime]]:
    """Who of some appointments (`with_arrivals`) waits in the house, since when, the longest wait first."""
    waiting = [
        (row, row.arrived_at or row.starts_at)  # type: ignore[attr-defined]  # annotated by the query
        for row in rows
        if row.status == S.ARRIVED and not _is_treated(row)
    ]
    return sorted(waiting, key=lambda pair: pair[1])


def _is_treated(row: Appointment) -> bool:
    return row.treatment_session is not None and row.treatment_session.status == "in-progress"
