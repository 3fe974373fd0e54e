"""What is wrong with a text, before it can leave: unknown variables, forbidden content, cost.

Apps above are asked for their words; nothing else is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from clinic.messaging.filling import variables_in
from clinic.messaging.segments import Cost, can_be_cheap, cost, economical
from clinic.messaging.variables import LINK, allowed
from clinic.messaging.words import Channel, MessageKind
from clinic.neutral_names import NameFinding
from clinic.searching import search_text

#: Longer texts cost three messages and more.
MOST_SEGMENTS = 2
#: What a text message must not tell whoever reads it over a shoulder: treatment, specialty, body part, price.
_FORBIDDEN = """
treatment and specialty:
microneedling needling needle needles dermaroller dermapen mesotherapy lipolysis lipo botox filler injection
injections laser peeling dermatology dermatologist aesthetic aesthetics cosmetic beauty treatment therapy session
surgery clinical syringe numbing cream serum
nadel nadeln mesotherapie spritze spritzen behandlung sitzung dermatologie kosmetik asthetik betaubung
aguja agujas mesoterapia inyeccion inyecciones tratamiento sesion dermatologia estetica anestesia
aiguille aiguilles traitement seance esthetique anesthesie
igne igneleme mezoterapi enjeksiyon tedavi seans dermatoloji estetik uyusturma
concern and body part:
acne scar scars melasma wrinkle wrinkles cellulite hair skin face scalp neck chin belly thigh
akne narbe narben falten haut gesicht kopfhaut haare hals kinn bauch
cicatriz cicatrices arrugas piel cara cuero cabello cuello
cicatrice rides peau visage cheveux cou menton
sivilce iz izi kirisik cilt yuz sac boyun cene
money:
price euro eur usd dollar preis kosten precio prix fiyat
"""
FORBIDDEN = frozenset(
    word for line in _FORBIDDEN.splitlines() if not line.endswith(":") for word in line.split()
)
_FORBIDDEN_SIGNS = re.compile(r"[€$£₺¥]|微针|针|美塑|中胚层|治疗|疗程|皮肤|脸|头皮|疤|痘|价格|注射|医美")
_WORD = re.compile(r"[^\W\d_]+")

_more_words: list[Callable[[], Iterable[str]]] = []


def register_forbidden_words(source: Callable[[], Iterable[str]]) -> None:
    """An app above adds the words of its catalogue; asked at every check."""
    _more_words.append(source)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to change; `is_error` means the text cannot be used."""

    sentence: str
    is_error: bool = True


def forbidden_words(text: str) -> list[str]:
    """The words of a text that no SMS and no subject line may contain."""
    forbidden = FORBIDDEN.union(*(map(search_text, source()) for source in _more_words))
    words = set(_WORD.findall(search_text(text)))
    return sorted((words & forbidden) | set(_FORBIDDEN_SIGNS.findall(text)))


def lint(kind: str, channel: str, *, subject: str, body: str) -> list[Finding]:
    """All that is wrong with a text, errors first."""
    findings = [
        *_unknown_variables(kind, channel, f"{subject} {body}"),
        *_missing(kind, channel, subject, body),
    ]
    outside = subject if channel == Channel.EMAIL else body
    findings += [
        Finding(_("“%(word)s” tells too much about the patient to whoever sees the screen.") % {"word": word})
        for word in forbidden_words(_without_variables(outside))
    ]
    if channel == Channel.SMS and cost_of(body).segments > MOST_SEGMENTS:
        findings.append(Finding(_("This text is sent as more than two messages."), is_error=False))
    return findings


def lint_name(name: str) -> list[NameFinding]:
    """What is wrong with a location's name in messages: it stands in every text message, and in its sender."""
    found = [
        NameFinding(
            _("“%(word)s” tells too much about the patient to whoever sees the screen.") % {"word": word}
        )
        for word in forbidden_words(name)
    ]
    if not can_be_cheap(name):
        sentence = _("With this name a text message holds 70 characters instead of 160.")
        found.append(NameFinding(sentence, is_error=False))
    return found


def cost_of(body: str) -> Cost:
    """What a text with variables will cost about: each variable counts with the length of a usual value."""
    return cost(
        economical(re.sub(r"\{([a-z_]+)\}", lambda found: _USUAL.get(found[1], "x" * 12), _bare(body)))
    )


_USUAL = {
    "link": "x" * 48,
    "clinic": "x" * 12,
    "day": "x" * 18,
    "old_day": "x" * 18,
    "from_day": "x" * 18,
    "until_day": "x" * 18,
    "until": "x" * 25,
    "when": "x" * 35,
    "time": "10:00",
    "old_time": "10:00",
    "phone": "x" * 16,
    "place": "x" * 30,
    "emergency_number": "112",
}


def _bare(text: str) -> str:
    return text.replace("[[", "").replace("]]", "")


def _without_variables(text: str) -> str:
    return re.sub(r"\{[a-z_]+\}", " ", text)


def _unknown_variables(kind: str, channel: str, text: str) -> list[Finding]:
    unknown = sorted(variables_in(text) - allowed(kind, channel))
    return [
        Finding(_("{%(name)s} cannot be used in this message on this channel.") % {"name": name})
        for name in unknown
    ]


def _missing(kind: str, channel: str, subject: str, body: str) -> list[Finding]:
    findings = []
    if not body.strip():
        findings.append(Finding(_("The text is empty.")))
    if channel == Channel.EMAIL and not subject.strip():
        findings.append(Finding(_("An e-mail needs a subject.")))
    if channel == Channel.SMS and "{clinic}" not in body:
        findings.append(Finding(_("The text does not say who writes: use {clinic}.")))
    if kind in NEEDS_LINK and not LINK & variables_in(body):
        findings.append(Finding(_("The text has no {link}: the patient could not do what it asks.")))
    return findings


K = MessageKind
#: Without the link these make no sense.
NEEDS_LINK = frozenset(
    {
        K.PRETREATMENT,
        K.SCREENING_REQUEST,
        K.RECOVERY_CHECK,
        K.RECOVERY_CHECK_REMINDER,
        K.WAITLIST_OFFER,
        K.LINK_AGAIN,
    }
)
