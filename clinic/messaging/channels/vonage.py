"""SMS through Vonage's SMS API, or a server that behaves like it.

SMS_URL: https://API_KEY:API_SECRET@rest.nexmo.com/?from=Riverside&signature_secret=… . Answers are 200 with a status
per message. Webhooks must be set to POST and signed (HMAC-SHA256).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from clinic.messaging.channels.base import (
    Accepted,
    BadSignature,
    Capabilities,
    Hook,
    Inbound,
    NotThere,
    Outgoing,
    Permanent,
    Report,
    Result,
    Temporary,
    Unknown,
)
from clinic.messaging.channels.web import Endpoint, Reply, refusal, request
from clinic.messaging.segments import cost
from clinic.messaging.words import Delivery

#: 1 throttled, 5 internal error, 10 too many binds: not this message's fault.
_TEMPORARY = {"1", "5", "10"}
_DELIVERIES = {
    "accepted": Delivery.SENT,
    "buffered": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "expired": Delivery.UNDELIVERED,
    "failed": Delivery.UNDELIVERED,
    "rejected": Delivery.UNDELIVERED,
}


class VonageSms:
    """Vonage-shaped."""

    name = "vonage"
    capabilities = Capabilities()

    def __init__(self, url: str) -> None:
        self.endpoint = Endpoint.read(url)

    def send(self, outgoing: Outgoing) -> Result:
        """Submits one text; one of several parts that failed counts for all."""
        fields = {
            "api_key": self.endpoint.user,
            "api_secret": self.endpoint.password,
            "to": outgoing.to.lstrip("+"),
            "from": self.endpoint.options.get("from", ""),
            "text": outgoing.text,
            "client-ref": outgoing.key,
            "type": "text" if cost(outgoing.text).encoding == "GSM-7" else "unicode",
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = request(self.endpoint, "POST", "/sms/json", body=urlencode(fields).encode(), headers=headers)
        if not isinstance(reply, Reply):
            return reply
        return _read(reply) if reply.status == 200 else refusal(reply)

    def lookup(self, key: str) -> Accepted | NotThere | None:
        """Cannot say: the API does not find texts by our reference."""
        return None

    def parse_webhook(self, hook: Hook) -> list[Report | Inbound]:
        """A delivery receipt, or a text that somebody sent to our number."""
        told = {str(k): str(v) for k, v in (_object(hook.body) or dict(hook.form)).items()}
        secret = self.endpoint.options.get("signature_secret", "")
        if not secret or not hmac.compare_digest(signature(told, secret), told.get("sig", "").lower()):
            raise BadSignature
        if "text" in told:
            return [Inbound(report_id=told["messageId"], sender=f"+{told['msisdn']}", text=told["text"])]
        if told.get("status") not in _DELIVERIES:
            return []
        return [_report(told)]


def signature(told: Mapping[str, str], secret: str) -> str:
    """Hex HMAC-SHA256 of `&name=value` in order of the names, `&` and `=` in values replaced by `_`, without `sig`."""
    pairs = sorted((name, value) for name, value in told.items() if name != "sig")
    signed = "".join(f"&{name}={value.replace('&', '_').replace('=', '_')}" for name, value in pairs)
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()


def _report(told: Mapping[str, str]) -> Report:
    number = told.get("client-ref", "").removeprefix("message-")
    code = told.get("err-code", "0")
    return Report(
        report_id=f"{told['messageId']}:{told['status']}",
        reference=told["messageId"],
        delivery=_DELIVERIES[told["status"]],
        message_id=int(number) if number.isdigit() else None,
        error="" if code == "0" else f"error {code}",
    )


def _read(reply: Reply) -> Result:
    parts = _object(reply.body).get("messages") or []
    if not parts:
        return Unknown("the answer says nothing about the message")
    for part in parts:
        status = str(part.get("status", ""))
        if status != "0":
            error = f"status {status}: {part.get('error-text', '')}"
            return Temporary(error) if status in _TEMPORARY else Permanent(error)
    return Accepted(str(parts[0].get("message-id", "")))


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
