"""The series of many plans at once, as small as a card shows it: done, booked, open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from bookings.boardvisits import BoardSession
from bookings.words import LIVE
from clinic.ribbon import Mark, RibbonSession, mark_of
from treatments.words import SessionStatus


class SeriesMarks(NamedTuple):
    """How each session of a series is drawn, in order, and the numbers of the sessions."""

    marks: tuple[Mark, ...]
    numbers: tuple[int, ...]
    title: str

    @property
    def total(self) -> int:
        """How many sessions the series has."""
        return len(self.marks)

    def place_of(self, number: int) -> int | None:
        """Which one, from 1, the session with that number is."""
        return self.numbers.index(number) + 1 if number in self.numbers else None


#: One row a plan: "1:completed:1:0 2:preparation:0:1" is number, status, whether performed, whether booked. Series that
#: stand alike are the same text, and are worked out once for a page.
_SERIES = """
    SELECT s.plan_id, string_agg(
             concat_ws(':', s.number, s.status, (s.performed_at IS NOT NULL)::int, EXISTS (
               SELECT 1 FROM bookings_appointment a
                WHERE a.treatment_session_id = s.id AND a.status = ANY(%(live)s))::int),
             ' ' ORDER BY s.number)
      FROM treatments_treatmentsession s
     WHERE s.plan_id = ANY(%(plans)s) AND s.status <> %(wrong)s
     GROUP BY s.plan_id
"""


def series_marks(sessions: Iterable[BoardSession], *, today: date) -> dict[int, SeriesMarks]:
    """Plan → the marks of its series, for the plan of each session; one query for all of them."""
    plans = {one.plan_id: one for one in sessions}
    told: dict[str, Any] = {
        "plans": list(plans),
        "live": [str(one) for one in LIVE],
        "wrong": str(SessionStatus.ENTERED_IN_ERROR),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SERIES, told)
        rows: list[tuple[int, str]] = cursor.fetchall()
    known: dict[tuple[str, str, str], SeriesMarks] = {}
    found = {}
    for pk, text in rows:
        plan = plans[pk]
        alike = (text, plan.plan_status, plan.title)
        if alike not in known:
            known[alike] = _marks(*alike, today)
        found[pk] = known[alike]
    return found


def _marks(text: str, plan_status: str, title: str, today: date) -> SeriesMarks:
    """As the ribbon of the plan's page would draw them; without windows, so that nothing is overdue on a card."""
    told = [one.split(":") for one in text.split(" ")]
    marks = tuple(
        mark_of(_session(int(number), status, performed == "1", booked == "1", plan_status, today), today)
        for number, status, performed, booked in told
    )
    return SeriesMarks(marks, tuple(int(one[0]) for one in told), title)


def _session(
    number: int, status: str, is_performed: bool, is_booked: bool, plan_status: str, today: date
) -> RibbonSession:
    """Only whether there is a day counts for a mark, not which one."""
    return RibbonSession(
        number=number,
        status="on-hold" if plan_status == "on-hold" and not is_performed else status,
        performed_on=today if is_performed else None,
        booked_on=today if is_booked else None,
    )
