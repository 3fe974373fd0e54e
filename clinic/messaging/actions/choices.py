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
) -> ContactChoice:
    """Keeps a yes or no. A no calls back what is planned there; the other channel takes over where it may."""
    choice, _is_new = ContactChoice.objects.update_or_create(
        patient=patient,
        channel=Channel(channel),
        purpose=Purpose(purpose),
        defaults={"is_wanted": is_wanted, "source": source, "changed_at": now, "changed_by": by},
    )
    if not is_wanted:
        _call_back(patient, channel, purpose, now=now, by=by)
    return choice


@transaction.atomic
def stop_all(patient: Patient, *, channel: str, source: str, now: datetime, by: Any = None) -> None:
    """No more messages on this channel, whatever for."""
    for purpose in Purpose:
        choose(patient, channel=channel, purpose=purpose, is_wanted=False, source=source, now=now, by=by)


@transaction.atomic
def start_again(patient: Patient, *, channel: str, source: str, now: datetime, by: Any = None) -> None:
    """Messages about agreed care again; the other purposes stay as they were chosen."""
    choose(patient, channel=channel, purpose=Purpose.CARE, is_wanted=True, source=source, now=now, by=by)


def _call_back(patient: Patient, channel: str, purpose: str, *, now: datetime, by: Any) -> None:
    planned = Message.objects.for_patient(patient).planned().filter(channel=channel, purpose=purpose)
    for message in planned.select_for_update().order_by("id"):
        if call_back(message, Reason.OPTED_OUT, now=now, by=by):
            fall_back(message, now=now)
