"""Starts a server under a guard, waits until it answers, and stops it."""

import contextlib
import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from clinic.embedded.places import PLAIN, Place, ServersUnavailable

GUARD = Path(__file__).with_name("guard.py")
START_TIMEOUT = 60.0  # seconds; recovery after a crash replays the log first
COURTESY = 3.0  # seconds to wait for a run that seems to live: it may be on its way out
POLL = 0.02


class PortTaken(ServersUnavailable):
    """Somebody took the port between our look and the server's start: try another."""


@dataclass(frozen=True)
class Order:
    """What a guard is told: a program to run for as long as we live, and how to stop it in order."""

    argv: list[str]
    signal: int
    log: str | None = None  #: a file for its output; None: the guard's own output
    folder: str = "/"
    owner: tuple[int, int] | None = None  #: user and group id; None: ours
    discard: str | None = None  #: a folder to remove when the program has stopped
    umask: int = 0o077


def start_guard(
    order: Order, *, env: dict[str, str], pass_fds: Sequence[int] = (), output: int | None = None
) -> subprocess.Popen[str]:
    """Start a program under a guard of its own; closing the guard's standard input stops both.

    A new session: the terminal's Ctrl-C and a kill of our process group are for us, not for the guard.
    """
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(GUARD), json.dumps(asdict(order))],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,
        pass_fds=pass_fds,
        env=env,
        cwd="/",
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def let_go(guard: subprocess.Popen[str]) -> None:
    """Have a guard stop its program, and wait for both."""
    if guard.stdin:
        guard.stdin.close()
    guard.wait()


def free_port() -> int:
    """A port on 127.0.0.1 that was free a moment ago; the caller tries again when somebody was faster."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def locked(place: Place, name: str) -> Iterator[int]:
    """The only right to run `name` in this place, as a file descriptor for the guard to hold on to.

    The guard of a run that was killed holds the lock until its server has stopped: for that we wait.
    A run that lives is somebody's: then we soon say so.
    """
    path = place.path / f"{name}.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        asked = time.monotonic()
        while not _try_lock(lock):
            holder = path.read_text(encoding="utf-8").strip()
            lives = holder.isdigit() and is_alive(int(holder))
            if time.monotonic() > asked + (COURTESY if lives else START_TIMEOUT):
                raise ServersUnavailable(
                    f"Another run (process {holder or 'unknown'}) already uses the data in {place.path}. "
                    "Stop that one first."
                )
            time.sleep(POLL)
        os.truncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        yield lock
    finally:
        os.close(lock)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_alive(pid: int) -> bool:
    """Whether a process of that number exists, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextlib.contextmanager
def guarded(
    name: str, order: Order, answers: Callable[[], bool], *, lock: int | None = None
) -> Iterator[None]:
    """A server while the block runs. Raises ServersUnavailable with its last lines when it will not start."""
    guard = start_guard(order, env=PLAIN, pass_fds=[] if lock is None else [lock])
    try:
        _wait(guard, name, Path(order.log or os.devnull), answers)
        yield
    finally:
        let_go(guard)


def _wait(guard: subprocess.Popen[str], name: str, log: Path, answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not answers():
        if guard.poll() is not None:
            words = last_lines(log)
            kind = PortTaken if "Address already in use" in words else ServersUnavailable
            raise kind(f"{name} did not start. Its last words:\n{words}")
        if time.monotonic() > deadline:
            raise ServersUnavailable(
                f"{name} did not answer within {START_TIMEOUT:.0f} seconds:\n{last_lines(log)}"
            )
        time.sleep(POLL)


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, indented for a message to a person."""
    with contextlib.suppress(OSError):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
        return "\n".join(f"  {line}" for line in lines)
    return "  (no log)"
