"""Waking the worker for those who wait, after the commit that freed a time. The hourly job finds what a nudge lost."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from clinic.celery import app


def nudge_waiting(location: int) -> None:
    """Asks a worker to look for those who wait at a location now; the message carries its id and nothing else."""
    app.send_task("bookings.tasks.offer_freed_time", args=[location], expires=300, ignore_result=True)


def nudge_waiting_after_commit(*locations: int) -> None:
    """Once per location and transaction, after the commit; a broker out of reach is logged and forgotten."""
    hooks = transaction.get_connection().run_on_commit
    planned = {getattr(call, "__qualname__", "") for _ids, call, _robust in hooks}
    for location in sorted(set(locations)):
        name = f"nudge_waiting({location})"
        if name not in planned:
            transaction.on_commit(_named(name, location), robust=True)


def _named(name: str, location: int) -> Callable[[], None]:
    """A call of its own name: Django logs it by that, and the next one in the transaction knows it by that."""

    def call() -> None:
        nudge_waiting(location)

    call.__qualname__ = name
    return call
