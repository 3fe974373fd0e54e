"""SMS through Twilio's Programmable Messaging API, or a server that behaves like it.

SMS_URL: https://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com/?from=+15551234567 . The API has no idempotency key and no
look-up by our own key, so a lost answer is a doubt. Status call-backs carry our number in their address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

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
    Unknown,
)
from clinic.messaging.channels.web import Endpoint, Reply, refusal, request
from clinic.messaging.words import Delivery

_DELIVERIES = {
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "undelivered": Delivery.UNDELIVERED,
    "failed": Delivery.UNDELIVERED,
}


class TwilioSms:
    """Twilio-shaped."""

    name = "twilio"
    capabilities = Capabilities()

    def __init__(self, url: str) -> None:
        self.endpoint = Endpoint.read(url)

    def send(self, outgoing: Outgoing) -> Result:
        """Creates one Message resource."""
        fields = {
            "To": outgoing.to,
            "From": self.endpoint.options.get("from", ""),
            "Body": outgoing.text,
            "StatusCallback": f"{settings.PUBLIC_URL}{reverse('hooks:sms', args=[self.name])}"
            f"?message={outgoing.message_id}",
        }
        path = f"/2010-04-01/Accounts/{self.endpoint.user}/Messages.json"
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self.endpoint.basic}
        reply = request(self.endpoint, "POST", path, body=urlencode(fields).encode(), headers=headers)
        if not isinstance(reply, Reply):
            return reply
        told = _object(reply.body)
        if 200 <= reply.status < 300:
            return Accepted(str(told["sid"])) if told.get("sid") else Unknown("accepted, but without a sid")
        code = told.get("code", "")
        return Permanent(f"error {code}") if reply.status == 400 else refusal(reply, f"error {code}")

    def lookup(self, key: str) -> Accepted | NotThere | None:
        """Cannot say: the API does not know our key."""
        return None

    def parse_webhook(self, hook: Hook) -> list[Report | Inbound]:
        """A status call-back, or a text that somebody sent to our number."""
        if not hmac.compare_digest(
            self.signature(hook.url, hook.form), hook.headers.get("x-twilio-signature", "")
        ):
            raise BadSignature
        form = hook.form
        if "MessageStatus" in form:
            return self._status(hook)
        return [Inbound(report_id=form["MessageSid"], sender=form["From"], text=form.get("Body", ""))]

    def signature(self, url: str, form: Any) -> str:
        """Base64 HMAC-SHA1, keyed with the auth token, of the address and the sorted fields."""
        signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        digest = hmac.new(self.endpoint.password.encode(), signed.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()

    def _status(self, hook: Hook) -> list[Report | Inbound]:
        status, sid = hook.form["MessageStatus"], hook.form["MessageSid"]
        if status not in _DELIVERIES:
            return []
        number = hook.query.get("message", "")
        return [
            Report(
                report_id=f"{sid}:{status}",
                reference=sid,
                delivery=_DELIVERIES[status],
                message_id=int(number) if number.isdigit() else None,
                error=f"error {code}" if (code := hook.form.get("ErrorCode", "")) else "",
            )
        ]


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
