"""Alarm clocks: they carry no facts but an id, and running one twice, late or never is safe."""

from __future__ import annotations

from django.utils import timezone

from bookings.actions.offering import offer_freed
from clinic.celery import app


# As for the jobs: no lease hangs on it, and it may take longer than a message.
@app.task(name="bookings.tasks.offer_freed_time", soft_time_limit=240, time_limit=270)
def offer_freed_time(location: int) -> None:
    """After a commit that freed a time: look for those who wait at this location."""
    offer_freed(now=timezone.now(), at=location)
