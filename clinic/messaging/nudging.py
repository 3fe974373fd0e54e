"""Waking the worker after a commit. A dead broker must never turn a made appointment into an error page."""

from __future__ import annotations

from django.db import transaction

from clinic.celery import app


def nudge() -> None:
    """Asks a worker to look at the outbox now; the tick would do it within ten seconds anyway."""
    app.send_task("clinic.messaging.tasks.drain", expires=30, ignore_result=True)


def replan_after_commit(location: int) -> None:
    """Asks a worker, after the commit, to plan what a location's rules want now; the hourly job finds what is lost."""

    def ask() -> None:
        app.send_task("clinic.messaging.tasks.replan", args=[location], expires=300, ignore_result=True)

    transaction.on_commit(ask, robust=True)


def nudge_after_commit() -> None:
    """Once per transaction, after it is committed; a failure to reach the broker is logged and forgotten."""
    connection = transaction.get_connection()
    if not any(call is nudge for _ids, call, _robust in connection.run_on_commit):
        transaction.on_commit(nudge, robust=True)
