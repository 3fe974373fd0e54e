"""What of a protocol version still waits for a clinician's check (BR-01)."""

from __future__ import annotations

from collections.abc import Iterable

from treatments.definitions import Located
from treatments.models import ProtocolVersion, ValueCheck
from treatments.queries.catalogue import definition_by


def unconfirmed(version: ProtocolVersion) -> list[Located]:
    """Values of grade R, CP or D that no clinician has confirmed or changed, in the order of the definition."""
    known = set(version.value_checks.values_list("path", flat=True))
    definition = definition_by(version.pk, version.checksum)
    return [one for one in definition.values_to_check() if one.path not in known]


def unconfirmed_counts(versions: Iterable[ProtocolVersion]) -> dict[int, int]:
    """How many wait in each version; one query for all."""
    rows = list(versions)
    known: dict[int, set[str]] = {row.pk: set() for row in rows}
    checks = ValueCheck.objects.filter(protocol_version__in=rows).values_list("protocol_version_id", "path")
    for pk, path in checks:
        known[pk].add(path)
    return {
        row.pk: sum(
            one.path not in known[row.pk] for one in definition_by(row.pk, row.checksum).values_to_check()
        )
        for row in rows
    }
