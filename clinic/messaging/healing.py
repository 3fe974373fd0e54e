"""Every hour: make the outbox match what should be said in the next fourteen days, and count the drift (0 expected)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from clinic.messaging import registry
from clinic.messaging.actions.outbox import reconcile
from clinic.messaging.models import PeriodicRun
from clinic.messaging.registry import Subject

log = structlog.get_logger(__name__)
AHEAD = timedelta(days=14)
#: The job's name: its runs keep what was found.
HEALING = "heal-outbox"


@dataclass(frozen=True, slots=True)
class Drift:
    """When the outbox was looked at last, and how many messages no change had planned or called back."""

    looked_at: datetime
    planned: int
    cancelled: int


def heal(now: datetime) -> Mapping[str, int]:
    """Reconciles all that may have something to say soon: how many were looked at, planned, called back."""
    count = _reconcile_upcoming(now)
    drift = count["planned"] + count["cancelled"]
    if drift:
        log.warning("The outbox had drifted", planned=count["planned"], cancelled=count["cancelled"])
    return {"looked_at": count["looked_at"], "planned": count["planned"], "cancelled": count["cancelled"]}


def drift_since(since: datetime) -> Drift | None:
    """What the newest healing found and when, with all that was found since then; None when none ran since."""
    runs = list(PeriodicRun.objects.filter(name=HEALING, ran_at__gte=since).order_by("-ran_at"))
    if not runs:
        return None
    count = {name: sum(int(run.found.get(name, 0)) for run in runs) for name in ("planned", "cancelled")}
    return Drift(looked_at=runs[0].ran_at, **count)


def replan(location_id: int, *, now: datetime) -> int:
    """Plans what a location's rules want now that some speak again; how many messages. No drift: it was meant."""
    return _reconcile_upcoming(now, at=location_id)["planned"]


def _reconcile_upcoming(now: datetime, *, at: int | None = None) -> Counter[str]:
    count: Counter[str] = Counter()
    for subject in registry.known_subjects():
        for obj in subject.upcoming(now, now + AHEAD):
            if at is None or subject.location(obj).pk == at:
                count += _heal_one(subject, obj.pk, now)
    return count


@transaction.atomic
def _heal_one(subject: Subject, pk: int, now: datetime) -> Counter[str]:
    obj = subject.load(pk, lock=True)
    if obj is None:
        return Counter()
    done = reconcile(subject.name, obj, now=now)
    return Counter(looked_at=1, planned=done.planned, cancelled=done.cancelled)
