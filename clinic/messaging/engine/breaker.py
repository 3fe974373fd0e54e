"""One breaker per provider, in the database: all workers see the same."""

from __future__ import annotations

from datetime import datetime

from clinic.messaging.engine.sql import clocked, rows
from clinic.messaging.models import ProviderHealth
from clinic.messaging.timing import breaker_pause
from clinic.messaging.words import Channel

_FAILED = """
INSERT INTO messaging_providerhealth (provider, failures, last_error) VALUES (%(provider)s::text, 1, %(error)s)
ON CONFLICT (provider) DO UPDATE
SET failures = messaging_providerhealth.failures + 1, last_error = excluded.last_error
RETURNING failures
"""
_OPEN = clocked("""
UPDATE messaging_providerhealth SET open_until = <now> + make_interval(secs => %(seconds)s)
WHERE provider = %(provider)s::text
""")


class Breakers:
    """What is known about the providers in this pass; writes only when something changes."""

    def __init__(self, providers: dict[str, str]) -> None:
        self._provider_of = providers
        self._health = {row.provider: row for row in ProviderHealth.objects.all()}

    def closed_channels(self, at: datetime) -> list[str]:
        """Channels whose provider is not called at that instant."""
        return [channel for channel, name in self._provider_of.items() if self._is_open(name, at)]

    def is_troubled(self, channel: str) -> bool:
        """Whether the provider failed last time: then it gets one message, not a batch."""
        health = self._health.get(self._provider_of[Channel(channel)])
        return health is not None and health.failures > 0

    def failed(self, provider: str, error: str, *, now: datetime | None) -> None:
        """Counts a failure of the provider itself, and opens the breaker when there were enough."""
        failures = rows(_FAILED, {"provider": provider, "error": error[:300]})[0][0]
        if (pause := breaker_pause(failures)) is not None:
            rows(_OPEN, {"provider": provider, "seconds": pause.total_seconds(), "now": now})
        self._read_again(provider)

    def worked(self, provider: str) -> None:
        """Closes the breaker again."""
        if provider in self._health and self._health[provider].failures:
            ProviderHealth.objects.filter(provider=provider).update(failures=0, open_until=None)
            self._read_again(provider)

    def _is_open(self, provider: str, at: datetime) -> bool:
        health = self._health.get(provider)
        return health is not None and health.open_until is not None and health.open_until > at

    def _read_again(self, provider: str) -> None:
        self._health[provider] = ProviderHealth.objects.get(provider=provider)
