"""The catalogue's words in the language of the page: looked up by the text itself.

A text that the clinic wrote anew has no translation until somebody gives it one, and is shown as it was written;
a translation of an older wording is never shown in its place.
"""

from __future__ import annotations

from django.utils.translation import get_language, gettext

from clinic.messaging.foreign import note

#: The language that the shipped catalogue is written in.
WRITTEN_IN = "en"


def spoken(text: str) -> str:
    """The text in the active language; as written where there is no translation."""
    if not is_spoken(text):
        note(text)
    return gettext(text) if text else ""


def is_spoken(text: str) -> bool:
    """Whether the text stands in the active language."""
    language = get_language() or WRITTEN_IN
    return language.split("-")[0] == WRITTEN_IN or not text or gettext(text) != text
