"""What new hours would leave outside, told by the app above: a place does not know its appointments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def _nothing(
    location: Location, week: Sequence[WeeklyWindow], *, resource: Resource | None, now: datetime
) -> Outside:
    return Outside()


_told: dict[str, OutsideHours] = {}


def tell_outside_hours(by: OutsideHours) -> None:
    """The app above names its function, once, when it is ready; naming another replaces it."""
    _told["by"] = by


def forget_outside_hours() -> Callable[[], None]:
    """Nobody tells any more; gives back a function that restores who did."""
    before = _told.pop("by", None)
    return lambda: tell_outside_hours(before) if before is not None else None


def outside_hours(
    location: Location, week: Sequence[WeeklyWindow], *, resource: Resource | None = None, now: datetime
) -> Outside:
    """What new hours would leave outside that lies inside the present ones; nothing while no app above tells it."""
    return _told.get("by", _nothing)(location, week, resource=resource, now=now)
