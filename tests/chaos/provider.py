"""A provider of texts as a process of its own, with an append-only log that nothing of ours writes to.

`python provider.py FOLDER` serves on a free port, writes the port to FOLDER/port and one JSON line per accepted text to
FOLDER/log.jsonl. FOLDER/mode says how it behaves from now on: `ok`, `500`, `429`, `hang` (answers nobody), `drop`
(accepts, then hangs up without an answer), `slow` (thinks, then accepts), `accept-slowly` (accepts, then thinks).
It speaks the generic protocol (idempotent, can be asked) under /http, Twilio's shape under /twilio and Vonage's under
/vonage (both neither).
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

FOLDER = Path(sys.argv[1]) if __name__ == "__main__" else Path()
LOCK = threading.Lock()
THINKING_SECONDS = 0.7


class Provider(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Takes a text, or behaves as badly as it was told to."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        mode = (FOLDER / "mode").read_text().strip()
        if mode == "hang":
            time.sleep(3600)
        if mode in ("500", "429"):
            self._answer(int(mode), {"error": mode}, {"Retry-After": "1"} if mode == "429" else {})
            return
        if mode == "slow":
            time.sleep(THINKING_SECONDS)
        status, answer = self._take(body)
        if mode == "accept-slowly":
            time.sleep(THINKING_SECONDS)
        if mode == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self._answer(status, answer)

    def do_GET(self) -> None:
        """Whether there is a text of that reference."""
        asked = parse_qs(urlsplit(self.path).query).get("reference", [""])[0]
        found = next((line for line in accepted() if line["key"] == asked), None)
        self._answer(200 if found else 404, {"id": found["id"]} if found else {})

    def log_message(self, *args: Any) -> None:
        """Keeps quiet."""

    def _take(self, body: bytes) -> tuple[int, dict[str, Any]]:
        if self.path.startswith("/http") and "/batches" in self.path:
            return 200, {"results": [self._one_of_many(told) for told in json.loads(body)["messages"]]}
        if self.path.startswith("/http"):
            told = json.loads(body)
            line = keep(told["reference"], told["to"], told["text"], is_idempotent=True)
            return 202, {"id": line["id"]}
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if self.path.startswith("/twilio"):
            return self._take_twilio(form)
        line = keep(form["client-ref"], form["to"], form["text"])
        return 200, {"messages": [{"status": "0", "message-id": line["id"]}]}

    def _one_of_many(self, told: dict[str, str]) -> dict[str, Any]:
        if told["to"] == "+15005550001":
            return {"reference": told["reference"], "status": 422}
        line = keep(told["reference"], told["to"], told["text"], is_idempotent=True)
        return {"reference": told["reference"], "id": line["id"]}

    def _take_twilio(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form["To"] == "+15005550001":
            return 400, {"code": 21211, "message": "Invalid 'To' Phone Number"}
        number = parse_qs(urlsplit(form["StatusCallback"]).query)["message"][0]
        line = keep(f"message-{number}", form["To"], form["Body"])
        return 201, {"sid": line["id"], "status": "queued"}

    def _answer(self, status: int, answer: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        body = json.dumps(answer).encode()
        with suppress(OSError):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)


def accepted() -> list[dict[str, Any]]:
    """All that was accepted, in order."""
    log = FOLDER / "log.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def keep(key: str, to: str, text: str, *, is_idempotent: bool = False) -> dict[str, Any]:
    """Writes one line, safe on disk before anybody is answered; the same key twice is one when idempotent."""
    with LOCK:
        known = accepted() if is_idempotent else []
        if (found := next((line for line in known if line["key"] == key), None)) is not None:
            return found
        line = {"id": f"ref-{time.time_ns()}", "key": key, "to": to, "text": text, "at": time.time()}
        with (FOLDER / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
            log.flush()
            os.fsync(log.fileno())
        return line


class Server(ThreadingHTTPServer):
    """Does not wait for hanging requests at the end."""

    daemon_threads = True


if __name__ == "__main__":
    (FOLDER / "mode").write_text("ok")
    server = Server(("127.0.0.1", 0), Provider)
    unfinished = FOLDER / "port.part"
    unfinished.write_text(str(server.server_address[1]))
    unfinished.rename(FOLDER / "port")
    server.serve_forever()
