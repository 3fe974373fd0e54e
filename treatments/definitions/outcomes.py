"""Outcome scales: what is measured, for which protocol, and when."""

from dataclasses import dataclass
from decimal import Decimal

from treatments.definitions.provenance import Sourced
from treatments.definitions.words import Better


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale(Sourced):
    """A scale from `lowest` to `highest` in steps; `scored_by` holds "P" (patient) and "C" (clinician).

    `is_licensed` scales ship without wording. `is_per_site` scales are scored at each site.
    `has_versions` scales exist in other directions: the version is stored with the score.
    """

    code: str
    name: str
    lowest: Decimal
    highest: Decimal
    step: Decimal
    better: Better
    scored_by: tuple[str, ...]
    scores: str
    unit: str = ""
    is_per_site: bool = False
    is_licensed: bool = False
    has_versions: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleChoice:
    """One or more scales of which one is used. `only_at_baseline` scales are not repeated."""

    any_of: tuple[str, ...]
    only_at_baseline: bool = False

    @property
    def code(self) -> str:
        """The scales, joined by "|"."""
        return "|".join(self.any_of)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleUse(Sourced):
    """The scales of some protocols; empty `protocols` means all of them."""

    code: str
    protocols: tuple[str, ...] = ()
    primary: tuple[ScaleChoice, ...] = ()
    secondary: tuple[ScaleChoice, ...] = ()
    with_photos: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeMoment(Sourced):
    """When outcomes are scored.

    `anchor` is "first_session", "every_session", "middle_session", "last_session" or "plan_start"; the
    offset (days, or months for "plan_start") counts from it. `before` moments come before the session.
    `what` are scale codes, or "ALL", "PRIMARY", "PHOTOS". Empty `protocols` means all.
    """

    code: str
    anchor: str
    offset_days: int = 0
    offset_months: tuple[int, ...] = ()
    is_before_session: bool = False
    what: tuple[str, ...]
    protocols: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponderRule(Sourced):
    """When a change counts as a response: by points or percent from baseline, or a score within a range."""

    scale: str
    change: Decimal | None = None
    change_percent: Decimal | None = None
    score_from: Decimal | None = None
    score_to: Decimal | None = None

    @property
    def code(self) -> str:
        """The scale it judges."""
        return self.scale


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoView(Sourced):
    """One standard photo; empty `regions` means every zone."""

    code: str
    label: str
    regions: tuple[str, ...] = ()
