"""The translation files of the patient pages: where they are, and what belongs into them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.utils.translation import to_locale

from bookings.patient_texts import patient_texts
from clinic import pofile
from treatments.spoken import WRITTEN_IN

#: How many forms a count has in each language of the pages, as gettext's header says it.
PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "tr": "nplurals=2; plural=(n > 1);",
    "zh-hans": "nplurals=1; plural=0;",
}


def languages() -> list[str]:
    """The languages that pages are translated into: all but the one that they are written in."""
    return [code for code, _name in settings.LANGUAGES if code != WRITTEN_IN]


def po_path(language: str) -> Path:
    """The file that people edit; the compiled one lies beside it, as .mo."""
    return Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES" / "django.po"


def known(language: str) -> dict[str, pofile.Entry]:
    """What the file of a language has now, by English text, the header under the empty text; empty without a file."""
    path = po_path(language)
    return pofile.read(path.read_text(encoding="utf-8")) if path.exists() else {}


def brought_up_to_date(language: str, before: Mapping[str, pofile.Entry]) -> dict[str, pofile.Entry]:
    """The entries in order: what pages say now with the translations there are; what no page says is dropped."""
    forms = forms_of(language)
    found = {"": _header(language)}
    for text in patient_texts():
        new = text.entry(forms)
        old = before.get(text.msgid)
        fits = old is not None and old.plural == new.plural and len(old.texts) == len(new.texts)
        found[text.msgid] = pofile.Entry(
            new.msgid, old.texts if old and fits else new.texts, new.plural, new.note
        )
    return found


def forms_of(language: str) -> int:
    """How many forms a count has."""
    match = re.search(r"nplurals=(\d)", PLURALS[language])
    return int(match[1]) if match else 1


def _header(language: str) -> pofile.Entry:
    lines = {
        "Project-Id-Version": "Collagenda",
        "Language": to_locale(language),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    return pofile.Entry("", ("".join(f"{name}: {value}\n" for name, value in lines.items()),))
