"""What a container's health check asks, and when it is content."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from clinic.embedded.guarded import free_port
from clinic.healthcheck import is_well


class Deployment(HTTPServer):
    """Answers like `/health/ready`, and remembers in whose name it was asked."""

    status = 200
    body = json.dumps({"checks": {"tick": {"ok": True}, "broker": {"ok": False}}})
    asked_for = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/health/ready"


class Answer(BaseHTTPRequestHandler):
    server: Deployment

    def do_GET(self) -> None:
        self.server.asked_for = self.headers["Host"]
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.body.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    with Deployment(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def test_answer_is_enough_when_no_check_is_named(deployment: Deployment) -> None:
    assert is_well(deployment.url) is True


@pytest.mark.parametrize(("check", "is_fine"), [("tick", True), ("broker", False)])
def test_named_check_decides(deployment: Deployment, check: str, is_fine: bool) -> None:
    assert is_well(deployment.url, check) is is_fine


@pytest.mark.parametrize("status", [400, 404, 503])
def test_any_other_answer_is_not_well(deployment: Deployment, status: int) -> None:
    deployment.status = status
    assert is_well(deployment.url) is False


def test_answer_that_is_no_document_is_not_well(deployment: Deployment) -> None:
    deployment.body = "<html>"
    assert is_well(deployment.url) is False


def test_nobody_there_is_not_well() -> None:
    assert is_well(f"http://127.0.0.1:{free_port()}/health/live") is False


@pytest.mark.parametrize("hosts", ["care.example.org", ".care.example.org, other.example.org"])
def test_question_is_asked_in_the_name_of_the_first_allowed_host(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, hosts: str
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", hosts)
    assert is_well(deployment.url) is True
    assert deployment.asked_for == "care.example.org"
