"""Wash-outs: days between two treatments on the same or a touching zone, ours or done elsewhere (domain 4).

Two directions: something earlier and then one of ours (4.1), one of ours and then something later (4.2).
Rows are the catalogue's; zones that touch count as one (4.3); a row of scope "face" counts for any zone of
the face, one of scope "body" anywhere. Zones that nobody knows always count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

UNKNOWN: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WashOutRow:
    """One row as a plain value: (least, recommended) days by the family of our treatment."""

    code: str
    days: Mapping[str, tuple[int, int]]
    scope: str = "zone"
    never_blocks: bool = False


@dataclass(frozen=True, slots=True)
class Treatment:
    """Something done or booked: a row's code (for ours the family: MN, RFMN, MS, LIPO), its day, its
    zones."""

    code: str
    day: date
    zones: frozenset[str] = UNKNOWN
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class WashOutFinding:
    """What one other treatment asks of a planned one.

    Earlier ones: not before `min_date`, better not before `rec_date`. Later ones: not after them.
    """

    other: Treatment
    min_date: date
    rec_date: date
    is_later: bool
    never_blocks: bool

    def blocks(self, on: date) -> bool:
        """Whether a day lies inside the least days; rows that never block do not."""
        if self.never_blocks:
            return False
        return on > self.min_date if self.is_later else on < self.min_date

    def warns(self, on: date) -> bool:
        """Whether a day lies inside the recommended days."""
        return on > self.rec_date if self.is_later else on < self.rec_date


@dataclass(frozen=True, slots=True)
class SkinMap:
    """Which zones count as one, and where each lies: groups of touching zones, and zone code → region."""

    touching: tuple[frozenset[str], ...] = ()
    regions: Mapping[str, str] | None = None

    def reach(self, zones: frozenset[str]) -> frozenset[str]:
        """The zones and all that touch them."""
        return zones.union(*(group for group in self.touching if group & zones))

    def has_face(self, zones: frozenset[str]) -> bool:
        """Whether any zone lies on the face."""
        regions = self.regions or {}
        return any(regions.get(zone) == "face" for zone in zones)


@dataclass(frozen=True, slots=True)
class WashOutMatrix:
    """Both tables and the map: rows by code before one of ours, and rows by code after one of ours."""

    before: Mapping[str, WashOutRow]
    after: Mapping[str, WashOutRow]
    skin: SkinMap

    def findings(
        self, others: Iterable[Treatment], *, family: str, zones: frozenset[str], around: date
    ) -> list[WashOutFinding]:
        """What treatments before and after a day ask of one of ours on these zones; the strictest first.

        Treatments on the day itself count as earlier. Codes without a row, and rows that ask for no days,
        say nothing.
        """
        found = [
            finding
            for other in others
            if (finding := self._finding(other, family, zones, is_later=other.day > around)) is not None
        ]
        return sorted(found, key=lambda one: (one.is_later, _strictness(one), one.other.code))

    def _finding(
        self, other: Treatment, family: str, zones: frozenset[str], *, is_later: bool
    ) -> WashOutFinding | None:
        row = (self.after if is_later else self.before).get(other.code)
        if row is None or not self._same_place(row, other.zones, zones):
            return None
        least, recommended = row.days[family]
        if not recommended:
            return None
        sign = -1 if is_later else 1
        min_date, rec_date = (other.day + sign * timedelta(days=days) for days in (least, recommended))
        return WashOutFinding(other, min_date, rec_date, is_later, row.never_blocks)

    def _same_place(self, row: WashOutRow, theirs: frozenset[str], ours: frozenset[str]) -> bool:
        if row.scope == "body":
            return True
        if row.scope == "face":
            return not ours or self.skin.has_face(ours)
        return not theirs or not ours or bool(theirs & self.skin.reach(ours))


def _strictness(finding: WashOutFinding) -> int:
    day = finding.min_date.toordinal()
    return day if finding.is_later else -day
