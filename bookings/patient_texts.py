"""Every text that a patient can read on a page: found in templates and code, and in the catalogue as it is shipped.

What is found here must be translated into every language of the pages (`tests/conventions/test_translations.py`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import override
from django.utils.translation.template import templatize

from bookings.web.patient_pages import PATIENT_REASONS
from clinic.messaging.words import Purpose
from clinic.pofile import Entry
from treatments.catalogue.reader import Catalogue, read_catalogue
from treatments.spoken import WRITTEN_IN

#: Where patient pages live, from the project's root; folders are taken whole.
TEMPLATES = (
    "clinic/templates/400.html",
    "clinic/templates/403_csrf.html",
    "clinic/templates/404.html",
    "clinic/templates/500.html",
    "clinic/templates/base_patient.html",
    "clinic/templates/components/error_summary.html",
    "clinic/templates/components/errors.html",
    "clinic/templates/components/field.html",
    "clinic/templates/components/note.html",
    "clinic/templates/components/way_on.html",
    "clinic/templates/patient",
    "clinic/messaging/templates/messaging/unsubscribe.html",
    "treatments/templates/treatments/patient",
    "bookings/templates/bookings/patient",
)
CODE = (
    "clinic/messaging/web/unsubscribe.py",
    "treatments/outcome_questions.py",
    "treatments/photos.py",
    "treatments/recovery_values.py",
    "treatments/screening_pages.py",
    "treatments/web/patient_*.py",
    "treatments/web/screening_forms.py",
    "bookings/web/patient_*.py",
)
#: Refusals that a patient can meet, in files whose other texts are for staff: file → how these texts begin.
REFUSALS = {
    "bookings/refusals.py": (
        "Somebody was faster",
        "Somebody else is changing",
        "The patient already",
        "This session already",
    ),
    "bookings/actions/moving.py": ("Only what is still to come can be moved", "This hold is over"),
    "bookings/actions/leaving.py": ("Only what is still to come can be cancelled",),
    "bookings/actions/visiting.py": ("This appointment is no longer booked",),
    "bookings/actions/waiting.py": ("This offer is over",),
    "bookings/actions/changing.py": ("Somebody",),
    "bookings/problems.py": ("This time has passed", "Appointments are made at"),
    "treatments/actions/screening.py": ("Please answer every question", "This is not an answer", "yes", "no"),
    "treatments/actions/screening_drafts.py": ("Please answer the questions first",),
    "treatments/actions/recovery.py": (
        "This check is finished",
        "This question was not asked",
        "Please answer: ",
        "This session has not taken place",
    ),
}
_CALL = re.compile(r"(?<!\w)(?:_|gettext|ngettext|pgettext)\((?=\s*u?['\"])")
_GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}


@dataclass(frozen=True, slots=True)
class Text:
    """A text, its plural where it has one, and where it is read."""

    msgid: str
    plural: str = ""
    note: str = ""

    def entry(self, forms: int) -> Entry:
        """Not translated yet, in a language with so many plural forms."""
        return Entry(self.msgid, ("",) * (forms if self.plural else 1), self.plural, self.note)


@cache
def patient_texts() -> tuple[Text, ...]:
    """Every text once, pages first, then the catalogue; in English, as they are looked up."""
    base = Path(settings.BASE_DIR)
    with override(WRITTEN_IN):
        words = [Text(str(one.label), note="word") for one in (*PATIENT_REASONS, *Purpose)]
        found = [*_in_templates(base), *_in_code(base), *words, *_in_catalogue(read_catalogue())]
    first: dict[str, Text] = {}
    for text in found:
        known = first.setdefault(text.msgid, text)
        if text.plural and not known.plural:
            first[text.msgid] = replace(known, plural=text.plural)
    return tuple(text for text in first.values() if re.search(r"[A-Za-z]", text.msgid))


def _in_templates(base: Path) -> Iterator[Text]:
    for place in TEMPLATES:
        path = base / place
        for file in sorted(path.glob("*.html")) if path.is_dir() else [path]:
            name = str(file.relative_to(base))
            for args in _calls(templatize(file.read_text(encoding="utf-8"), origin=name)):
                yield Text(args[0], args[1] if len(args) > 1 else "", name)


def _calls(source: str) -> Iterator[list[str]]:
    """The texts of each call in what Django makes of a template: not Python as a whole, but each call is."""
    for match in _CALL.finditer(source):
        texts, place = [], match.end()
        while (text := _literal(source, place)) is not None:
            texts.append(text[0])
            place = text[1]
        yield texts


def _literal(source: str, place: int) -> tuple[str, int] | None:
    """The string at that place and where it ends, past its comma."""
    match = re.compile(r"\s*(u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))\s*,?", re.DOTALL).match(
        source, place
    )
    return (str(ast.literal_eval(match[1])), match.end()) if match else None


def _in_code(base: Path) -> Iterator[Text]:
    for place in CODE:
        for file in sorted(base.glob(place)):
            yield from _texts_of(base, file)
    for place, beginnings in REFUSALS.items():
        for text in _texts_of(base, base / place):
            if text.msgid.startswith(beginnings):
                yield text


def _texts_of(base: Path, file: Path) -> Iterator[Text]:
    name = str(file.relative_to(base))
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _GETTEXT:
            args = [
                arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            ]
            if args:
                yield Text(args[0], args[1] if node.func.id.startswith("n") else "", name)


def _in_catalogue(catalogue: Catalogue) -> Iterator[Text]:
    shared = catalogue.shared
    yield from _in_questions(catalogue)
    for flag in shared.red_flags:
        yield Text(flag.patient_text, note=f"red flag {flag.code}")
    for step in shared.aftercare:
        yield Text(step.text, note=f"aftercare {step.code}")
    for limit in shared.restrictions:
        yield from (
            Text(text, note=f"restriction {limit.code}") for text in (limit.label, limit.patient_text)
        )
    for before in shared.pretreatment:
        yield from (Text(text, note=f"before {before.code}") for text in _wordings(before))
    yield from (Text(zone.label, note=f"zone {zone.code}") for zone in shared.zones)
    yield from (Text(one.patient_name, note=f"treatment {one.code}") for one in catalogue.protocols)


def _in_questions(catalogue: Catalogue) -> Iterator[Text]:
    for item in catalogue.shared.screening:
        if item.from_fact is None:
            yield Text(item.question, note=f"screening {item.code}")
            yield from (Text(one.label, note=f"screening {item.code}") for one in item.choices)
    for question in catalogue.shared.questions:
        note = f"recovery {question.code}"
        yield from (Text(text, note=note) for text in (question.text, question.late_text, *question.choices))


def _wordings(before: object) -> list[str]:
    variants = getattr(before, "variants", ())
    return [getattr(before, "text", ""), *(one.text for one in variants)]
