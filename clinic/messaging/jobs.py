"""Jobs that run once per period, whoever ticks: UNIQUE (name, period) in the database decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from django.db import connection, transaction

from clinic.intervals import in_utc
from clinic.messaging.models import PeriodicRun

log = structlog.get_logger(__name__)
_LOCK_SPACE = 0x6D6A
#: Runs are kept for this long, as proof.
KEPT = timedelta(days=30)


class Every(StrEnum):
    """How often; periods are counted in UTC, so that no clock change makes one twice or none."""

    MINUTE = "%Y-%m-%dT%H:%M"
    HOUR = "%Y-%m-%dT%H"
    DAY = "%Y-%m-%d"


#: A job gets the instant and may give numbers to keep.
Run = Callable[[datetime], Mapping[str, int] | None]


@dataclass(frozen=True, slots=True)
class Job:
    """`is_atomic`: the job and the note that it ran are one transaction, so a failed job runs again at the next tick.

    Otherwise the note is committed first and the job opens its own transactions; a failed one waits for the next
    period.
    """

    name: str
    every: Every
    run: Run
    is_atomic: bool


_jobs: dict[str, Job] = {}


def register_job(name: str, every: Every, run: Run, *, is_atomic: bool = True) -> None:
    """Makes a job known; apps above do it in `AppConfig.ready()`."""
    _jobs[name] = Job(name, every, run, is_atomic)


def unregister_job(name: str) -> None:
    """Forgets a job."""
    _jobs.pop(name, None)


def run_due_jobs(*, now: datetime) -> list[str]:
    """Runs every job that has not run in its period; gives the names of those that ran."""
    return [job.name for job in list(_jobs.values()) if _run_once(job, now)]


def _run_once(job: Job, now: datetime) -> bool:
    period = in_utc(now).strftime(job.every)
    if PeriodicRun.objects.filter(name=job.name, period=period).exists():
        return False
    try:
        return _run_atomic(job, period, now) if job.is_atomic else _run_noted(job, period, now)
    except Exception:  # one job's mistake must not stop the others, nor the messages
        log.exception("A periodic job failed", job=job.name, period=period)
        return False


@transaction.atomic
def _run_atomic(job: Job, period: str, now: datetime) -> bool:
    if not _note(job, period, now):
        return False
    _keep(job, period, job.run(now))
    return True


def _run_noted(job: Job, period: str, now: datetime) -> bool:
    with transaction.atomic():
        if not _note(job, period, now):
            return False
    _keep(job, period, job.run(now))
    return True


def _note(job: Job, period: str, now: datetime) -> bool:
    """Takes the period; False when another process has it, without waiting for that one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, job.name])
        if not cursor.fetchone()[0]:
            return False
    _run, is_new = PeriodicRun.objects.get_or_create(name=job.name, period=period, defaults={"ran_at": now})
    return is_new


def _keep(job: Job, period: str, found: Mapping[str, int] | None) -> None:
    if found:
        PeriodicRun.objects.filter(name=job.name, period=period).update(found=dict(found))


def forget_old_runs(now: datetime) -> Mapping[str, int]:
    """Removes runs older than thirty days."""
    gone, _by_model = PeriodicRun.objects.filter(ran_at__lt=now - KEPT).delete()
    return {"removed": gone}
