"""Wash-outs: the days between two treatments on the same or a touching zone."""

from dataclasses import dataclass

from treatments.definitions.provenance import Sourced
from treatments.definitions.words import Family, Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class WashOutGap:
    """Below `min_days` the row's severity applies; below `rec_days` there is a warning."""

    family: Family
    min_days: int
    rec_days: int

    @property
    def code(self) -> str:
        """The family of our treatment."""
        return str(self.family)


@dataclass(frozen=True, kw_only=True, slots=True)
class WashOut(Sourced):
    """Something earlier, then one of ours: days by the family of our treatment.

    `scope` "zone": same or touching zone; "face": any zone of the face; "body": anywhere.
    `never_blocks` rows only ever warn.
    """

    code: str
    label: str
    gaps: tuple[WashOutGap, ...]
    scope: str = "zone"
    severity: Severity = Severity.SIGNOFF
    never_blocks: bool = False
    is_never_treated_over: bool = False
    note: str = ""

    def gap(self, family: Family) -> WashOutGap:
        """The days before a treatment of ours of this family."""
        return next(gap for gap in self.gaps if gap.family == family)


@dataclass(frozen=True, kw_only=True, slots=True)
class WashOutAfter(Sourced):
    """One of ours, then something else: least days by the family of our treatment."""

    code: str
    label: str
    mn_days: int
    rfmn_days: int
    ms_days: int
    lipo_days: int
    scope: str = "zone"
    advise_days: int | None = None
    never_blocks: bool = False
    note: str = ""

    def min_days(self, family: Family) -> int:
        """Least days after a treatment of ours of this family."""
        return {
            Family.MN: self.mn_days,
            Family.RFMN: self.rfmn_days,
            Family.MS: self.ms_days,
            Family.LIPO: self.lipo_days,
        }[family]
