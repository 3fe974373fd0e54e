"""What the planner is asked, and what it answers: sessions of a series, the ties between them, wishes, a
plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from bookings.assignment import Slot
from bookings.availability import Demand


class PartOfDay(StrEnum):
    """By the wall clock at the start: before noon, before five, after."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


NOON, EVENING_FROM = time(12), time(17)


def part_of(wall: time) -> PartOfDay:
    """The part of day a wall time lies in."""
    if wall < NOON:
        return PartOfDay.MORNING
    return PartOfDay.AFTERNOON if wall < EVENING_FROM else PartOfDay.EVENING


@dataclass(frozen=True, slots=True)
class Tie:
    """Days from an earlier session (its place in the list, from 0) to this one.

    The step of a protocol has all three; a wash-out across another treatment has `min_days` alone. Where
    `ideal_days` is given, each day away from it costs. `reason` is handed back when the tie makes a series
    impossible.
    """

    to: int
    min_days: int
    ideal_days: int | None = None
    max_days: int | None = None
    reason: str = "interval"


@dataclass(frozen=True, slots=True)
class BlockedDays:
    """Local days on which a session may not be: from the first to the last (included), or for good."""

    first: date
    last: date | None = None
    reason: str = "blocked"

    def covers(self, day: date) -> bool:
        """Whether a day is blocked."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a session already is: performed, or booked before a re-flow. `assignment` is resource by role."""

    start: datetime
    assignment: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedSession:
    """One session to find a time for, or one that is done and anchors those after it.

    `demand` None means that it keeps `standing`: performed, or not to be moved. With both, the session is
    booked at `standing` and may be moved. `earliest`, `ideal` and `latest` are local days that hold whatever
    the ties say.
    """

    number: int
    demand: Demand | None = None
    ties: tuple[Tie, ...] = ()
    earliest: date | None = None
    ideal: date | None = None
    latest: date | None = None
    blocked: tuple[BlockedDays, ...] = ()
    standing: Standing | None = None
    #: Where somebody wants an open session, with the practitioner if one is named: nowhere else is looked.
    picked: Standing | None = None

    def __post_init__(self) -> None:
        if self.demand is None and self.standing is None:
            raise ValueError(f"session {self.number} has neither a demand nor a day on which it was done")

    @property
    def is_done(self) -> bool:
        """Whether it is where it is: performed, or booked and not to be moved. It anchors others."""
        return self.demand is None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the patient would like; empty means all the same. None of them is a must."""

    practitioners: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    parts: frozenset[PartOfDay] = frozenset()
    same_weekday: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """What a deviation costs, in tenths of a day's distance from the ideal day.

    A change is counted between one session and the next, a wish for each session that misses it.
    """

    day: int = 10
    practitioner_change: int = 25
    weekday_change: int = 8
    weekday_change_when_same_wished: int = 45
    part_change: int = 6
    unwished_practitioner: int = 40
    unwished_weekday: int = 60
    unwished_part: int = 40
    other_resources: int = 1


@dataclass(frozen=True, slots=True)
class DayWindow:
    """The days a session could be on, given the sessions before it; `latest` None without any limit."""

    earliest: date
    ideal: date | None
    latest: date | None


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """One session of a plan: its day, its slot (None for a session that is done), its window then, its
    cost."""

    number: int
    day: date
    slot: Slot | None
    practitioner: int | None
    part: PartOfDay
    window: DayWindow
    cost: int
    cell: int = -1
    stays: bool = False


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    """A whole series in order; `cost` is the sum of what its sessions cost."""

    sessions: tuple[SessionPlan, ...]
    cost: int


class UnmetCode(StrEnum):
    """Why no day could be found for a session."""

    TIES_CONFLICT = "ties_conflict"  # the earliest day lies after the latest, whatever the days before
    PAST_HORIZON = "past_horizon"  # its window begins after the horizon searched
    BLOCKED = "blocked"  # every day of its window is blocked
    NO_FREE_TIME = "no_free_time"  # nobody, no room or no device is free on any day of its window


@dataclass(frozen=True, slots=True)
class Unmet:
    """The first session that cannot be met, why, the widest window it could have had, and the day it could
    be.

    `before` is the best plan of the sessions before it; `possible_from` the first day after that window on
    which there is time, or None; `reasons` name the ties or blocks that count.
    """

    number: int
    code: UnmetCode
    window: DayWindow
    before: SeriesPlan
    possible_from: date | None = None
    reasons: tuple[str, ...] = ()
