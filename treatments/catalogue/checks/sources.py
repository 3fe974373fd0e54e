"""Every value has a source and a known grade."""

from collections.abc import Iterator

from treatments.catalogue.checks.places import Place, places
from treatments.catalogue.findings import Finding
from treatments.catalogue.reader import Catalogue
from treatments.definitions import GRADES, SourceNote, grades_in


def findings(catalogue: Catalogue) -> Iterator[Finding]:
    """Values whose source is empty or whose grade is empty or unknown."""
    for place in places(catalogue):
        source = getattr(place.value, "source", None)
        if source is not None and not source.strip():
            yield place.finding("has no source", key="source")
        if source is not None or isinstance(place.value, SourceNote):
            yield from _grades(place)


def _grades(place: Place) -> Iterator[Finding]:
    if not place.value.grade.strip():
        yield place.finding("has no grade", key="grade")
        return
    for grade in grades_in(place.value.grade):
        if grade not in GRADES:
            known = ", ".join(GRADES)
            yield place.finding(f"{grade!r} is an unknown grade; known are {known}", key="grade")
