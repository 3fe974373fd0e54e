"""What new hours, or somebody who leaves, would leave outside, told by the app above: a place knows no appointments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from clinic.models import Location, Resource
from clinic.timekeeping import WeeklyWindow


@dataclass(frozen=True)
class Touched:
    """Something that was agreed and would lie outside: when it begins, whose it is, what for, and its page."""

    starts_at: datetime
    who: str
    what: str
    url: str


@dataclass(frozen=True)
class Outside:
    """Everything that new hours would leave outside, soonest first, and the list on which it is worked off."""

    rows: Sequence[Touched] = ()
    worklist: str = ""


class OutsideHours(Protocol):
    """What would lie outside `week`: the hours of the location, or with `resource` those of it there."""

    def __call__(
        self, location: Location, week: Sequence[WeeklyWindow], *, resource: Resource | None, now: datetime
    ) -> Outside: ...


class Leaving(Protocol):
    """What is booked with a resource at a location and is still to come."""

    def __call__(self, location: Location, *, resource: Resource, now: datetime) -> Outside: ...


def _nothing(
    location: Location, week: Sequence[WeeklyWindow], *, resource: Resource | None, now: datetime
) -> Outside:
    return Outside()


def _nobody(location: Location, *, resource: Resource, now: datetime) -> Outside:
    return Outside()


@dataclass(frozen=True)
class Told:
    """Who answers the two questions; nobody as long as no app above has named its functions."""

    hours: OutsideHours = _nothing
    leaving: Leaving = _nobody


_told = [Told()]


def tell_outside(*, hours: OutsideHours, leaving: Leaving) -> None:
    """The app above names its functions, once, when it is ready; naming others replaces them."""
    _told[0] = Told(hours, leaving)


def outside_hours(
    location: Location, week: Sequence[WeeklyWindow], *, resource: Resource | None = None, now: datetime
) -> Outside:
    """What new hours would leave outside that lies inside the present ones; nothing while no app above tells it."""
    return _told[0].hours(location, week, resource=resource, now=now)


def left_behind(locations: Iterable[Location], *, resource: Resource, now: datetime) -> Outside:
    """What is booked with somebody or something that will no longer be used at some locations, soonest first."""
    found = [_told[0].leaving(location, resource=resource, now=now) for location in locations]
    rows = sorted((row for one in found for row in one.rows), key=lambda row: row.starts_at)
    return Outside(rows, next((one.worklist for one in found if one.rows), ""))
