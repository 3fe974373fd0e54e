"""Planning from fewer days: only those near the ideal rhythm, with a certificate that no day further off is
cheaper.

A series of half a year needs half a year of claims, yet almost every plan keeps within some days of its
ideal days. So plan inside a corridor first. A plan that leaves the corridor is more than `slack` days from
the ideal somewhere, and the distances along its ties sum up to at least that: when the plan found costs no
more, it is the best of all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bookings.series import PlannedSession, SeriesPlan, Unmet, Weights
from clinic.timekeeping import local_day


def ideal_days(sessions: Sequence[PlannedSession], zone: ZoneInfo) -> list[date | None]:
    """The day of each session when every step is ideal: from what is done or fixed, or from a first ideal
    day.

    None where nothing says what is ideal; such a session is not narrowed.
    """
    days: list[date | None] = []
    for session in sessions:
        days.append(_ideal_day(session, days, zone))
    return days


def _ideal_day(session: PlannedSession, earlier: Sequence[date | None], zone: ZoneInfo) -> date | None:
    if session.is_done and session.standing is not None:
        return local_day(session.standing.start, zone)
    for tie in session.ties:
        anchor = earlier[tie.to]
        if tie.ideal_days is not None and anchor is not None:
            return anchor + timedelta(days=tie.ideal_days)
    return session.ideal


def corridor(sessions: Sequence[PlannedSession], slack: int, zone: ZoneInfo) -> list[PlannedSession]:
    """The same sessions, each to be planned at most `slack` days from its ideal day."""
    return [
        session if ideal is None or session.is_done else _narrowed(session, ideal, timedelta(days=slack))
        for session, ideal in zip(sessions, ideal_days(sessions, zone), strict=True)
    ]


def _narrowed(session: PlannedSession, ideal: date, slack: timedelta) -> PlannedSession:
    earliest = max(session.earliest, ideal - slack) if session.earliest else ideal - slack
    latest = min(session.latest, ideal + slack) if session.latest else ideal + slack
    return replace(session, earliest=earliest, latest=latest)


def is_certain(plan: SeriesPlan | Unmet, slack: int, weights: Weights) -> bool:
    """Whether a plan made inside the corridor is the best of all plans; otherwise widen the corridor and
    plan again."""
    return isinstance(plan, SeriesPlan) and plan.cost <= weights.day * (slack + 1)


def days_to_read(sessions: Iterable[PlannedSession], first: date, last: date) -> list[tuple[date, date]]:
    """The stretches of days (both ends included) that planning these sessions looks at, merged and in
    order."""
    stretches = sorted(
        (max(session.earliest or first, first), min(session.latest or last, last))
        for session in sessions
        if not session.is_done
    )
    merged: list[tuple[date, date]] = []
    for begin, end in stretches:
        if merged and begin <= merged[-1][1] + timedelta(days=1):
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif begin <= end:
            merged.append((begin, end))
    return merged
