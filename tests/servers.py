"""Real parties to talk to: an SMTP server, an SMS provider over HTTP, and our own worker and beat as processes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]


class Mailbox:
    """What an SMTP server was given, parsed."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's word
        """Keeps the mail and accepts it."""
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def smtp_server() -> Iterator[tuple[Mailbox, str]]:
    """A real SMTP conversation on a free port: the mailbox, and the EMAIL_URL that reaches it."""
    mailbox = Mailbox()
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, server_hostname="mail.test")
    controller.start()
    try:
        yield mailbox, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@contextmanager
def sms_provider() -> Iterator[tuple[list[dict[str, Any]], str]]:
    """An SMS provider over plain HTTP: the texts it accepted, and its address."""
    accepted: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_json = "json" in self.headers.get("Content-Type", "")
            accepted.append(
                json.loads(body) if is_json else {k: v[0] for k, v in parse_qs(body.decode()).items()}
            )
            answer = json.dumps({"id": f"sms-{len(accepted)}", "status": "accepted"}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield accepted, f"http://127.0.0.1:{server.server_port}/messages"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def worker_and_beat(folder: Path, **environment: str) -> Iterator[None]:
    """Celery's worker and beat as processes of their own, on this test's database, ticking every second."""
    settings = connection.settings_dict
    password = f":{settings['PASSWORD']}" if settings["PASSWORD"] else ""
    address = (
        f"postgres://{settings['USER']}{password}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    )
    env = {**os.environ, "DATABASE_URL": address, "TICK_SECONDS": "1", "LOG_LEVEL": "WARNING", **environment}
    celery = [sys.executable, "-m", "celery", "-A", "clinic"]
    commands = [
        [*celery, "worker", "--concurrency=1", "--without-gossip", "--without-mingle", "--loglevel=WARNING"],
        [*celery, "beat", "--schedule", str(folder / "beat"), "--pidfile=", "--loglevel=WARNING"],
    ]
    log = (folder / "celery.log").open("wb")
    running = [subprocess.Popen(each, cwd=ROOT, env=env, stdout=log, stderr=log) for each in commands]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            _stopped(process)
        log.close()


def _stopped(process: subprocess.Popen[bytes]) -> None:
    """Waits for a clean stop; a process that does not come to an end is killed."""
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def until(happened: Callable[[], Any], *, seconds: float = 30, what: str = "it") -> Any:
    """Waits for something that other processes do; says what did not happen when time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := happened():
            return result
        threading.Event().wait(0.1)
    raise AssertionError(f"{what} did not happen within {seconds:g} s")
