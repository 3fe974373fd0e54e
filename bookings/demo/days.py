"""The days of a series: counted from its anchor in both directions, never on a closed day. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random


@dataclass(frozen=True)
class Gap:
    """Days between a session and the one before it."""

    least: int
    ideal: int
    most: int


def series_days(
    anchor: int, day: date, gaps: Sequence[Gap], *, is_open: Callable[[date], bool], rng: Random
) -> list[date]:
    """A day for each session; session `anchor` (from 1) has `day`; `gaps[0]` lies before session 2.

    Every distance is between least and most, the ideal or a few days more; closed days are left out. Where no open
    day lies inside a gap, the nearest one beyond it is taken and the caller finds out.
    """
    found = {anchor: day}
    for session in range(anchor - 1, 0, -1):
        gap = gaps[session - 1]
        found[session] = _open_day(found[session + 1], gap, -1, is_open, rng)
    for session in range(anchor + 1, len(gaps) + 2):
        gap = gaps[session - 2]
        found[session] = _open_day(found[session - 1], gap, 1, is_open, rng)
    return [found[session] for session in sorted(found)]


def _open_day(start: date, gap: Gap, direction: int, is_open: Callable[[date], bool], rng: Random) -> date:
    days = min(gap.ideal + rng.choice((0, 0, 0, 1, 1, 2, 3)), gap.most)
    while not is_open(start + direction * timedelta(days=days)):
        days += 1
    return start + direction * timedelta(days=days)
