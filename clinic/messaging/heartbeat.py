"""Is anybody sending? The age of one row says so."""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.messaging.engine.sql import clocked, rows
from clinic.messaging.models import Heartbeat

#: Staff see a banner when the last tick is older.
LATE_AFTER = timedelta(minutes=2)
TICK = "tick"

_BEAT = clocked("""
INSERT INTO messaging_heartbeat (name, beaten_at) VALUES (%(name)s, <now>)
ON CONFLICT (name) DO UPDATE SET beaten_at = greatest(messaging_heartbeat.beaten_at, excluded.beaten_at)
""")


def beat(*, now: datetime | None = None, name: str = TICK) -> None:
    """Notes that the engine is awake, by the database's clock."""
    rows(_BEAT, {"name": name, "now": now})


def last_tick() -> datetime | None:
    """When the engine was last awake; None when it never was."""
    return Heartbeat.objects.filter(name=TICK).values_list("beaten_at", flat=True).first()


def is_asleep(now: datetime) -> bool:
    """Whether messages are not leaving: nobody has ticked for two minutes."""
    ticked_at = last_tick()
    return ticked_at is None or now - ticked_at > LATE_AFTER
