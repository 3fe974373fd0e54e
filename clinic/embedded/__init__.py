"""PostgreSQL and a Redis-protocol broker of our own, out of wheels, for the demo and the tests.

The same engines as in production, without Docker, without a package manager and without root. What
`DATABASE_URL` or `CELERY_BROKER_URL` already names is used as it is, and nothing is started in its place.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from clinic.embedded import postgres, valkey
from clinic.embedded.places import ServersUnavailable, durable_place, passing_place

__all__ = ["Servers", "ServersUnavailable", "running"]


@dataclass(frozen=True)
class Servers:
    """Where the database and the broker answer; both addresses carry their password."""

    database_url: str
    broker_url: str

    def environment(self) -> dict[str, str]:
        """The two variables that the settings read."""
        return {"DATABASE_URL": self.database_url, "CELERY_BROKER_URL": self.broker_url}


@contextmanager
def running(local: Path, *, durable: bool = True, synced: bool | None = None) -> Iterator[Servers]:
    """Both servers while the block runs, or those that the environment names.

    With `durable` the data stays in `local`, the checkout's `.local`, for the next start (for root in a
    closed folder: see `places`); without it the data is in a temporary folder, goes away with the servers
    and is not synced to disk, unless `synced` asks for it because somebody measures. When this process dies, however it
    dies, the servers stop by themselves. Raises ServersUnavailable with a sentence that says what to do.
    """
    database_url = os.environ.get("DATABASE_URL", "")
    broker_url = os.environ.get("CELERY_BROKER_URL", "")
    with ExitStack() as stack:
        if not database_url:
            place = durable_place(local) if durable else stack.enter_context(passing_place())
            database_url = stack.enter_context(postgres.running(place, durable=durable, synced=synced))
        if not broker_url:
            broker_url = stack.enter_context(valkey.running(stack.enter_context(passing_place())))
        yield Servers(database_url, broker_url)
