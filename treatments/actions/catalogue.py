"""Reviewing the catalogue: a clinician confirms values before a protocol is offered (BR-01)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from treatments.definitions import ProtocolDefinition, to_document
from treatments.models import Protocol, ProtocolVersion, ValueCheck


@transaction.atomic
def confirm_all(*, by: Any, now: datetime) -> int:
    """Confirms every value of every active version as it stands and offers the protocols; gives how many values.

    For a clinic whose clinician has read the whole catalogue, such as the demo's. Confirmed values stay as they are.
    """
    confirmed = sum(
        _confirm(version, by=by, now=now)
        for version in ProtocolVersion.objects.active().select_related("protocol")
    )
    for protocol in Protocol.objects.filter(is_on=False, versions__status="active"):
        protocol.is_on, protocol.is_stopped = True, False
        protocol.save(update_fields=["is_on", "is_stopped"])
    return confirmed


def _confirm(version: ProtocolVersion, *, by: Any, now: datetime) -> int:
    """The values of one version that nobody has confirmed yet."""
    known = set(version.value_checks.values_list("path", flat=True))
    definition = ProtocolDefinition.from_document(version.definition)
    rows = [
        ValueCheck(
            protocol_version=version,
            path=located.path,
            old_value=to_document(located.value),
            new_value=to_document(located.value),
            checked_at=now,
            checked_by=by,
        )
        for located in definition.values_to_check()
        if located.path not in known
    ]
    ValueCheck.objects.bulk_create(rows)
    return len(rows)
