"""HTTP for carriers: one request, one answer, honest about whether the other side may have heard us."""

from __future__ import annotations

import base64
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

from clinic.messaging.channels.base import CALL_SECONDS, Permanent, Result, Temporary, Unknown

#: Longest answer that is read, in bytes.
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`https://user:password@host:port/path?from=…&webhook_secret=…` taken apart."""

    is_tls: bool
    host: str
    port: int | None
    path: str
    user: str
    password: str
    options: Mapping[str, str]

    @classmethod
    def read(cls, url: str) -> Endpoint:
        """Raises ValueError for an address without a host."""
        parts = urlsplit(url)
        if not parts.hostname:
            raise ValueError("SMS_URL must be like https://user:password@sms.example.org/path?from=Riverside")
        return cls(
            is_tls=parts.scheme == "https",
            host=parts.hostname,
            port=parts.port,
            path=parts.path.rstrip("/"),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            options=dict(parse_qsl(parts.query)),
        )

    @property
    def basic(self) -> dict[str, str]:
        """The Authorization header, where there is a user."""
        if not self.user:
            return {}
        pair = f"{self.user}:{self.password}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers (lower case) and body."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def retry_after(self) -> timedelta | None:
        """How long the provider asks us to wait, where it says so in seconds."""
        value = self.headers.get("retry-after", "")
        return timedelta(seconds=min(int(value), 86_400)) if value.isdigit() else None


def request(
    endpoint: Endpoint, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str]
) -> Reply | Temporary | Unknown:
    """The reply; `Temporary` when nobody was reached, `Unknown` when they may have heard us."""
    connection = _connection(endpoint)
    try:
        connection.connect()
    except OSError as error:
        return Temporary(f"not reached: {type(error).__name__}")
    try:
        connection.request(method, endpoint.path + path, body=body or None, headers=dict(headers))
        answer = connection.getresponse()
        return Reply(answer.status, answer.read(_MOST), {k.lower(): v for k, v in answer.getheaders()})
    except (OSError, http.client.HTTPException) as error:
        return Unknown(f"the answer was lost: {type(error).__name__}")
    finally:
        connection.close()


def refusal(reply: Reply, explanation: str = "") -> Result:
    """What an HTTP status other than success means for a message."""
    error = f"HTTP {reply.status} {explanation}".strip()
    if reply.status == 429:
        return Temporary(error, reply.retry_after)
    if reply.status in (408, 425) or reply.status >= 500:
        return Temporary(error, reply.retry_after)
    if reply.status in (401, 403, 404):
        # Our own account or address is wrong: no message is at fault, and all would fail alike.
        return Temporary(error)
    return Permanent(error)


def _connection(endpoint: Endpoint) -> http.client.HTTPConnection:
    if endpoint.is_tls:
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(
            endpoint.host, endpoint.port, timeout=CALL_SECONDS, context=context
        )
    return http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=CALL_SECONDS)
