"""What happens by itself every minute: due checks are asked, silence and missed deadlines are noticed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from clinic.actions.tasks import escalate_overdue
from treatments.actions.recovery import ask_due, close_silent


def follow_up(now: datetime) -> Mapping[str, int]:
    """Asks due checks, turns silence into calls, escalates tasks nobody took. Twice, late or never is safe."""
    return {
        "asked": ask_due(now),
        "silent": close_silent(now),
        "escalated": escalate_overdue(now=now),
    }
