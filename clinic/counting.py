"""How often something happens in a minute, over all web processes."""

from __future__ import annotations

import time

from django.core.cache import cache

MINUTE = 60


def wait_after(name: str, *, limit: int) -> int:
    """Counts one more `name` in this minute: 0, or the seconds until the next minute when that is more than `limit`.

    Counts nothing, and says 0, while the shared cache cannot be reached.
    """
    second = int(time.time())
    key = f"count:{name}:{second // MINUTE}"
    found = _count(key)
    return MINUTE - second % MINUTE if found > limit else 0


def _count(key: str) -> int:
    if hasattr(cache, "count"):  # ours; a cache in memory has no such word
        return int(cache.count(key, 2 * MINUTE))
    try:
        return int(cache.incr(key))
    except ValueError:  # the first of this minute
        return 1 if cache.add(key, 1, timeout=2 * MINUTE) else int(cache.incr(key))
