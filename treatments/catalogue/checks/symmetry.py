"""What is written from two sides must say the same."""

from collections import Counter
from collections.abc import Iterator

from treatments.catalogue.checks.places import Place, entries
from treatments.catalogue.findings import Finding
from treatments.catalogue.reader import Catalogue
from treatments.definitions import Family, WashOut, WashOutAfter

LEAST_ZONES = 2


def findings(catalogue: Catalogue) -> Iterator[Finding]:
    """Wash-outs between our own treatments that differ by direction; incomplete rows; odd touching groups."""
    before = {place.value.code: place for place in entries(catalogue, "wash_outs")}
    after = {place.value.code: place for place in entries(catalogue, "wash_outs_after")}
    for place in before.values():
        yield from _families(place)
    for family in Family:
        yield from _ours(family, before, after)
    for place in entries(catalogue, "touching_zones"):
        yield from _touching(place)


def _families(place: Place) -> Iterator[Finding]:
    named = Counter(gap.family for gap in place.value.gaps)
    for family in Family:
        if named[family] != 1:
            yield place.finding(f"has no days before {family}", key="min_days")


def _ours(next_one: Family, before: dict[str, Place], after: dict[str, Place]) -> Iterator[Finding]:
    if next_one not in after or next_one not in before:
        place = after.get(next_one) or before.get(next_one)
        file = "washouts/before.toml" if next_one not in before else "washouts/after.toml"
        if place is None or place.file != file:
            yield Finding(file=file, key=str(next_one), sentence="is missing: it is one of our treatments")
        return
    row: WashOutAfter = after[next_one].value
    for earlier in Family:
        if earlier in before:
            yield from _pair(earlier, next_one, before[earlier].value, row, after[next_one])


def _pair(
    earlier: Family, next_one: Family, before: WashOut, after: WashOutAfter, place: Place
) -> Iterator[Finding]:
    forth = next((gap.min_days for gap in before.gaps if gap.family == next_one), None)
    back = after.min_days(earlier)
    if forth is not None and forth != back:
        sentence = f"{back} days after {earlier}, but washouts/before.toml says {forth}"
        yield place.finding(sentence, key=f"min_days/{earlier}")


def _touching(place: Place) -> Iterator[Finding]:
    zones: tuple[str, ...] = place.value.zones
    if len(zones) < LEAST_ZONES:
        yield place.finding("touches nothing", key="zones")
    for zone, times in Counter(zones).items():
        if times > 1:
            yield place.finding(f"{zone} stands there twice", key="zones")
