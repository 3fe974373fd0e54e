"""Judges a catalogue: every mistake at once, named by file and key."""

from treatments.catalogue.checks import codes, protocols, ranges, sources, symmetry, texts
from treatments.catalogue.findings import Finding
from treatments.catalogue.reader import Catalogue

CHECKS = (sources, codes, ranges, symmetry, protocols, texts)


def validate(catalogue: Catalogue) -> list[Finding]:
    """Every mistake, sorted by file and key; an empty list means that the catalogue may be loaded."""
    found = {*catalogue.findings, *(finding for check in CHECKS for finding in check.findings(catalogue))}
    return sorted(found)
