"""What a patient reads, for staff: word for word as it left, or as it would read now; changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import get_language_info

from clinic.messaging import registry
from clinic.messaging.composing import NoText, blocks, facts_in, masked, values_for, wording_for
from clinic.messaging.filling import MissingVariable, fill
from clinic.messaging.foreign import watching
from clinic.messaging.models import Message, MessageAttempt
from clinic.messaging.segments import Cost, cost, economical
from clinic.messaging.wordings import Wording, Wordings
from clinic.messaging.words import Channel, Reason

#: Things that messages are about, by kind and number.
Known = dict[tuple[str, int], Any]
#: Stands where the secret address will be, with its length.
LINK = f"/p/{'x' * 22}/"


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as the patient sees it; `problem` when it cannot be made."""

    channel: str
    subject: str = ""
    text: str = ""
    language: str = ""
    version: str = ""
    asked_language: str = ""
    #: Parts come from the catalogue and have no translation: they are in the language that it is written in.
    has_foreign_parts: bool = False
    problem: str = ""
    attachments: list[str] = field(default_factory=list)
    sent_at: datetime | None = None

    @property
    def is_fallback(self) -> bool:
        """Whether it is in another language than the patient's."""
        return bool(self.language) and self.language != self.asked_language

    @property
    def used_name(self) -> str:
        """The text's language in words."""
        return language_name(self.language)

    @property
    def asked_name(self) -> str:
        """The patient's language in words."""
        return language_name(self.asked_language)

    @property
    def blocks(self) -> list[dict[str, str]]:
        """Paragraphs and buttons."""
        return blocks(self.text)

    @property
    def cost(self) -> Cost | None:
        """What it costs as SMS."""
        return cost(self.text) if self.channel == Channel.SMS and self.text else None


def language_name(code: str) -> str:
    """What a language is called in the active one."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def as_sent(attempt: MessageAttempt, asked_language: str) -> Preview:
    """Word for word what left, without the secret of its link."""
    return Preview(
        channel=attempt.channel,
        subject=attempt.subject,
        text=attempt.body,
        language=attempt.language,
        version=attempt.template,
        asked_language=asked_language,
        attachments=list(attempt.attachments),
        sent_at=attempt.dispatched_at,
    )


def as_it_would_read(
    message: Message, *, now: datetime, wordings: Wordings | None = None, known: Known | None = None
) -> Preview:
    """The text from the facts of this moment; no link is made. `known` are things that were loaded already."""
    asked = message.patient.language
    try:
        wording = wording_for(message, wordings or Wordings())
        with watching() as foreign:
            context = _context(message, wording.language, now, known or {})
        if context is None:
            return Preview(message.channel, asked_language=asked, problem=str(Reason.GONE.label))
        values = values_for(
            message, wording, {**context, "link": settings.PUBLIC_URL + LINK}, now, makes_link=False
        )
        found = _filled(wording, values, asked, [file.name for file in context.get("attachments", ())])
        return replace(found, has_foreign_parts=any(part in found.text for part in foreign))
    except (NoText, MissingVariable) as problem:
        return Preview(message.channel, asked_language=asked, problem=str(problem))


def load_known(messages: Iterable[Message]) -> Known:
    """What these messages are about, each kind of thing in one query where it offers that."""
    wanted: dict[str, set[int]] = {}
    for message in messages:
        wanted.setdefault(message.subject_type, set()).add(message.subject_id)
    found: Known = {}
    for name, pks in wanted.items():
        load_many = getattr(registry.subject(name), "load_many", None) if registry.is_known(name) else None
        if load_many is not None:
            found |= {(name, pk): obj for pk, obj in load_many(pks).items()}
    return found


def _context(message: Message, language: str, now: datetime, known: Known) -> dict[str, Any] | None:
    if not registry.is_known(message.subject_type):
        return None
    about = (message.subject_type, message.subject_id)
    obj = known.get(about) or registry.subject(message.subject_type).load(message.subject_id)
    return None if obj is None else facts_in(language, message, obj, now)


def _filled(wording: Wording, values: dict[str, str], asked: str, files: list[str]) -> Preview:
    text = fill(wording.body, values)
    if wording.channel == Channel.SMS:
        text = economical(" ".join(text.split()))
    return Preview(
        channel=wording.channel,
        subject=" ".join(fill(wording.subject, values).split()),
        text=masked(text),
        language=wording.language,
        version=wording.version,
        asked_language=asked,
        attachments=files if wording.channel == Channel.EMAIL else [],
    )
