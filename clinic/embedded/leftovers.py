"""What a killed run left behind: a server without a guard, or a note about a process that is no more."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from clinic.embedded.guarded import POLL, is_alive
from clinic.embedded.places import ServersUnavailable

#: Above every limit on process numbers: PostgreSQL takes a note with it for the stale one it is.
NOBODYS_PID = "4194305"
PATIENCE = 20.0


def settle(data: Path) -> None:
    """Stop a PostgreSQL that still runs on this folder, and disarm a note whose number went to a stranger.

    To be called with the folder's lock held. PostgreSQL itself takes any living process of its account
    for a server; after a container restart that is often us. Only the number in its note changes: the
    rest tells PostgreSQL which shared memory to look for, and stays.
    """
    note = data / "postmaster.pid"
    if not note.exists():
        return
    lines = note.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].lstrip("-").isdigit() or not is_alive(int(lines[0])):
        return
    if str(data) in command_of(int(lines[0])):
        _stop(int(lines[0]))
    else:
        note.write_text("\n".join([NOBODYS_PID, *lines[1:], ""]), encoding="utf-8")


def command_of(pid: int) -> str:
    """A process's command line, empty when it is gone or nobody can tell."""
    with suppress(OSError):
        if Path("/proc/self").exists():
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        listed = subprocess.run(
            ["ps", "-ww", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False
        )
        return listed.stdout.strip()
    return ""


def _stop(pid: int) -> None:
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + PATIENCE
    while is_alive(pid) and command_of(pid):
        if time.monotonic() > deadline:
            raise ServersUnavailable(
                f"A PostgreSQL of an earlier run (process {pid}) does not stop. End it first."
            )
        time.sleep(POLL)


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)
