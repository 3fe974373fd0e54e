"""How often something happens in a minute, over all web processes."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from django.core.cache import cache

MINUTE = 60


def wait_after(name: str, *, limit: int) -> int:
    """Counts one more `name` in this minute: 0, or the seconds until the next minute when that is more than `limit`.

    Counts nothing, and says 0, while the shared cache cannot be reached.
    """
    second = int(time.time())
    return _wait(second) if _count(_key(name, second), 1) > limit else 0


def wait_after_many(name: str, *, limit: int) -> int:
    """The same for what happens many times a second: far below the limit the other processes are asked once a second.

    From half of the limit on each one is counted with all others at once.
    """
    now = time.time()
    return _wait(int(now)) if _tallies.add(name, now, limit) > limit else 0


def _wait(second: int) -> int:
    return MINUTE - second % MINUTE


def _key(name: str, second: int) -> str:
    return f"count:{name}:{second // MINUTE}"


@dataclass(slots=True)
class _Tally:
    """What this process knows of a minute: how many all had when it last asked, and how many it has not told yet."""

    key: str
    known: int = 0
    untold: int = 0
    asked_at: float = 0.0

    def is_due(self, now: float, limit: int) -> bool:
        return now - self.asked_at >= 1 or 2 * (self.known + self.untold) > limit


class Tallies:
    """The tallies of one process, by name."""

    def __init__(self) -> None:
        self._known: dict[str, _Tally] = {}
        self._lock = threading.Lock()

    def add(self, name: str, now: float, limit: int) -> int:
        """One more: how many there are in this minute, as far as this process knows."""
        key = _key(name, int(now))
        with self._lock:
            tally = self._known.get(name)
            if tally is None or tally.key != key:
                tally = self._known[name] = _Tally(key)
            tally.untold += 1
            if not tally.is_due(now, limit):
                return tally.known + tally.untold
            telling, tally.untold, tally.asked_at = tally.untold, 0, now
        tally.known = _count(key, telling)
        return tally.known


_tallies = Tallies()


def _count(key: str, more: int) -> int:
    if hasattr(cache, "count"):  # ours; a cache in memory has no such word
        return int(cache.count(key, 2 * MINUTE, more))
    try:
        return int(cache.incr(key, more))
    except ValueError:  # the first of this minute
        return more if cache.add(key, more, timeout=2 * MINUTE) else int(cache.incr(key, more))
