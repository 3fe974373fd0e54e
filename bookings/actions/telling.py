"""Keeping the messages of an appointment in step with it, in the transaction of its change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bookings.models import Appointment
from clinic.messaging.actions.outbox import first_words, reconcile
from clinic.prepared import Along

SUBJECT = "appointment"


def tell(appointment: Appointment, *, by: Any, now: datetime, is_new: bool = False) -> None:
    """Plans what is now to be said about the appointment and calls back what no longer is; `is_new` at first."""
    reconcile(SUBJECT, appointment, now=now, by=by, is_new=is_new)


def words_for(appointment: Appointment, *, by: Any, now: datetime) -> Along:
    """What is to be said about an appointment that is just being made, to be written along with it."""
    return first_words(SUBJECT, appointment, now=now, by=by)
