"""The shipped texts: complete in six languages, within their variables, neutral, and affordable."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clinic.messaging.composing import blocks, html_email, values_for
from clinic.messaging.filling import MissingVariable, fill, variables_in
from clinic.messaging.linting import FORBIDDEN, forbidden_words, lint, lint_name
from clinic.messaging.localising import in_words
from clinic.messaging.models import Message
from clinic.messaging.segments import cost, economical
from clinic.messaging.variables import allowed
from clinic.messaging.wordings import Wording, shipped, shipped_languages
from clinic.messaging.words import Channel, MessageKind
from clinic.models import Location, Patient
from clinic.searching import search_text
from treatments.models import Protocol

#: The linter also asks what the clinic itself calls its treatments.
pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "de", "es", "fr", "tr", "zh-hans")
CATALOGUE = Path("treatments/catalogue")
PROTOCOLS = sorted((CATALOGUE / "protocols").glob("*.toml"))
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
SNAPSHOT = Path(__file__).parent / "texts_as_sent.json"
BERLIN = ZoneInfo("Europe/Berlin")
#: What a full context would give.
FACTS: dict[str, Any] = {
    "clinic": "Riverside",
    "phone": "+49 30 12345678",
    "place": "Uferweg 1, 10115 Berlin",
    "given_name": "Leyla",
    "emergency_number": "112",
    "link": "https://care.example.org/p/AAAAAAAAAAAAAAAAAAAAAA/",
    "practitioner": "Dr. Weiss",
    "what": "Session 2 of 4.",
    "text": "First part.\n\nSecond part.",
    "starts_at": datetime(2026, 3, 29, 8, 0, tzinfo=UTC),
    "old_starts_at": datetime(2026, 3, 28, 9, 0, tzinfo=UTC),
    "until_at": datetime(2026, 3, 28, 17, 0, tzinfo=UTC),
    "from_on": date(2026, 4, 20),
    "until_on": date(2026, 4, 30),
}


def all_texts() -> Iterator[Wording]:
    for language, kind, channel in product(LANGUAGES, MessageKind, Channel):
        found = shipped(kind, channel, language)
        assert found is not None, f"{language} lacks {kind} by {channel}"
        yield found


def filled(text: Wording) -> tuple[str, str]:
    words = in_words(FACTS, language=text.language, zone=BERLIN)
    permitted = {name: value for name, value in words.items() if name in allowed(text.kind, text.channel)}
    body = fill(text.body, permitted)
    if text.channel == Channel.SMS:
        return "", economical(" ".join(body.split()))
    return fill(text.subject, permitted), body


def catalogue_words() -> set[str]:
    """Every word of the names that the catalogue gives to treatments, concerns and zones."""
    names: list[str] = []
    for path in sorted(CATALOGUE.rglob("*.toml")):
        if path.parent.name in {"protocols", "zones", "washouts"} or path.parent == CATALOGUE:
            _collect(tomllib.loads(path.read_text(encoding="utf-8")), names)
    return {word for name in names for word in search_text(name).replace("/", " ").split()}


def _collect(part: Any, names: list[str]) -> None:
    if isinstance(part, list):
        for each in part:
            _collect(each, names)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in {"label", "patient_name", "concern", "concerns"}:
                names.extend([value] if isinstance(value, str) else [v for v in value if isinstance(v, str)])
            else:
                _collect(value, names)


def test_six_languages_are_shipped() -> None:
    assert shipped_languages() == LANGUAGES


def test_every_shipped_text_is_in_order() -> None:
    found = {
        (text.language, text.kind, text.channel): [f.sentence for f in findings if f.is_error]
        for text in all_texts()
        if (findings := lint(text.kind, text.channel, subject=text.subject, body=text.body))
    }
    assert {key: errors for key, errors in found.items() if errors} == {}


def test_every_text_uses_the_same_link_and_person_in_every_language() -> None:
    by_text: dict[tuple[str, str], set[frozenset[str]]] = {}
    for text in all_texts():
        by_text.setdefault((text.kind, text.channel), set()).add(frozenset(variables_in(text.body)))
    assert {key: sets for key, sets in by_text.items() if len(sets) > 1} == {}


def test_texts_in_all_languages_are_as_reviewed() -> None:
    """The whole wording as patients get it. After a change on purpose: delete the file, run once, and review it."""
    as_sent = {
        f"{text.language}.{text.kind}.{text.channel}": "\n".join(part for part in filled(text) if part)
        for text in all_texts()
    }
    if not SNAPSHOT.exists():
        SNAPSHOT.write_text(json.dumps(as_sent, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{SNAPSHOT.name} was written anew: read what changed, then run this again")
    assert as_sent == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_the_link_of_every_letter_is_a_button() -> None:
    letters = [text for text in all_texts() if text.channel == Channel.EMAIL and "{link}" in text.body]
    without = [
        (text.language, text.kind)
        for text in letters
        if not any("url" in block for block in blocks(filled(text)[1]))
    ]
    assert (len(letters) > 50, without) == (True, [])


def test_no_sms_takes_more_than_three_messages() -> None:
    costs = {(t.language, t.kind): cost(filled(t)[1]) for t in all_texts() if t.channel == Channel.SMS}
    assert {key: found for key, found in costs.items() if found.segments > 3} == {}
    latin = {key[0] for key, found in costs.items() if found.encoding == "UCS-2"}
    assert latin == {"zh-hans"}


#: Words of catalogue names that say nothing about anybody.
HARMLESS = {
    "and", "or", "of", "the", "a", "an", "to", "with", "without", "in", "on", "by", "at", "for", "from", "other",
    "under", "upper", "lower", "left", "right", "side", "after", "before", "any", "per", "day", "days", "one", "two",
    "new", "old", "is", "not", "no", "as", "-", "+", "back", "around", "time", "last", "up", "out", "be", "area",
    "between",
}  # fmt: skip


def test_no_sms_contains_a_word_of_the_catalogue() -> None:
    words = {word.strip("(),.;:") for word in catalogue_words()} - HARMLESS
    assert {"microneedling", "acne", "scalp"} <= words
    told = {
        (text.language, text.kind): found
        for text in all_texts()
        if text.channel == Channel.SMS
        and (found := words & set(search_text(filled(text)[1]).replace(":", " ").replace(".", " ").split()))
    }
    assert told == {}


def labels(file: str) -> list[str]:
    """The labels of one file of the catalogue, as written there."""
    rows = tomllib.loads((CATALOGUE / file).read_text(encoding="utf-8"))
    return [row["label"] for row in rows.values() if isinstance(row, dict) and "label" in row]


def test_no_sms_about_any_protocol_tells_what_where_or_who() -> None:
    """Each kind in each language as composed from facts that hold everything: the treatment, its area, the names."""
    protocols = {path.stem: tomllib.loads(path.read_text("utf-8"))["label"] for path in PROTOCOLS}
    names = [*protocols.values(), *labels("plans/concerns.toml"), *labels("zones/zones.toml")]
    telling = {word for name in names for word in re.findall(r"[^\W\d_]+", search_text(name))} - HARMLESS
    assert (len(protocols), {"microneedling", "mesotherapy", "lipolysis", "acne", "scalp"} <= telling) == (
        21,
        True,
    )
    place = Location(
        message_name="Riverside", phone="+493012345678", address="Uferweg 1", zone="Europe/Berlin"
    )
    patient = Patient(given_name="Leyla", family_name="Demirkan", born_on=date(1988, 3, 14))
    texts = [text for text in all_texts() if text.channel == Channel.SMS]
    told = {}
    for code, label in protocols.items():
        context = {
            **{key: value for key, value in FACTS.items() if key not in {"clinic", "phone", "place"}},
            "what": f"{label}, 240 €",
            "text": f"{label}: {', '.join(names)}. {patient.family_name}, {patient.born_on}",
            "practitioner": "Dr. Weiss",
        }
        for text in texts:
            message = Message(
                kind=text.kind, channel="sms", patient=patient, location=place, link_purpose="x"
            )
            values = values_for(message, text, context, NOW, makes_link=False)
            sent = economical(" ".join(fill(text.body, values).split()))
            words = set(re.findall(r"[^\W\d_]+", search_text(sent)))
            never = {"leyla", "demirkan", "weiss"} | telling
            if found := (words & never) | {part for part in ("1988", "240", "€") if part in sent}:
                told[code, text.language, text.kind] = found
            if said := forbidden_words(sent):
                told[code, text.language, text.kind] = set(said)
    assert told == {}


@pytest.mark.parametrize("word", ["mesolift", "Dutasteride", "eyelid", "Forehead", "striae", "tranexamic"])
def test_the_linter_knows_the_names_of_the_catalogue(word: str) -> None:
    assert forbidden_words(f"{{clinic}}: {word}, call back on the line below") == [search_text(word)]


def test_the_linter_knows_what_the_clinic_itself_calls_its_treatments() -> None:
    text = "{clinic}: your Glanzkur for the day is on {day}"
    assert forbidden_words(text) == []
    Protocol.objects.create(
        code="OWN", label="Glanzkur for your day (Wangenpartie)", family="MN", care_group="X"
    )
    assert forbidden_words(text) == ["glanzkur"]
    assert forbidden_words("Die Wangenpartie") == ["wangenpartie"]
    shipped_errors = [
        (text.language, text.kind, text.channel)
        for text in all_texts()
        if any(f.is_error for f in lint(text.kind, text.channel, subject=text.subject, body=text.body))
    ]
    assert shipped_errors == []


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("Riverside", []),
        ("Çınar", []),
        ("Riverside Haut", ["“haut” tells too much about the patient to whoever sees the screen."]),
        ("河畔", ["With this name a text message holds 70 characters instead of 160."]),
    ],
)
def test_the_name_of_a_location_is_linted_like_the_texts(name: str, sentences: list[str]) -> None:
    assert [found.sentence for found in lint_name(name)] == sentences


@pytest.mark.parametrize("word", ["microneedling", "Akne", "peau", "sesión", "cilt", "微针", "€"])
def test_the_linter_refuses_what_tells_too_much(word: str) -> None:
    errors = [
        f
        for f in lint("aftercare_step", "sms", subject="", body=f"{{clinic}}: {word} {{link}}")
        if f.is_error
    ]
    assert len(errors) == 1


def test_the_linter_refuses_a_name_in_a_text_message() -> None:
    findings = lint("appointment_reminder", "sms", subject="", body="{clinic}: {given_name}, {link}")
    assert [f.sentence for f in findings] == ["{given_name} cannot be used in this message on this channel."]


def test_the_linter_wants_sender_link_and_subject() -> None:
    sms = lint("recovery_check", "sms", subject="", body="How are you?")
    email = lint("recovery_check", "email", subject=" ", body="How are you? {link}")
    assert [len(sms), len(email)] == [2, 1]


def test_a_subject_line_is_as_neutral_as_a_text_message() -> None:
    findings = lint("aftercare_step", "email", subject="After your microneedling", body="{text}")
    assert len(findings) == 1


def test_forbidden_words_are_found_without_regard_to_accents_and_case() -> None:
    assert forbidden_words("Tu SESIÓN de Mesoterapia") == ["mesoterapia", "sesion"]
    assert {search_text(word) for word in FORBIDDEN} == FORBIDDEN


def test_fill_leaves_out_what_has_no_value_and_refuses_what_it_needs() -> None:
    assert fill("{a}[[, {b}]]\n\n[[{c}]]\n\nend", {"a": "1", "b": "", "c": ""}) == "1\n\nend"
    with pytest.raises(MissingVariable, match=r"\{a\}"):
        fill("{a}", {})


def test_values_are_not_filled_again() -> None:
    assert fill("{a}", {"a": "{b}", "b": "secret"}) == "{b}"


def test_right_to_left_numbers_stay_as_they_are_dialled() -> None:
    """For a clinic that writes its own Arabic: none is shipped."""
    place = Location(message_name="Riverside", phone="+493012345678", zone="Europe/Berlin")
    message = Message(kind="appointment_reminder", channel="sms", patient=Patient(), location=place)
    text = Wording("appointment_reminder", "sms", "ar", "", "{clinic}: {time}, {phone}.")
    facts = {"starts_at": NOW}
    told = fill(text.body, values_for(message, text, facts, NOW))
    assert told == "Riverside: \u206610:00\u2069, \u2066+49 30 12345678\u2069."
    assert 'lang="ar" dir="rtl"' in html_email(message, text, told)
    assert '<span dir="ltr">+49 30 12345678</span>' in html_email(message, text, told)
    left_to_right = Wording("appointment_reminder", "sms", "en", "", text.body)
    assert (
        fill(text.body, values_for(message, left_to_right, facts, NOW))
        == "Riverside: 10:00, +49 30 12345678."
    )


def test_times_carry_weekday_and_zone_on_both_sides_of_a_clock_change() -> None:
    before = in_words({"starts_at": datetime(2026, 3, 28, 9, tzinfo=UTC)}, language="en", zone=BERLIN)
    after = in_words({"starts_at": datetime(2026, 3, 29, 9, tzinfo=UTC)}, language="de", zone=BERLIN)
    assert before["when"] == "Saturday 28 March 2026, 10:00 (CET)"
    assert after["when"] == "Sonntag, 29. März 2026, 11:00 (CEST)"


def test_a_zone_without_letters_is_told_as_an_offset() -> None:
    words = in_words(
        {"starts_at": datetime(2026, 3, 28, 9, tzinfo=UTC)}, language="es", zone=ZoneInfo("America/Sao_Paulo")
    )
    assert words["when"] == "sábado 28 de marzo de 2026, 06:00 (UTC-3)"
