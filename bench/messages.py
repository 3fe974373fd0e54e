"""Sending: claim → gate → null channel → settle by two processes, against the commits that it cannot do without.

`python -m bench.messages worker KIND DATABASE` is one of the two processes; it waits for a line and then works.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from bench.rows import Row

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
MILLION, SMALL = int(1_000_000 * SCALE), int(10_000 * SCALE)
DUE = int(100_000 * SCALE)
PROCESSES = 2
#: Due rows that are sent in one measured run: the same in both tables, so that only the size of the table differs.
FLAT_DUE = max(int(5_000 * SCALE), 500)
FLAT_RUNS = 4
#: Two durable commits per message, as one that is dispatched and settled needs.
COMMITS = 2
#: Which null channel each kind of run sends by.
CHANNELS = {"one": "null", "bare": "null", "batched": "null-batched"}

_FILL = """
INSERT INTO clinic_location (slug, name, message_name, zone, country, subdivision, language, phone, email, address,
                             emergency_number, is_active)
VALUES ('bench', 'Bench', 'Bench', 'UTC', 'DE', '', 'en', '+493012345678', '', 'Uferweg 1', '112', true);
INSERT INTO clinic_patient (given_name, family_name, phone, email, language, preferred_channel, alert, desk_note,
                            extra_minutes, search)
SELECT 'Given', 'Family' || i, '+4915' || lpad(i::text, 9, '0'), '', 'en', 'sms', '', '', 0, 'family' || i
  FROM generate_series(1, 1000) i;
INSERT INTO messaging_message (kind, rule, channel, purpose, policy, patient_id, location_id, subject_type, subject_id,
    subject_version, dedupe_key, extra, link_purpose, is_from_rule, ignores_quiet_hours, never_earlier, status,
    scheduled_for, next_attempt_at, expires_at, attempts, provider, provider_reference, last_error, reason,
    withdrawn_reason, sent_at, created_at)
SELECT 'recovery_emergency', 'BENCH', 'sms', 'care', 'at-least-once', 1 + i %% 1000, (SELECT id FROM clinic_location),
    'bench', 1 + i %% 1000, 1, 'bench:' || i, '{}', '', false, true, false,
    CASE WHEN i <= %(due)s THEN 'pending' WHEN i %% 3 = 0 THEN 'pending' ELSE 'delivered' END,
    now() - interval '1 hour',
    CASE WHEN i <= %(due)s THEN now() - interval '1 hour' ELSE now() + interval '30 days' END,
    now() + interval '60 days', 0, '', '', '', '', '',
    CASE WHEN i > %(due)s AND i %% 3 <> 0 THEN now() END, now()
  FROM generate_series(1, %(all)s) i;
"""
#: Back to the start, whatever a run has made of the due rows.
_AGAIN = """
TRUNCATE messaging_messageattempt, messaging_attemptoutcome CASCADE;
UPDATE messaging_message SET status = 'pending', attempts = 0, sent_at = NULL, lease_token = NULL, lease_until = NULL,
    provider = '', provider_reference = '', last_error = ''
 WHERE id <= %(due)s AND status <> 'pending';
"""


def run(wanted: tuple[str, ...]) -> list[Row]:
    """The rows of this module whose name is wanted."""
    rows: list[Row] = []
    measures = {"messages.dispatch": _dispatch, "messages.dispatch_batched": _batched, "flat.dispatch": _flat}
    for name, measure in measures.items():
        if not wanted or name.startswith(wanted):
            rows.append(measure())
    return rows


def _dispatch() -> Row:
    """Ours against two durable commits per message, in turn, best of the runs of each."""
    with _database(MILLION, DUE) as name:
        ours = _rate("one", name, DUE)
        bare = _rate("bare", name, DUE)
    return Row(
        name="messages.dispatch",
        value=ours,
        unit="per s",
        ratio=ours / bare,
        limit=0.6,
        at_least=True,
        data=f"{MILLION:,} rows, {DUE:,} due, two processes; bare commits {bare:,.0f} per s",
    )


def _batched() -> Row:
    """The same messages on a channel that knows our keys: five hundred in one call."""
    with _database(MILLION, DUE) as name:
        ours = _rate("batched", name, DUE)
    return Row(
        name="messages.dispatch_batched",
        value=ours,
        unit="per s",
        limit=10_000,
        at_least=True,
        data=f"{MILLION:,} rows, {DUE:,} due, two processes, 500 in a call",
    )


def _flat() -> Row:
    """The same number of due messages in a large and in a small table, in turn: a drifting machine cancels out."""
    seconds: dict[int, list[float]] = {MILLION: [], SMALL: []}
    with _database(MILLION, FLAT_DUE) as large, _database(SMALL, FLAT_DUE) as small:
        for run in range(1 + FLAT_RUNS):
            for size, name in ((MILLION, large), (SMALL, small)):
                _point_at(name)
                took = _seconds("one", name, FLAT_DUE)
                if run:  # the first of each only warms up
                    seconds[size].append(took)
    return Row(
        name="flat.dispatch",
        value=FLAT_DUE / min(seconds[MILLION]),
        unit="per s",
        ratio=min(seconds[MILLION]) / min(seconds[SMALL]),
        limit=1.3,
        data=f"{FLAT_DUE:,} due of {MILLION:,} rows ÷ of {SMALL:,} rows, best of {FLAT_RUNS} each, in turn",
    )


def _rate(kind: str, name: str, due: int, *, runs: int = 3) -> float:
    """Messages per second of two processes together: the best of some runs, of which the first warms up."""
    return max(due / _seconds(kind, name, due) for _run in range(runs))


def _seconds(kind: str, name: str, due: int) -> float:
    # The reset touches the pages that the run will touch: no run pays for being the first of a table.
    _execute(_AGAIN, due=due)
    _execute_outside_transaction("VACUUM (ANALYZE) messaging_message")
    started = [_worker(kind, name, number, due) for number in range(PROCESSES)]
    for process in started:
        process.stdout.readline()
    begun = time.perf_counter()
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in started:
        process.stdout.readline()
    seconds = time.perf_counter() - begun
    for process in started:
        process.communicate()
        assert process.returncode == 0
    return seconds


def _worker(kind: str, name: str, number: int, due: int) -> Any:
    command = [sys.executable, "-m", "bench.messages", "worker", kind, name, str(number), str(due)]
    environment = {**os.environ, "DATABASE_URL": _url(name), "SMS_CHANNEL": CHANNELS[kind]}
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )


def _url(name: str) -> str:
    told = connection.settings_dict
    return f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{name}"


@contextmanager
def _database(size: int, due: int) -> Any:
    """A database with so many messages, made once; Django points at it meanwhile."""
    before, name = connection.settings_dict["NAME"], f"bench_messages_{size}_{due}"
    is_new = _created(name)
    _point_at(name)
    try:
        if is_new:
            call_command("migrate", verbosity=0)
            _execute(_FILL, due=due, all=size)
        yield name
    finally:
        _point_at(before)


def _created(name: str) -> bool:
    told = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    where = {
        key: connection.settings_dict[word] for key, word in told.items() if connection.settings_dict[word]
    }
    with psycopg.connect(dbname="postgres", autocommit=True, **where) as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return True


def _point_at(name: str) -> None:
    connections.close_all()
    connection.settings_dict["NAME"] = name


def _execute(statement: str, **values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _execute_outside_transaction(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


# --- One of the two processes ------------------------------------------------------------------------------------


class Subject:
    """Reads its one row at the gate, as an appointment is read."""

    name = "bench"

    def load(self, pk: int, *, lock: bool = False) -> Any:
        from clinic.models import Patient

        return Patient.objects.filter(pk=pk).first()

    def load_many(self, pks: Iterable[int]) -> dict[int, Any]:
        from clinic.models import Patient

        return Patient.objects.only("anonymised_at").in_bulk(list(pks))

    def gate(self, obj: Any, message: Any, now: datetime) -> str | None:
        return None if obj.anonymised_at is None else "gone"

    def context(self, obj: Any, message: Any, now: datetime) -> dict[str, Any]:
        return {}


def _one() -> None:
    from clinic.messaging.engine.drain import drain

    while drain(budget=3600):
        pass


def _bare(number: int, due: int) -> None:
    """Each process its half: two small updates of the same table, each committed on its own."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        for pk in range(1 + number, due + 1, PROCESSES):
            for word in ("dispatching", "sent")[:COMMITS]:
                cursor.execute("UPDATE messaging_message SET last_error = %s WHERE id = %s", [word, pk])


def _work(kind: str, name: str, number: int, due: int) -> None:
    import logging

    import django

    django.setup()
    logging.disable(logging.INFO)
    from clinic.messaging import registry

    registry.register(Subject())  # type: ignore[arg-type]
    connection.ensure_connection()
    works: dict[str, Callable[[], None]] = {
        "one": _one,
        "batched": _one,
        "bare": lambda: _bare(number, due),
    }
    gc.freeze()  # as the worker and `run_messages` do
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    works[kind]()
    sys.stdout.write("done\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _work(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
