"""What happens at every tick; Celery and `run_messages` call the same functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pghistory
import structlog

from clinic.messaging import healing, heartbeat, jobs
from clinic.messaging.actions.reports import apply_waiting_reports
from clinic.messaging.engine.doubt import reap
from clinic.messaging.engine.drain import Tally, drain
from clinic.messaging.engine.sql import database_now

log = structlog.get_logger(__name__)


def wake(*, now: datetime | None = None, should_stop: Callable[[], bool] = lambda: False) -> Tally:
    """Notes the tick, frees what lapsed, and sends what is due."""
    with pghistory.context(task="tick"):
        heartbeat.beat(now=now)
        reap(now=now)
        apply_waiting_reports(now=database_now(now))
        return send_due(now=now, should_stop=should_stop)


def send_due(*, now: datetime | None = None, should_stop: Callable[[], bool] = lambda: False) -> Tally:
    """Sends what is due; says in the log how many went which way."""
    tally = drain(now=now, should_stop=should_stop)
    if tally:
        log.info("Messages went out", **tally)
    return tally


def replan(location: int, *, now: datetime | None = None) -> int:
    """Plans what a location's rules want now; how many messages."""
    with pghistory.context(task="replan"):
        return healing.replan(location, now=database_now(now))


def run_jobs(*, now: datetime | None = None) -> list[str]:
    """Runs the jobs of this minute, hour and day that nobody has run yet."""
    with pghistory.context(task="jobs"):
        return jobs.run_due_jobs(now=database_now(now))
