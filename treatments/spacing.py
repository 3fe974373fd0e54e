"""Days between sessions: the due window, the earliest day with its reasons, and how many sessions still fit.

Everything counts local calendar days, both ends included. The anchor of a window is the day the session
before was performed, or is booked for until then. Figures come from the catalogue (domain 1.1, 2.6; BR-02,
BR-05).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class StepLike(Protocol):
    """The days before a session: least, ideal, longest."""

    @property
    def min_days(self) -> int: ...
    @property
    def ideal_days(self) -> int: ...
    @property
    def max_days(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Step:
    """A step as a plain value."""

    min_days: int
    ideal_days: int
    max_days: int


class EarliestCode(StrEnum):
    """Why a session cannot be earlier (BR-02)."""

    INTERVAL = "interval"
    DEPTH = "depth"
    LIMIT = "limit"
    WASH_OUT = "wash_out"
    CONTRAINDICATION = "contraindication"
    RECOVERY = "recovery"
    ADVERSE_REACTION = "adverse_reaction"
    PATCH_TEST = "patch_test"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class EarliestReason:
    """One reason why a session cannot be before a day, with the facts a sentence about it needs."""

    code: EarliestCode
    day: date
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DueWindow:
    """Not before `earliest`, best on `ideal`, in rhythm until `latest`; from `stale_from` on re-assess
    first."""

    earliest: date
    ideal: date
    latest: date
    stale_from: date | None = None


@dataclass(frozen=True, slots=True)
class CourseLimit:
    """Days between two sessions that nobody may shorten, such as LIM_DCA_COURSE: 30 days apart."""

    code: str
    min_days: int


def spacing_reasons(
    anchor: date,
    step: StepLike,
    *,
    by_depth: int = 0,
    depth_mm: Decimal | None = None,
    agreed: int = 0,
    limits: Iterable[CourseLimit] = (),
) -> list[EarliestReason]:
    """The interval, what the depth of the last needling asks for (`by_depth` days), what was `agreed` after slow
    healing (days), the hard limits, each with its day.

    The depth and the agreement are reasons only where they ask for more than the interval.
    """
    reasons = [_reason(EarliestCode.INTERVAL, anchor, step.min_days, {})]
    if by_depth > step.min_days:
        reasons.append(_reason(EarliestCode.DEPTH, anchor, by_depth, {"depth_mm": depth_mm}))
    if agreed > step.min_days:
        reasons.append(_reason(EarliestCode.RECOVERY, anchor, agreed, {}))
    return [
        *reasons,
        *(_reason(EarliestCode.LIMIT, anchor, one.min_days, {"limit": one.code}) for one in limits),
    ]


def _reason(code: EarliestCode, anchor: date, days: int, facts: Mapping[str, object]) -> EarliestReason:
    return EarliestReason(code, anchor + timedelta(days=days), {"since": anchor, "days": days, **facts})


def earliest_next(reasons: Iterable[EarliestReason]) -> EarliestReason:
    """The reason that binds: the latest day of all, the first named among equals. ValueError without any."""
    return max(reasons, key=lambda reason: reason.day)


def due_window(
    anchor: date, step: StepLike, reasons: Iterable[EarliestReason] = (), *, stale_days: int | None = None
) -> DueWindow:
    """The window after an anchor: never before any reason; ideal and latest move back with it where they
    must."""
    earliest = max([anchor + timedelta(days=step.min_days), *(reason.day for reason in reasons)])
    ideal = max(anchor + timedelta(days=step.ideal_days), earliest)
    latest = max(anchor + timedelta(days=step.max_days), ideal)
    stale_from = None if stale_days is None else anchor + timedelta(days=stale_days + 1)
    return DueWindow(earliest, ideal, latest, stale_from)


def is_stale(anchor: date, on: date, stale_days: int) -> bool:
    """Whether the gap to the last session is so long that the plan is re-assessed before it goes on
    (BR-05)."""
    return (on - anchor).days > stale_days


@dataclass(frozen=True, slots=True)
class SeriesFit:
    """How many sessions fit before a day: "4 left, 9 weeks, 4 apart: only 3 fit"."""

    left: int
    earliest_days: tuple[date, ...]
    #: The last day by which all of them would fit, in the shortest rhythm.
    all_fit_by: date

    @property
    def fit(self) -> int:
        """How many fit."""
        return len(self.earliest_days)

    @property
    def all_fit(self) -> bool:
        """Whether none is left out."""
        return self.fit == self.left


def fit_before(last_day: date, steps: Sequence[StepLike], *, first_day: date) -> SeriesFit:
    """How many of the sessions left fit up to a last day (included), each as early as the step before it
    allows.

    The first session can be on `first_day`; `steps` are those between the sessions left, one fewer than
    sessions.
    """
    days = [first_day]
    for step in steps:
        days.append(days[-1] + timedelta(days=step.min_days))
    return SeriesFit(len(days), tuple(day for day in days if day <= last_day), days[-1])
