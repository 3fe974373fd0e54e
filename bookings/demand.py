"""What availability is asked about: resources over a grid, what a location offers, what an appointment
needs."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from bookings.phases import Phase, Span, roles_of, spans_of
from bookings.timegrid import Grid


class ObstacleCode(StrEnum):
    """Why a start is not possible."""

    TAKEN = "taken"  # the resource is claimed
    OUTSIDE_HOURS = "outside_hours"  # the resource does not work then
    QUOTA = "quota"  # the resource has its number of appointments that day
    NOBODY_ELIGIBLE = "nobody_eligible"  # the pool of a role is empty
    SHARED = "shared"  # two roles would need the same resource at once
    OUTSIDE_OPENING = "outside_opening"  # the location is closed
    PATIENT_BUSY = "patient_busy"  # the patient has another appointment
    BEFORE_NOTICE = "before_notice"  # too soon to be booked
    PAST_HORIZON = "past_horizon"  # further ahead than the clinic books
    NOT_ON_STEP = "not_on_step"  # starts are offered every 5, 10, 15 … minutes


@dataclass(frozen=True, slots=True)
class Claimed:
    """A stretch in which a resource is taken, and by what (an appointment, a closure), for explanations."""

    start: datetime
    end: datetime
    by: Hashable


@dataclass(frozen=True, slots=True)
class Resource:
    """What can be occupied, over one grid: cells inside its hours, claimed cells, and cells at which an
    appointment may not begin because the day's quota is used up (see `bookings.masks.quota_mask`)."""

    id: int
    hours: int
    busy: int = 0
    full: int = 0
    claims: tuple[Claimed, ...] = ()


@dataclass(frozen=True)
class Supply:
    """What a location has to offer over a grid: its opening as a mask, its zone, its resources by id."""

    grid: Grid
    zone: ZoneInfo
    opening: int
    resources: Mapping[int, Resource]

    @cached_property
    def free(self) -> dict[int, int]:
        """The free cells of each resource."""
        return {one.id: one.hours & self.opening & ~one.busy for one in self.resources.values()}


@dataclass(frozen=True)
class Demand:
    """What an appointment asks for.

    `pools` names for each role the eligible resources; `wished` those the patient would like, best first.
    A role's resource stays the same for all its spans, unless the role is in `may_change`.
    `unfit` are cells at which a resource may not begin although it is in a pool (a certificate ends).
    `patient_busy` are the cells of the patient's other appointments. A start lies at or after `not_before`,
    before `not_after`, on a multiple of `step_minutes` of the wall clock.
    """

    phases: tuple[Phase, ...]
    pools: Mapping[str, tuple[int, ...]]
    wished: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    may_change: frozenset[str] = frozenset()
    patient_busy: int = 0
    unfit: Mapping[int, int] = field(default_factory=dict)
    not_before: datetime | None = None
    not_after: datetime | None = None
    step_minutes: int = 5

    @cached_property
    def needs(self) -> tuple["Need", ...]:
        """One need per role, or one per span for a role that may change its resource between spans."""
        needs = []
        for role in roles_of(self.phases):
            spans = spans_of(self.phases, role)
            groups = [(span,) for span in spans] if role in self.may_change else [spans]
            needs += [Need(role, group, self.pools.get(role, ())) for group in groups]
        return tuple(needs)


@dataclass(frozen=True, slots=True)
class Need:
    """Some one resource of a pool, for these spans."""

    role: str
    spans: tuple[Span, ...]
    pool: tuple[int, ...]

    def competes_with(self, other: "Need") -> bool:
        """Whether one resource might be wanted by both at the same time."""
        return not set(self.pool).isdisjoint(other.pool) and any(
            ours.start < theirs.end and theirs.start < ours.end
            for ours in self.spans
            for theirs in other.spans
        )
