"""The texts in force: the clinic's own version where there is one, the shipped one otherwise, with visible fallback."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from clinic.messaging.models import TextVersion
from clinic.messaging.words import Channel, MessageKind

_FOLDER = Path(__file__).parent / "texts"
SHIPPED = "shipped"
LAST_RESORT = "en"


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as it stands; `version` is "shipped" or the number of the clinic's own."""

    kind: str
    channel: str
    language: str
    subject: str
    body: str
    version: str = SHIPPED


@cache
def shipped_languages() -> tuple[str, ...]:
    """The languages that come with the program."""
    return tuple(code for code, _name in settings.LANGUAGES if (_FOLDER / f"{code}.toml").exists())


@cache
def _file(language: str) -> dict[str, Any]:
    path = _FOLDER / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def shipped(kind: str, channel: str, language: str) -> Wording | None:
    """The text as shipped, if there is one in that language."""
    text = _file(language).get(kind, {}).get(channel)
    if text is None:
        return None
    return Wording(kind, channel, language, text.get("subject", "").strip(), text["body"].strip())


def all_shipped() -> list[Wording]:
    """Every text as shipped, in every language."""
    found = (shipped(kind, channel, code) for code in shipped_languages() for kind, channel in _every())
    return [text for text in found if text is not None]


def _every() -> list[tuple[str, str]]:
    return [(kind, channel) for kind in MessageKind.values for channel in Channel.values]


def phrase(name: str, language: str) -> str:
    """A short phrase around the texts ("unsubscribe"), in the language or in English."""
    words = _file(language).get("words") or _file(LAST_RESORT)["words"]
    return str(words[name])


class Wordings:
    """The texts in force at one moment: reads the clinic's own versions once."""

    def __init__(self) -> None:
        self._own: dict[tuple[str, str, str], Wording] = {}
        self._best: dict[tuple[str, ...], Wording | None] = {}
        for row in TextVersion.objects.order_by("version"):
            self._put(row)

    def _put(self, row: TextVersion) -> None:
        key = (row.kind, row.channel, row.language)
        if row.body:
            self._own[key] = Wording(*key, row.subject, row.body, str(row.version))
        else:
            self._own.pop(key, None)

    def exact(self, kind: str, channel: str, language: str) -> Wording | None:
        """The text in that very language."""
        return self._own.get((kind, channel, language)) or shipped(kind, channel, language)

    def best(self, kind: str, channel: str, languages: Iterable[str]) -> Wording | None:
        """The text in the first of these languages that has one, English last."""
        asked = (kind, channel, *languages)
        if asked not in self._best:
            self._best[asked] = self._first(kind, channel, asked[2:])
        return self._best[asked]

    def _first(self, kind: str, channel: str, languages: Iterable[str]) -> Wording | None:
        for language in (*_with_base(languages), LAST_RESORT):
            if (found := self.exact(kind, channel, language)) is not None:
                return found
        return None


def _with_base(languages: Iterable[str]) -> list[str]:
    """Each language and then its base: pt-br, pt."""
    return [code for language in languages for code in dict.fromkeys((language, language.split("-")[0]))]
