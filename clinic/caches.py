"""The cache that all web processes share: counters of attempts, codes that were used. Never an answer, never a patient.

It is a convenience. When it cannot be reached, nobody is counted and everybody gets on with the work.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from django.utils.functional import cached_property
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Django's cache on Redis or Valkey, that knows nothing while the server cannot be reached."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or the default."""
        return self._asked("get", default, key, default=default, version=version)

    def add(self, key: Any, value: Any, timeout: Any = None, version: int | None = None) -> bool:
        """Whether nobody had the key before; True when nobody can say."""
        return bool(self._asked("add", True, key, value, timeout=timeout, version=version))

    def set(self, key: Any, value: Any, timeout: Any = None, version: int | None = None) -> None:
        """Keeps a value for so many seconds."""
        self._asked("set", None, key, value, timeout=timeout, version=version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """The new value; 0 when nobody can say. ValueError for a key that is not there."""
        return int(self._asked("incr", 0, key, delta=delta, version=version))

    def count(self, key: str, timeout: int, more: int = 1) -> int:
        """One (or some) more of a key, in one round trip: how many there are now; 0 when nobody can say.

        The first one sets how many seconds it is kept.
        """
        return int(self._asked("_count", 0, key, timeout, more))

    def _count(self, key: str, timeout: int, more: int) -> int:
        named = self.make_and_validate_key(key)
        found = int(self._counter.incr(named, more))
        if found == more:
            self._counter.expire(named, timeout)
        return found

    @cached_property
    def _counter(self) -> Any:
        """Made once: Django makes a client for every question, which costs more than asking it."""
        return self._cache.get_client(write=True)

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Whether there was something to delete."""
        return bool(self._asked("delete", False, key, version=version))

    def _asked(self, verb: str, otherwise: Any, *args: Any, **how: Any) -> Any:
        try:
            ask = getattr(self, verb) if verb.startswith("_") else getattr(super(), verb)
            return ask(*args, **how)
        except (RedisError, OSError):
            logger.warning("cache_unreachable", exc_info=True)
            return otherwise
