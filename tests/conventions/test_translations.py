"""Patient pages speak six languages: nothing of them is left in English, nothing is lost on the way to the .mo file."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from django.utils.translation import gettext, ngettext, override

from bookings.patient_texts import patient_texts
from bookings.translations import brought_up_to_date, known, languages, po_path
from clinic import pofile

LANGUAGES = ("de", "es", "fr", "tr", "zh-hans")
CURE = "run `.venv/bin/python manage.py update_translations`, translate what it names, and run it again"
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
#: The same word in both languages.
SAME = {
    "de": {"Isotretinoin", "Filler", "Make-up", "make-up"},
    "es": {"No", "no", "alcohol", "mentón"},
    "fr": {"%(counter)s question", "E-mails", "Allergies", "Raison", "Page %(place)s sur %(count)s", "front"},
    "tr": set(),
    "zh-hans": set(),
}


def test_every_language_of_the_pages_has_its_file() -> None:
    assert tuple(languages()) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_patient_pages_is_translated(language: str) -> None:
    entries = known(language)
    said = {text.msgid for text in patient_texts()}
    missing = [text for text in said if text not in entries or not entries[text].is_translated]
    idle = entries.keys() - said - {""}
    assert (sorted(missing), sorted(idle)) == ([], []), CURE


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_what_is_filled_in_and_what_is_marked_up(language: str) -> None:
    for entry in known(language).values():
        if entry.msgid == "":
            continue
        wanted = Counter(_PLACEHOLDER.findall(entry.plural or entry.msgid))
        for text in entry.texts:
            # A singular may say "one" instead of the figure.
            found = Counter(_PLACEHOLDER.findall(text))
            assert found == wanted or (entry.plural and not found), (entry.msgid, text)
            assert _tags(text) == _tags(entry.msgid), (entry.msgid, text)
            assert (text == text.strip(), "%%" in text) == (True, False), text


def _tags(text: str) -> list[tuple[str, ...]]:
    class Tags(HTMLParser):
        found: list[tuple[str, ...]] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found.append((tag, *(f"{name}={value}" for name, value in attrs)))

    reader = Tags()
    reader.found = []
    reader.feed(text)
    return reader.found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_the_english_text_again(language: str) -> None:
    same = {entry.msgid for entry in known(language).values() if entry.msgid and entry.msgid in entry.texts}
    assert same - SAME[language] == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_file_is_that_of_the_written_one(language: str) -> None:
    path = po_path(language)
    entries = brought_up_to_date(language, known(language))
    assert path.read_text(encoding="utf-8") == pofile.write(entries.values()), CURE
    assert path.with_suffix(".mo").read_bytes() == pofile.compiled(entries), CURE


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_in_advice_are_the_same_in_every_language(language: str) -> None:
    """Hours, days, factors and degrees of the catalogue are clinical: a translation may not change one."""
    spelled = re.compile(r"\d+")
    for entry in known(language).values():
        if not entry.note.startswith(("aftercare", "before", "red flag", "recovery", "screening")):
            continue
        # Where a figure is spelled out in one language and written in another, the written ones must agree.
        wanted, found = Counter(spelled.findall(entry.msgid)), Counter(spelled.findall(entry.texts[0]))
        assert found == wanted, (entry.msgid, entry.texts[0])


HEADINGS = {
    "de": (
        "Fragen zur Gesundheit",
        "Bitte handeln Sie jetzt",
        "Rufen Sie jetzt den Notruf an. Rufen Sie danach uns an.",
    ),
    "es": (
        "Preguntas de salud",
        "Actúe ahora, por favor",
        "Llame ahora al número de emergencias. Después llámenos.",
    ),
    "fr": (
        "Questions de santé",
        "Agissez maintenant",
        "Appelez maintenant le numéro d’urgence. Ensuite, appelez-nous.",
    ),
    "tr": (
        "Sağlık soruları",
        "Lütfen hemen harekete geçin",
        "Hemen acil numarayı arayın. Sonra bizi arayın.",
    ),
    "zh-hans": ("健康问题", "请立即行动", "请立即拨打急救电话。然后致电我们。"),
}
TRIES = {
    "de": ("Ein Versuch bleibt.", "3 Versuche bleiben."),
    "es": ("Queda un intento.", "Quedan 3 intentos."),
    "fr": ("Il reste un essai.", "Il reste 3 essais."),
    "tr": ("Bir deneme kaldı.", "3 deneme kaldı."),
    "zh-hans": ("还剩 1 次机会。", "还剩 3 次机会。"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_compiled_is_what_is_said(language: str) -> None:
    english = ("Health questions", "Please act now", "Call the emergency number now. Then call us.")
    left = ("That does not match. One try is left.", "That does not match. %(counter)s tries are left.")
    with override(language):
        assert tuple(map(gettext, english)) == HEADINGS[language]
        tries = [ngettext(*left, count) % {"counter": count} for count in (1, 3)]
    assert [text.endswith(end) for text, end in zip(tries, TRIES[language], strict=True)] == [True, True]


def test_a_broken_line_is_named() -> None:
    with pytest.raises(ValueError, match='not understood: "never closed'):
        pofile.read('msgid "never closed\nmsgstr ""\n')


def test_what_is_written_reads_the_same() -> None:
    entries = [
        pofile.Entry("", ("Language: de\n",)),
        pofile.Entry('Say "yes"\nor \\ no', ("Sagen Sie „ja“\noder \\ nein",), "", "a page"),
        pofile.Entry("One day", ("Ein Tag", "%(count)s Tage"), "%(count)s days"),
    ]
    assert list(pofile.read(pofile.write(entries)).values()) == entries
