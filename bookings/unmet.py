"""Which session of a series cannot be met, and why: the first layer that no way through the days reaches."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bookings.layers import NEVER, Days, Layers
from bookings.openings import LocalDays
from bookings.ranking import day_allowed
from bookings.series import DayWindow, PlannedSession, UnmetCode


@dataclass(frozen=True, slots=True)
class FirstUnmet:
    """The place of the session in the list, the reason, and the widest window any days before it leave."""

    index: int
    code: UnmetCode
    window: DayWindow
    possible_from: date | None
    reasons: tuple[str, ...]


def first_unmet(layers: Layers, grid_days: LocalDays) -> FirstUnmet:
    """The first session for which every way through the sessions before it leaves no day; ValueError if all
    are met."""
    reached: set[Days] = {()}
    for layer in range(layers.size):
        following = {
            layers.after(layer, days, day) for days in reached for _, day in layers.options(layer, days)
        }
        if not following:
            return _explained(layers, layer, reached, grid_days)
        reached = following
    raise ValueError("every session of the series can be met")


def _explained(layers: Layers, layer: int, reached: Iterable[Days], grid_days: LocalDays) -> FirstUnmet:
    session = layers.candidates[layer].session
    windows = [_own_limits(session, layers.bounds(layer, days)) for days in reached]
    first, last = min(window[0] for window in windows), max(window[1] for window in windows)
    code = _code(session, windows, grid_days)
    window = DayWindow(_date(first), None, _date(last) if last < NEVER else None)
    later = [day for day in layers.candidates[layer].days if day > last]
    possible_from = _date(later[0]) if later and code != UnmetCode.TIES_CONFLICT else None
    return FirstUnmet(layer, code, window, possible_from, _reasons(session, code))


def _own_limits(session: PlannedSession, bounds: tuple[int, int]) -> tuple[int, int]:
    first, last = bounds
    first = max(first, session.earliest.toordinal()) if session.earliest else first
    last = min(last, session.latest.toordinal()) if session.latest else last
    return first, last


def _code(session: PlannedSession, windows: list[tuple[int, int]], grid_days: LocalDays) -> UnmetCode:
    horizon = grid_days.last
    real = [(first, last) for first, last in windows if first <= last]
    if not real:
        return UnmetCode.TIES_CONFLICT
    if min(first for first, _ in real) > horizon:
        return UnmetCode.PAST_HORIZON
    days = {day for first, last in real for day in range(max(first, grid_days.first), min(last, horizon) + 1)}
    return UnmetCode.NO_FREE_TIME if any(day_allowed(session, day) for day in days) else UnmetCode.BLOCKED


def _reasons(session: PlannedSession, code: UnmetCode) -> tuple[str, ...]:
    if code == UnmetCode.BLOCKED:
        return tuple(sorted({blocked.reason for blocked in session.blocked}))
    if code == UnmetCode.TIES_CONFLICT:
        return tuple(sorted({tie.reason for tie in session.ties}))
    return ()


def _date(day: int) -> date:
    return date.fromordinal(max(day, 1))
