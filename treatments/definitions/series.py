"""The series: how many sessions, how far apart, how long a gap may grow, and what follows the last one."""

from dataclasses import dataclass
from decimal import Decimal

from treatments.definitions.provenance import Sourced


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence(Sourced):
    """One sentence of what a source says about the number of sessions and the rhythm."""

    says: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionCounts(Sourced):
    """How many sessions a series has."""

    minimum: int
    typical: int
    maximum: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Step(Sourced):
    """The gap, in calendar days, before each of the sessions `session_from` to `session_to` (from 2 on).

    `signoff_min_days` is a shorter gap that a trial supports and a clinician may sign for.
    """

    session_from: int
    session_to: int
    min_days: int
    ideal_days: int
    max_days: int
    signoff_min_days: int | None = None

    @property
    def code(self) -> str:
        """Names the step by the sessions it comes before, such as "2-4"."""
        return f"{self.session_from}-{self.session_to}"


@dataclass(frozen=True, kw_only=True, slots=True)
class StaleGap(Sourced):
    """Days after which an interrupted series must be re-assessed before it goes on."""

    days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Maintenance(Sourced):
    """Days from the last session of the series to a maintenance session; all 0 means none is proposed."""

    min_days: int
    ideal_days: int
    max_days: int

    @property
    def is_proposed(self) -> bool:
        """True when a maintenance session is proposed after the series."""
        return self.ideal_days > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DepthInterval(Sourced):
    """After needling with the deepest zone in this band (mm, both ends included) at least `min_days` pass."""

    code: str
    depth_from_mm: Decimal
    depth_to_mm: Decimal
    min_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DepthException(Sourced):
    """At or below `depth_up_to_mm` the named protocol keeps this shorter minimum instead of the band's."""

    protocol: str
    depth_up_to_mm: Decimal
    min_days: int

    @property
    def code(self) -> str:
        """The protocol it belongs to."""
        return self.protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class DepthRule:
    """The depth-to-interval coupling of needling protocols; empty bands mean depth does not matter."""

    bands: tuple[DepthInterval, ...] = ()
    exceptions: tuple[DepthException, ...] = ()

    def min_days_after(self, depth_mm: Decimal) -> int:
        """Least days after a session whose deepest zone was `depth_mm`; 0 without bands.

        A depth beyond the last band counts as the last band: never a shorter wait for a deeper needle.
        """
        for exception in self.exceptions:
            if depth_mm <= exception.depth_up_to_mm:
                return exception.min_days
        for band in self.bands:
            if depth_mm <= band.depth_to_mm:
                return band.min_days
        return self.bands[-1].min_days if self.bands else 0


def step_before(steps: tuple[Step, ...], number: int) -> Step:
    """The step before session `number`; sessions beyond the last step keep its rhythm.

    ValueError for session 1 and below: nothing comes before the first session.
    """
    if number < 2:
        raise ValueError(f"session {number} has no session before it")
    for step in steps:
        if step.session_from <= number <= step.session_to:
            return step
    return steps[-1]
