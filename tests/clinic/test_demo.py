"""The demo's supervisor: it says what is wrong, and nothing that it started outlives it."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from clinic import demo
from clinic.embedded.guarded import free_port

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 30.0
#: A process that writes its number, says something and stays until it is stopped.
STAYS = "import os, pathlib, time; pathlib.Path({path!r}).write_text(str(os.getpid())); print('here'); time.sleep(600)"
#: Runs three such processes as the demo would and waits, to be ended from outside.
SUPERVISOR = """
import sys
from clinic import demo
def run(port, local):
    with demo.processes() as family:
        for name in ("web", "worker", "beat"):
            family.start(name, [sys.executable, "-c", {script!r}.replace("NAME", name)])
        family.ended.wait()
demo.run = run
sys.exit(demo.main())
"""


def becomes(condition: Callable[[], bool]) -> bool:
    """Whether a condition holds within the limit."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_running(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    listed = subprocess.run(
        ["ps", "-p", str(pid), "-o", "stat="], capture_output=True, text=True, check=False
    )
    return bool(listed.stdout.strip()) and not listed.stdout.startswith("Z")


def has_number(path: Path) -> bool:
    return path.exists() and path.read_text() != ""


@pytest.mark.parametrize("words", ["0", "65536", "eighty", "-1"])
def test_port_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setenv("PORT", words)
    with pytest.raises(demo.DemoFailed, match=f"PORT is '{words}'; it must be a number from 1 to 65535"):
        demo.port()


def test_busy_port_gets_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "COURTESY", 0.1)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(number))
        with pytest.raises(demo.DemoFailed) as refused:
            demo.port()
    assert str(refused.value).startswith(f"Port {number} cannot be used (Address already in use).")
    assert "make demo PORT=" in str(refused.value)
    assert demo.port() == number


def test_secret_key_is_made_once_and_for_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    first = demo.secret_key(path)
    assert len(first) > 60
    assert demo.secret_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_speak_behind_their_names(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    script = STAYS.format(path=str(tmp_path / "web"))
    said = ""

    def heard() -> bool:
        nonlocal said
        said += capfd.readouterr().out
        return "web    │ here\n" in said

    with demo.processes() as family:
        family.start("web", [sys.executable, "-u", "-c", script])
        assert becomes(heard)
    assert not is_running(int((tmp_path / "web").read_text()))


def test_process_that_ends_stops_the_rest_and_its_last_lines_are_shown(tmp_path: Path) -> None:
    with demo.processes() as family:
        family.start("web", [sys.executable, "-c", STAYS.format(path=str(tmp_path / "web"))])
        assert becomes(lambda: has_number(tmp_path / "web"))
        family.start("worker", [sys.executable, "-c", "print('loading'); raise SystemExit('no such table')"])
        sentence = family.ended.wait()
    assert sentence.startswith("worker ended by itself; the demo stops. Its last lines:\n")
    assert "  loading\n" in sentence
    assert "  no such table\n" in sentence
    assert not is_running(int((tmp_path / "web").read_text()))


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_process_outlives_the_demo(tmp_path: Path, by: signal.Signals) -> None:
    script = SUPERVISOR.format(script=STAYS.format(path=str(tmp_path / "NAME")))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PORT": str(free_port())}
    # As a shell starts a job in the background: with Ctrl-C ignored.
    command = ["/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh", sys.executable, "-c", script]
    supervisor = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    names = ["web", "worker", "beat"]
    assert becomes(lambda: all(has_number(tmp_path / name) for name in names))
    pids = [int((tmp_path / name).read_text()) for name in names]
    assert all(is_running(pid) for pid in pids)
    supervisor.send_signal(by)
    supervisor.wait()
    assert supervisor.returncode == (-signal.SIGKILL if by == signal.SIGKILL else 0)
    assert becomes(lambda: not any(is_running(pid) for pid in pids))
