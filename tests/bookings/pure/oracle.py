"""A small clinic described in minutes, and the plainest possible way to say which starts it can offer.

The oracle looks at every minute of every phase with sets and wall clocks; it knows neither bits nor cells.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from itertools import product
from zoneinfo import ZoneInfo

from bookings.availability import Claimed, Demand, Resource, Supply
from bookings.masks import open_mask, quota_mask
from bookings.phases import Phase
from bookings.timegrid import Grid
from clinic.intervals import Interval
from clinic.timekeeping import ONE_DAY, WeeklyWindow, local_day

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Thing:
    """A resource in words: weekly windows, claimed minutes from the grid's start, and days that are used
    up."""

    id: int
    windows: tuple[WeeklyWindow, ...]
    claims: tuple[tuple[int, int], ...] = ()
    full_days: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Clinic:
    """Everything the oracle and the search are asked about."""

    zone: ZoneInfo
    first_day: date
    days: int
    opening: tuple[WeeklyWindow, ...]
    things: tuple[Thing, ...]
    phases: tuple[Phase, ...]
    pools: dict[str, tuple[int, ...]]
    patient: tuple[tuple[int, int], ...] = ()
    may_change: frozenset[str] = frozenset()
    not_before: int = 0
    not_after: int = 10**6
    step: int = 5
    wished: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @cached_property
    def grid(self) -> Grid:
        return Grid.of_days(self.first_day, self.days, self.zone)

    def at(self, minute: int) -> datetime:
        return self.grid.start + minute * MINUTE

    def interval(self, span: tuple[int, int]) -> Interval:
        return Interval(self.at(span[0]), self.at(span[1]))

    @property
    def supply(self) -> Supply:
        grid = self.grid
        return Supply(
            grid,
            self.zone,
            open_mask(grid, self.opening, self.zone),
            {
                thing.id: Resource(
                    thing.id,
                    open_mask(grid, thing.windows, self.zone),
                    grid.touched(self.interval(span) for span in thing.claims),
                    quota_mask(
                        grid, self.zone, {self.first_day + day * ONE_DAY: 1 for day in thing.full_days}, 1
                    ),
                    tuple(Claimed(self.at(span[0]), self.at(span[1]), span) for span in thing.claims),
                )
                for thing in self.things
            },
        )

    @property
    def demand(self) -> Demand:
        return Demand(
            self.phases,
            self.pools,
            wished=self.wished,
            may_change=self.may_change,
            patient_busy=self.grid.touched(self.interval(span) for span in self.patient),
            not_before=self.at(self.not_before),
            not_after=self.at(self.not_after),
            step_minutes=self.step,
        )


def possible_starts(clinic: Clinic) -> list[int]:
    """The minutes from the grid's start at which the appointment can begin, every fifth minute tried."""
    total = clinic.grid.size * 5
    shown = [clinic.at(minute).astimezone(clinic.zone) for minute in range(total)]
    walls = [(wall.weekday(), wall.hour * 60 + wall.minute) for wall in shown]
    opened = _open_minutes(clinic.opening, walls)
    free = {thing.id: opened & _free_minutes(thing, walls) for thing in clinic.things}
    patient = set(range(total)) - _minutes(clinic.patient)
    wanted = _wanted(clinic)
    return [
        start
        for start in range(0, total, 5)
        if clinic.not_before <= start < clinic.not_after
        and walls[start][1] % clinic.step == 0
        and all(minute in opened for minute in range(start, start + _length(clinic.phases)))
        and _patient_is_free(start, clinic.phases, patient)
        and _can_be_served(start, clinic, wanted, free)
    ]


def _wanted(clinic: Clinic) -> list[tuple[str, set[int]]]:
    """The minutes of each need: a role, or each stretch of a role that may change its resource."""
    return [
        (role, minutes)
        for role in sorted({role for phase in clinic.phases for role in phase.needs})
        for minutes in _stretches(role, clinic)
    ]


def _length(phases: tuple[Phase, ...]) -> int:
    return max(phase.end_minutes for phase in phases)


def _minutes(spans: tuple[tuple[int, int], ...]) -> set[int]:
    return {minute for first, end in spans for minute in range(first, end)}


def _free_minutes(thing: Thing, walls: list[tuple[int, int]]) -> set[int]:
    return _open_minutes(thing.windows, walls) - _minutes(thing.claims)


@cache
def _open_week(windows: tuple[WeeklyWindow, ...]) -> frozenset[tuple[int, int]]:
    """Every (weekday, minute of the day) that the wall clock shows while a window is open."""
    return frozenset(
        (weekday, minute)
        for weekday in range(7)
        for minute in range(24 * 60)
        if _is_open_at(weekday, time(minute // 60, minute % 60), windows)
    )


def _is_open_at(today: int, now: time, windows: tuple[WeeklyWindow, ...]) -> bool:
    """Inside a window of today, or in the part of yesterday's that runs past midnight."""
    return any(
        (window.weekday == today and window.opens <= now and (now < window.closes or _is_overnight(window)))
        or (_is_overnight(window) and window.weekday == (today - 1) % 7 and now < window.closes)
        for window in windows
    )


def _open_minutes(windows: tuple[WeeklyWindow, ...], walls: list[tuple[int, int]]) -> set[int]:
    """The minutes of the grid at which the wall clock stands inside a window."""
    week = _open_week(windows)
    return {minute for minute, wall in enumerate(walls) if wall in week}


def _is_overnight(window: WeeklyWindow) -> bool:
    return window.closes <= window.opens


def _patient_is_free(start: int, phases: tuple[Phase, ...], patient: set[int]) -> bool:
    present = [phase for phase in phases if phase.has_patient]
    first, end = min(one.offset_minutes for one in present), max(one.end_minutes for one in present)
    return all(start + minute in patient for minute in range(first, end))


def _can_be_served(
    start: int, clinic: Clinic, wanted: list[tuple[str, set[int]]], free: dict[int, set[int]]
) -> bool:
    """Try every resource for every need."""
    day = (local_day(clinic.at(start), clinic.zone) - clinic.first_day).days
    full = {thing.id for thing in clinic.things if day in thing.full_days}
    able = [
        [
            name
            for name in clinic.pools[role]
            if name not in full and all(start + minute in free[name] for minute in minutes)
        ]
        for role, minutes in wanted
    ]
    return any(_nobody_twice(names, wanted) for names in product(*able))


def _stretches(role: str, clinic: Clinic) -> list[set[int]]:
    minutes: set[int] = set()
    for phase in clinic.phases:
        if role in phase.needs:
            minutes |= set(range(phase.offset_minutes, phase.end_minutes))
    if role not in clinic.may_change:
        return [minutes]
    stretches: list[set[int]] = []
    for minute in sorted(minutes):
        if stretches and minute - 1 in stretches[-1]:
            stretches[-1].add(minute)
        else:
            stretches.append({minute})
    return stretches


def _nobody_twice(names: tuple[int, ...], wanted: list[tuple[str, set[int]]]) -> bool:
    taken: set[tuple[int, int]] = set()
    for name, (_, minutes) in zip(names, wanted, strict=True):
        claimed = {(name, minute) for minute in minutes}
        if taken & claimed:
            return False
        taken |= claimed
    return True


def window(weekday: int, opens: int, closes: int) -> WeeklyWindow:
    """A weekly window between full hours; 24 means midnight."""
    return WeeklyWindow(weekday, time(opens % 24), time(closes % 24))
