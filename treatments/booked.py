"""The booked days of a plan, told by the app above: a plan does not know its appointments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol

from treatments.models import TreatmentPlan


class BookedDays(Protocol):
    """Session number → booked local day, for the sessions of a plan that are still to come."""

    def __call__(self, plan: TreatmentPlan, *, now: datetime) -> Mapping[int, date]: ...


def _nothing_booked(plan: TreatmentPlan, *, now: datetime) -> Mapping[int, date]:
    return {}


_told: dict[str, BookedDays] = {}


def tell_booked_days(by: BookedDays) -> None:
    """The app above names its function, once, when it is ready; naming another replaces it."""
    _told["by"] = by


def forget_booked_days() -> Callable[[], None]:
    """Nobody tells any more; gives back a function that restores who did."""
    before = _told.pop("by", None)
    return lambda: tell_booked_days(before) if before is not None else None


def booked_days(plan: TreatmentPlan, *, now: datetime) -> Mapping[int, date]:
    """The booked days of a plan; none while no app above tells them."""
    return _told.get("by", _nothing_booked)(plan, now=now)
