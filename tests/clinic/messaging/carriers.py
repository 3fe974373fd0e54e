"""The other side of a conversation: a provider of texts in a process of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.chaos import provider as provider_program


class Provider:
    """The other process, and what it has accepted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = subprocess.Popen([sys.executable, provider_program.__file__, str(folder)])
        self.port = self._port()

    def _port(self) -> int:
        for _try in range(500):
            if (self.folder / "port").exists():
                return int((self.folder / "port").read_text())
            threading.Event().wait(0.02)
        raise AssertionError("the provider did not start")

    def behave(self, mode: str) -> None:
        (self.folder / "mode").write_text(mode)

    def accepted(self) -> list[dict[str, Any]]:
        log = self.folder / "log.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def url(self, shape: str, query: str) -> str:
        return f"http://account:secret@127.0.0.1:{self.port}/{shape}?{query}"


def told(provider: Provider) -> list[tuple[str, str, str]]:
    return [(line["key"], line["to"], line["text"]) for line in provider.accepted()]


def post_hook(client: Client, secret: str = "s3cret", **words: Any) -> int:
    body = json.dumps(words).encode()
    signed = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    address = reverse("hooks:sms", args=["http"])
    response = client.post(address, body, content_type="application/json", headers={"X-Signature": signed})
    return response.status_code
