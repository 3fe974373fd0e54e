"""`manage.py run_messages [--once]`: the message engine without a broker, by the same functions."""

from __future__ import annotations

import gc
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from clinic.messaging import waking

TICK_SECONDS = 10


class Command(BaseCommand):
    """Ticks every ten seconds until SIGTERM or Ctrl-C; finishes the message it is sending."""

    help = "Sends due messages and runs periodic jobs without Celery; a broken broker stops no reminder."

    def add_arguments(self, parser: CommandParser) -> None:
        """--once for cron."""
        parser.add_argument("--once", action="store_true", help="one tick, then stop")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        """Runs until it is told to stop."""
        stop = threading.Event()
        gc.freeze()
        if once:
            self._tick(stop)
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self._tick_and_survive(stop)
            stop.wait(TICK_SECONDS)

    def _tick_and_survive(self, stop: threading.Event) -> None:
        """A database that is away for a while must not end the program that waits for it."""
        try:
            close_old_connections()
            self._tick(stop)
        except DatabaseError as error:
            self.stderr.write(
                f"The database did not answer ({type(error).__name__}); next try in {TICK_SECONDS} s."
            )

    def _tick(self, stop: threading.Event) -> None:
        tally = waking.wake(should_stop=stop.is_set)
        waking.run_jobs()
        for way, count in sorted(tally.items()):
            self.stdout.write(f"{way}: {count}")
