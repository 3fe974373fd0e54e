"""Named points at which a test may kill this very process (docs/reliability.md). Never armed in production."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from clinic import environment as env

AFTER_CLAIM = "after-claim"
AFTER_DISPATCHING = "after-dispatching"
AFTER_ACCEPT = "after-accept"
AFTER_SETTLE = "after-settle"
POINTS = (AFTER_CLAIM, AFTER_DISPATCHING, AFTER_ACCEPT, AFTER_SETTLE)

#: A folder; a file named like a point kills the next process that passes it, and is used up by that.
_armed = os.environ.get("COLLAGENDA_FAULTS", "") if env.environment() == env.TEST else ""


def point(name: str) -> None:
    """Kills this process with SIGKILL when the point is armed; otherwise costs nothing."""
    if _armed:
        _die_if_armed(Path(_armed) / name)


def _die_if_armed(fuse: Path) -> None:
    try:
        fuse.rename(fuse.with_suffix(f".used-{os.getpid()}"))
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
