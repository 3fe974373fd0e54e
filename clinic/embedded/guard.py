"""Owns one program for a parent that may die at any moment. A script of its own: standard library only.

The parent holds the other end of our standard input. When it lets go, because it is done or because it
was killed, we stop the program and leave. Our own death stops it too, where Linux can arrange it.

    guard.py ORDER   (JSON, the fields of `guarded.Order`)
"""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

PATIENCE = 20  # seconds for an orderly stop; then the program is killed, with its children
PR_SET_PDEATHSIG = 1


def main(order: dict[str, Any]) -> int:
    """Run the program until the parent goes; 0 when it was asked to stop, else 1."""
    os.umask(order["umask"])
    for terminal_signal in (signal.SIGINT, signal.SIGHUP):
        signal.signal(terminal_signal, signal.SIG_IGN)
    server = start(order)
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop_later(server, order["signal"], asked))
    threading.Thread(target=wait_for_parent, args=(server, order["signal"], asked), daemon=True).start()
    server.wait()
    if order["discard"] and asked.is_set():  # else the parent still wants to read the log
        shutil.rmtree(order["discard"], ignore_errors=True)
    return 0 if asked.is_set() else 1


def start(order: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Start the program as its own user, with its output in its log, or in ours when it has none."""
    uid, gid = order["owner"] or (None, None)
    with Path(order["log"]).open("wb") if order["log"] else contextlib.nullcontext() as log:
        return subprocess.Popen(
            order["argv"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=order["folder"],
            start_new_session=True,
            user=uid,
            group=gid,
            extra_groups=[] if uid is not None else None,
            # Nothing else runs in this process yet, so the usual danger of it is none.
            preexec_fn=lambda: die_with_parent(order["signal"]),  # noqa: PLW1509
        )


def die_with_parent(signal_number: int) -> None:
    """Ask Linux to signal the program when this guard is killed; other systems lack that and nothing else."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)


def wait_for_parent(server: subprocess.Popen[bytes], signal_number: int, asked: threading.Event) -> None:
    """Return from the read only when the parent closed its end or is gone. No buffer, no lock at our exit."""
    while os.read(0, 1024):
        pass
    stop(server, signal_number, asked)


def stop_later(server: subprocess.Popen[bytes], signal_number: int, asked: threading.Event) -> None:
    """Stop from a signal handler without waiting inside it."""
    threading.Thread(target=stop, args=(server, signal_number, asked), daemon=True).start()


def stop(server: subprocess.Popen[bytes], signal_number: int, asked: threading.Event) -> None:
    """In order first, by force after PATIENCE."""
    asked.set()
    server.send_signal(signal_number)
    try:
        server.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
