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
    try:
        found = cache.incr(key)
    except ValueError:  # the first of this minute
        found = 1
        if not cache.add(key, found, timeout=2 * MINUTE):
            found = cache.incr(key)
    return MINUTE - second % MINUTE if found > limit else 0
