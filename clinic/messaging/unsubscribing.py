"""The address behind "no more e-mails of this kind": signed, opened without login, acting only on POST (RFC 8058)."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from clinic.messaging.models import Message

_SALT = "clinic.messaging.unsubscribing"


def address_for(message: Message) -> str:
    """The page for this patient, channel and purpose."""
    told = [message.patient_id, message.channel, message.purpose]
    return settings.PUBLIC_URL + reverse("messaging_p:unsubscribe", args=[signing.dumps(told, salt=_SALT)])


def headers_for(address: str) -> dict[str, str]:
    """The headers that let a mail program offer it as one click."""
    if not address:
        return {}
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def read(told: str) -> tuple[int, str, str] | None:
    """Patient, channel and purpose of an address; None when it was changed or is not ours."""
    try:
        patient_id, channel, purpose = signing.loads(told, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return int(patient_id), str(channel), str(purpose)
