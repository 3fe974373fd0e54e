"""What a patient wants and does not want: kept at once, and obeyed by what is already planned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.messaging.actions.fallback import fall_back
from clinic.messaging.actions.outbox import call_back
from clinic.messaging.models import ContactChoice, Message
from clinic.messaging.words import Channel, Purpose, Reason
from clinic.models import Patient


@transaction.atomic
def choose(
    patient: Patient,
    *,
    channel: str,
    purpose: str,
    is_wanted: bool,
    source: str,
    now: datetime,
    by: Any = None,
) -> None:
    """Keeps a yes or no. A no calls back what is planned there; the other channel takes over where it may."""
    _keep(patient, channel, [Purpose(purpose)], is_wanted=is_wanted, source=source, now=now, by=by)


@transaction.atomic
def stop_all(patient: Patient, *, channel: str, source: str, now: datetime, by: Any = None) -> None:
    """No more messages on this channel, whatever for."""
    _keep(patient, channel, list(Purpose), is_wanted=False, source=source, now=now, by=by)


@transaction.atomic
def start_again(patient: Patient, *, channel: str, source: str, now: datetime, by: Any = None) -> None:
    """Messages about agreed care again; the other purposes stay as they were chosen."""
    choose(patient, channel=channel, purpose=Purpose.CARE, is_wanted=True, source=source, now=now, by=by)


def _keep(
    patient: Patient,
    channel: str,
    purposes: list[Purpose],
    *,
    is_wanted: bool,
    source: str,
    now: datetime,
    by: Any,
) -> None:
    ContactChoice.objects.bulk_create(
        [
            ContactChoice(
                patient=patient,
                channel=Channel(channel),
                purpose=purpose,
                is_wanted=is_wanted,
                source=source,
                changed_at=now,
                changed_by=by,
            )
            for purpose in purposes
        ],
        update_conflicts=True,
        unique_fields=["patient", "channel", "purpose"],
        update_fields=["is_wanted", "source", "changed_at", "changed_by"],
    )
    if not is_wanted:
        _call_back(patient, channel, purposes, now=now, by=by)


def _call_back(patient: Patient, channel: str, purposes: list[Purpose], *, now: datetime, by: Any) -> None:
    planned = Message.objects.for_patient(patient).planned().filter(channel=channel, purpose__in=purposes)
    for message in planned.select_for_update().order_by("id"):
        if call_back(message, Reason.OPTED_OUT, now=now, by=by):
            fall_back(message, now=now)
