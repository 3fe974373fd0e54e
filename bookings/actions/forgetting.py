"""Choices that were read out on the phone and not taken: their rows go after some days. docs/adr/0303 says why."""

from __future__ import annotations

from datetime import datetime, timedelta

import pgtrigger

from bookings.models import Appointment
from bookings.units import unit

#: For as long somebody may still ask who held a time, and sees it without looking into the history.
KEPT = timedelta(days=7)
_OWN_STATUSES = "bookings.AppointmentStatusChange:append_only"


@unit
def forget_choices(*, now: datetime, limit: int = 5000) -> int:
    """Removes choices that ended untaken a week ago or longer, at most `limit`; gives how many.

    Nobody ever agreed on them, nobody was told, and they hold no time. The history keeps every one of them.
    """
    keys = list(Appointment.objects.untaken_choices(before=now - KEPT).values_list("pk", flat=True)[:limit])
    if keys:
        with pgtrigger.ignore(_OWN_STATUSES):
            Appointment.objects.of(keys).delete()
    return len(keys)
