"""`make demo`: a whole clinic on this machine, from private servers to the logins. Ctrl-C stops all of it.

Web, worker and beat are the processes of production, each under a guard (`clinic.embedded.guard`): when
this process ends, in order or by force, they end too. When one of them ends by itself, all do.
"""

import hashlib
import os
import secrets
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from subprocess import PIPE, Popen
from types import FrameType
from typing import IO, NoReturn

from clinic.embedded import ServersUnavailable, running
from clinic.embedded.guarded import Order, let_go, start_guard

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
LAST_LINES = 20
COURTESY = 2.0  # seconds that a run which was just killed gets to leave its port
WEB_TIMEOUT = 120.0  # seconds until the first page must have been served
COLOURS = {"web": 36, "worker": 33, "beat": 35}


class DemoFailed(Exception):
    """The demo cannot run; the text says why and what to do."""


def main() -> int:
    """Run the demo until Ctrl-C, SIGTERM or the end of one of its processes."""
    # Ctrl-C too, by name: a shell starts its background jobs with that one ignored. With nohup we are to stay.
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _leave)
    try:
        run(port(), Path(os.environ.get("COLLAGENDA_LOCAL_DIR", ROOT / ".local")).resolve())
    except (DemoFailed, ServersUnavailable) as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The data stays for the next start.")
    return 0


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def run(port: int, local: Path) -> None:
    """Start the servers, bring the data up to date, run the processes and say where they are."""
    local.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    print("Starting PostgreSQL and Valkey …")
    with running(local) as servers:
        os.environ.update(environment(port, local) | servers.environment())
        prepare()
        with processes() as family:
            # The web first and alone: a person waits for it, and four imports of Django at once are slow.
            every = commands(port)
            family.start("web", every.pop("web"))
            wait_for_web(port, family.ended)
            for name, argv in every.items():
                family.start(name, argv)
            print(welcome(port, time.monotonic() - began), flush=True)
            raise DemoFailed(family.ended.wait())


def port() -> int:
    """The port of `PORT` (8000 without it), free at this moment."""
    words = os.environ.get("PORT") or "8000"
    if not words.isdigit() or not 0 < int(words) < 65536:
        raise DemoFailed(f"PORT is {words!r}; it must be a number from 1 to 65535.")
    deadline = time.monotonic() + COURTESY
    while problem := _obstacle(int(words)):
        if time.monotonic() > deadline:
            raise DemoFailed(
                f"Port {words} cannot be used ({problem}). Choose another one: make demo PORT=8001"
            )
        time.sleep(0.1)
    return int(words)


def _obstacle(port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            return problem.strerror
    return None


def environment(port: int, local: Path) -> dict[str, str]:
    """What the settings read, for this process and all that it starts."""
    return {
        "COLLAGENDA_ENV": "demo",
        "COLLAGENDA_LOCAL_DIR": str(local),
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        "PUBLIC_URL": f"http://localhost:{port}",
        "SECRET_KEY": secret_key(local / "secret_key"),
        "PYTHONUNBUFFERED": "1",
    }


def secret_key(path: Path) -> str:
    """The key of this checkout, made at its first start, so that sessions and links outlive a restart."""
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(64), encoding="ascii")
        unfinished.rename(path)
    return path.read_text(encoding="ascii")


def prepare() -> None:
    """Bring tables, catalogue, demo clinic and static files up to date; quick when they are."""
    import django  # late: the settings need the environment that run() has just made
    from django.conf import settings
    from django.core.management import CommandError, call_command
    from django.db import connections

    django.setup()
    try:
        print("Preparing the tables …")
        call_command("migrate", verbosity=0, interactive=False)
        print("Loading the catalogue …")
        call_command("load_catalogue", verbosity=0, stdout=StringIO())
        print("Loading the demo clinic: a minute at the first start …")
        call_command("load_demo", "--if-empty", verbosity=0, stdout=StringIO())
        collect_static(Path(settings.STATIC_ROOT))
    except CommandError as problem:
        raise DemoFailed(str(problem)) from problem
    finally:
        connections.close_all()


def collect_static(root: Path) -> None:
    """Collect, hash and compress the static files, unless none has changed: that costs seconds of a start."""
    from django.contrib.staticfiles.finders import get_finders  # late: needs the settings
    from django.core.management import call_command

    found = [Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])]
    facts = sorted((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in found)
    digest, stamp = hashlib.sha256(repr(facts).encode()).hexdigest(), root.with_suffix(".collected")
    if root.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(digest, encoding="ascii")


def commands(port: int) -> dict[str, list[str]]:
    """The processes of production, sized for two cores."""
    # Celery warns root of what production is spared: the image runs as an ordinary user.
    celery = [
        sys.executable,
        "-W",
        "ignore:You're running the worker",
        "-m",
        "celery",
        "--quiet",
        "--app",
        "clinic",
    ]
    gunicorn = [sys.executable, "-m", "gunicorn", "clinic.wsgi", "--bind", f"{HOST}:{port}"]
    return {
        "web": [
            *gunicorn,
            "--worker-class=gthread",
            "--workers=2",
            "--threads=4",
            "--preload",
            "--log-level=warning",
        ],
        "worker": [*celery, "worker", "--concurrency=2", "--loglevel=WARNING"],
        "beat": [*celery, "beat", "--loglevel=WARNING"],
    }


class Ended:
    """Tells the first process that ended by itself, and its last lines."""

    def __init__(self) -> None:
        self._happened = threading.Event()
        self._sentence = ""

    def tell(self, name: str, lines: deque[str]) -> None:
        """Note that a process has ended."""
        if not self._happened.is_set():
            said = "".join(f"  {line}\n" for line in lines)
            self._sentence = f"{name} ended by itself; the demo stops. Its last lines:\n{said}"
            self._happened.set()

    def wait(self, seconds: float | None = None) -> str:
        """Wait until a process has ended; empty when none has in that time."""
        # In slices: a wait without end would keep a signal from being heard on some systems.
        while not self._happened.wait(1.0 if seconds is None else seconds):
            if seconds is not None:
                return ""
        return self._sentence


class Family:
    """The processes that run, each under a guard and with its words behind its name."""

    def __init__(self) -> None:
        self.ended = Ended()
        self._guards: list[Popen[str]] = []
        self._relays: list[threading.Thread] = []

    def start(self, name: str, argv: list[str]) -> None:
        """Start a process; `ended` tells when it is over."""
        order = Order(argv=argv, signal=signal.SIGTERM, folder=str(ROOT), umask=0o022)
        guard = start_guard(order, env=dict(os.environ), output=PIPE)
        thread = threading.Thread(target=relay, args=(name, guard.stdout, self.ended), daemon=True)
        self._guards.append(guard)
        self._relays.append(thread)
        thread.start()

    def stop(self) -> None:
        """Stop all of them at once and wait until the last one has."""
        with ThreadPoolExecutor() as all_at_once:
            list(all_at_once.map(let_go, self._guards))
        for thread in self._relays:
            thread.join(timeout=5)


@contextmanager
def processes() -> Iterator[Family]:
    """A family of processes that ends with the block."""
    family = Family()
    try:
        yield family
    finally:
        print("\nStopping …", flush=True)
        family.stop()


def relay(name: str, output: IO[str], ended: Ended) -> None:
    """Print a process's lines behind its name, until its output closes: then it has ended."""
    lines: deque[str] = deque(maxlen=LAST_LINES)
    label = f"{name:<6} │"
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        label = f"\033[{COLOURS[name]}m{label}\033[0m"
    with output:
        for line in output:
            lines.append(line.rstrip())
            print(f"{label} {line.rstrip()}", flush=True)
    ended.tell(name, lines)


def wait_for_web(port: int, ended: Ended) -> None:
    """Return when the first page is served; raise when a process ended before."""
    deadline = time.monotonic() + WEB_TIMEOUT
    while not is_served(f"http://{HOST}:{port}/health/live"):
        if sentence := ended.wait(0.1):
            raise DemoFailed(sentence)
        if time.monotonic() > deadline:
            raise DemoFailed(f"The web server did not answer within {WEB_TIMEOUT:.0f} seconds.")


def is_served(url: str) -> bool:
    """Whether the address answers at all with a page of ours."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def welcome(port: int, seconds: float) -> str:
    """What a person needs now: the address and who to be."""
    from clinic.words import DEMO_LOGINS  # late: reads translations, which need the settings

    logins = "\n".join(f"    {role:<14}{email:<26}{password}" for role, email, password in DEMO_LOGINS)
    return (
        f"\n  Collagenda is at  http://localhost:{port}  (ready after {seconds:.0f} s)\n\n"
        f"  Sign in as\n{logins}\n\n  Ctrl-C stops everything. The data stays for the next start.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
