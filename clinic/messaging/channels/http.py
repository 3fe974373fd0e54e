"""SMS through any gateway that speaks this small HTTP protocol (docs/how-to/add-a-channel.md).

POST …/messages with an Idempotency-Key gives 2xx and {"id": …}; GET …/messages?reference=… finds it again. With
`batch=yes` in SMS_URL, POST …/batches takes many at once and answers for each of them by its
reference. Webhooks carry `X-Signature: sha256=<hex>`, an HMAC of the body with the `webhook_secret` of SMS_URL.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from clinic.messaging.channels.base import (
    Accepted,
    BadSignature,
    Capabilities,
    Hook,
    Inbound,
    NotThere,
    Outgoing,
    Report,
    Result,
    Unknown,
)
from clinic.messaging.channels.web import Endpoint, Reply, refusal, request
from clinic.messaging.words import Delivery


class HttpSms:
    """The generic gateway: idempotent by key, and can be asked."""

    name = "http"
    capabilities = Capabilities(is_idempotent=True, can_look_up=True)

    def __init__(self, url: str) -> None:
        self.endpoint = Endpoint.read(url)
        if self.endpoint.options.get("batch") == "yes":
            self.capabilities = Capabilities(is_idempotent=True, can_look_up=True, can_batch=True)

    def send(self, outgoing: Outgoing) -> Result:
        """Hands one text over."""
        headers = {**self._headers(), "Idempotency-Key": outgoing.key}
        body = json.dumps(self._told(outgoing)).encode()
        reply = request(self.endpoint, "POST", "/messages", body=body, headers=headers)
        return reply if not isinstance(reply, Reply) else _judged(reply.status, _object(reply.body), reply)

    def send_many(self, outgoing: Sequence[Outgoing]) -> list[Result]:
        """Hands many texts over; each has its own answer, and one that is missing leaves doubt about that text only."""
        body = json.dumps({"messages": [self._told(each) for each in outgoing]}).encode()
        reply = request(self.endpoint, "POST", "/batches", body=body, headers=self._headers())
        if not isinstance(reply, Reply):
            return [reply] * len(outgoing)
        if not 200 <= reply.status < 300:
            return [refusal(reply)] * len(outgoing)
        told = {str(one.get("reference", "")): one for one in _results(reply.body)}
        return [_result(told.get(each.key)) for each in outgoing]

    def _told(self, outgoing: Outgoing) -> dict[str, str]:
        told = {"to": outgoing.to, "text": outgoing.text, "reference": outgoing.key}
        sender = self.endpoint.options.get("from")
        return {**told, "from": sender} if sender else told

    def lookup(self, key: str) -> Accepted | NotThere | None:
        """Asks for the message of a key."""
        path = f"/messages?reference={quote(key)}"
        reply = request(self.endpoint, "GET", path, headers=self._headers())
        if not isinstance(reply, Reply):
            return None
        if reply.status == 404:
            return NotThere()
        reference = str(_object(reply.body).get("id", "")) if reply.status == 200 else ""
        return Accepted(reference) if reference else None

    def parse_webhook(self, hook: Hook) -> list[Report | Inbound]:
        """One status or one reply per request."""
        secret = self.endpoint.options.get("webhook_secret", "")
        expected = "sha256=" + hmac.new(secret.encode(), hook.body, hashlib.sha256).hexdigest()
        if not secret or not hmac.compare_digest(expected, hook.headers.get("x-signature", "")):
            raise BadSignature
        told = _object(hook.body)
        if told.get("kind") == "inbound":
            return [Inbound(report_id=str(told["id"]), sender=str(told["from"]), text=str(told["text"]))]
        return [_report(told)] if told.get("status") in set(Delivery) else []

    def _headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json", "Accept": "application/json", **self.endpoint.basic}


def _judged(status: int, told: dict[str, Any], reply: Reply) -> Result:
    if not 200 <= status < 300:
        return refusal(reply)
    reference = str(told.get("id", ""))
    return Accepted(reference) if reference else Unknown("accepted, but the answer has no id")


def _result(told: dict[str, Any] | None) -> Result:
    """One line of a batch's answer: {"reference", "id"} or {"reference", "status", "error"}."""
    if told is None:
        return Unknown("the answer does not speak of this text")
    status = told.get("status", 202)
    lone = Reply(status if isinstance(status, int) else 500, b"")
    return _judged(lone.status, told, lone)


def _results(body: bytes) -> list[dict[str, Any]]:
    found = _object(body).get("results")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _report(told: dict[str, Any]) -> Report:
    key = str(told.get("key", ""))
    number = key.removeprefix("message-")
    return Report(
        report_id=str(told["id"]),
        reference=str(told.get("reference", "")),
        delivery=Delivery(told["status"]),
        message_id=int(number) if number.isdigit() else None,
        error=str(told.get("error", "")),
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
