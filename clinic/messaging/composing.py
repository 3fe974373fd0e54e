"""From a message and the facts of this moment to a finished text. Links are made here, at send time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_info
from phonenumber_field.phonenumber import to_python

from clinic.links import make_link
from clinic.messaging import registry, unsubscribing
from clinic.messaging.channels.base import Outgoing
from clinic.messaging.filling import fill, paragraphs, variables_in
from clinic.messaging.localising import in_words
from clinic.messaging.models import Message
from clinic.messaging.registry import Attachment
from clinic.messaging.segments import economical
from clinic.messaging.variables import allowed
from clinic.messaging.wordings import Wording, Wordings, phrase
from clinic.messaging.words import Channel, MessageKind, Purpose
from clinic.words import LinkPurpose

#: A link opens at least this long after it was sent.
LINK_LIVES = timedelta(days=14)
#: Kinds whose link is not a page of ours: the subject's context gives it.
LINKS_ELSEWHERE = frozenset({MessageKind.REVIEW_REQUEST})
#: Values that are read from left to right in every language.
NUMBERS = frozenset({"phone", "emergency_number", "time", "old_time"})
_SECRET = re.compile(r"(/p/)[A-Za-z0-9_-]{16,}")
_BUTTON = re.compile(r"^(?P<label>[^\n]{1,80}?):? (?P<url>https?://\S+)$")


class NoText(Exception):
    """There is no text of this kind for this channel in any language we could use."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A finished message and what is kept of it."""

    outgoing: Outgoing
    language: str
    version: str
    #: The text as sent, without the secret of its link.
    kept: str
    attachment_names: list[str] = field(default_factory=list)


def compose(message: Message, obj: Any, *, address: str, wordings: Wordings, now: datetime) -> Composed:
    """The finished message; raises `NoText` or `MissingVariable`. Run it in the transaction that dispatches."""
    wording = wording_for(message, wordings)
    context = facts_in(wording.language, message, obj, now)
    values = values_for(message, wording, context, now)
    text = fill(wording.body, values)
    if message.channel == Channel.SMS:
        text = economical(" ".join(text.split()))
        outgoing = Outgoing(
            message_id=message.pk, key=key_of(message), to=address, text=text, language=wording.language
        )
        return Composed(outgoing, wording.language, wording.version, masked(text))
    return _email(message, wording, text, values, address, tuple(context.get("attachments", ())))


def facts_in(language: str, message: Message, obj: Any, now: datetime) -> dict[str, Any]:
    """What the subject gives for the text's variables; the catalogue's own texts in that language."""
    with translation.override(language):
        return registry.subject(message.subject_type).context(obj, message, now)


def wording_for(message: Message, wordings: Wordings) -> Wording:
    """The text in the patient's language, the location's, or English."""
    languages = (message.patient.language, message.location.language)
    found = wordings.best(message.kind, message.channel, languages)
    if found is None:
        raise NoText(f"there is no text for {message.kind} by {message.channel}")
    return found


def values_for(
    message: Message, wording: Wording, context: dict[str, Any], now: datetime, *, makes_link: bool = True
) -> dict[str, str]:
    """The variables of the text: only allowed ones, and a link only when the text uses it (and none for a preview)."""
    location = message.location
    facts = {
        "clinic": location.message_name,
        "phone": _phone(location.phone),
        "place": location.address,
        "given_name": message.patient.given_name,
        "emergency_number": location.emergency_number,
        **context,
    }
    words = in_words(facts, language=wording.language, zone=location.tz)
    permitted = allowed(message.kind, message.channel)
    values = {name: value for name, value in words.items() if name in permitted}
    if not message.link_purpose:
        if message.kind not in LINKS_ELSEWHERE:
            values.pop("link", None)
    elif makes_link and "link" in variables_in(wording.body):
        values["link"] = _link(message, context, now)
    return _isolated(values) if get_language_info(wording.language)["bidi"] else values


def _isolated(values: dict[str, str]) -> dict[str, str]:
    """Numbers for a text that runs from right to left: without this a phone shows "+49 30 123" as "123 30 49+"."""
    numbers = {name: f"\u2066{values[name]}\u2069" for name in NUMBERS & values.keys() if values[name]}
    return {**values, **numbers}


def key_of(message: Message) -> str:
    """The same for every attempt: idempotency key, client reference, left part of the Message-ID."""
    return f"message-{message.pk}"


def masked(text: str) -> str:
    """The text without the secret part of patient links."""
    return _SECRET.sub(r"\1…", text) if "/p/" in text else text


def blocks(text: str) -> list[dict[str, str]]:
    """The text as paragraphs and buttons ("Label: link"), as the e-mail and the preview draw it."""
    return [_block(part) for part in paragraphs(text)]


def _block(part: str) -> dict[str, str]:
    if (button := _BUTTON.match(part)) is not None:
        return {"label": button["label"], "url": button["url"]}
    return {"text": part}


def _link(message: Message, context: dict[str, Any], now: datetime) -> str:
    until: datetime = context.get("link_until") or max(message.expires_at, now + LINK_LIVES)
    return make_link(
        patient=message.patient,
        location=message.location,
        purpose=LinkPurpose(message.link_purpose),
        subject_type=message.subject_type,
        subject_id=message.subject_id,
        expires_at=until,
        now=now,
    )


def _email(
    message: Message,
    wording: Wording,
    text: str,
    values: dict[str, str],
    address: str,
    attachments: tuple[Attachment, ...],
) -> Composed:
    unsubscribe = unsubscribing.address_for(message) if message.purpose != Purpose.CARE else ""
    outgoing = Outgoing(
        message_id=message.pk,
        key=key_of(message),
        to=address,
        subject=" ".join(fill(wording.subject, values).split()),
        text=plain_email(message, wording, text, unsubscribe),
        html=html_email(message, wording, text, unsubscribe),
        sender_name=message.location.message_name,
        reply_to=message.location.email,
        language=wording.language,
        attachments=attachments,
        headers=unsubscribing.headers_for(unsubscribe),
    )
    names = [attachment.name for attachment in attachments]
    return Composed(outgoing, wording.language, wording.version, masked(text), names)


def plain_email(message: Message, wording: Wording, text: str, unsubscribe: str = "") -> str:
    """The text part: the text, who we are, and how to stop it."""
    location = message.location
    lines = [text, "-- ", location.message_name, location.address, _phone(location.phone)]
    if unsubscribe:
        lines.append(f"{phrase('unsubscribe', wording.language)}: {unsubscribe}")
    return "\n".join(line for line in lines if line) + "\n"


def html_email(message: Message, wording: Wording, text: str, unsubscribe: str = "") -> str:
    """The HTML part: one column, a system font, right-to-left where the language is."""
    context = {
        "blocks": blocks(text),
        "location": message.location,
        "phone": _phone(message.location.phone),
        "unsubscribe": unsubscribe,
        "unsubscribe_words": phrase("unsubscribe", wording.language),
        "language": wording.language,
        "direction": "rtl" if get_language_info(wording.language)["bidi"] else "ltr",
    }
    with translation.override(wording.language):
        return render_to_string("messaging/email.html", context)


def _phone(phone: Any) -> str:
    return _international(str(getattr(phone, "raw_input", None) or phone or ""))


@lru_cache(maxsize=256)
def _international(number: str) -> str:
    phone = to_python(number)
    return str(getattr(phone, "as_international", None) or number)
