"""What a text costs as SMS, and how to write it so that it costs less. Pure.

GSM-7 (3GPP TS 23.038): 160 characters in one message, 153 each in several; ten characters count twice. Anything else
makes the whole text UCS-2: 70 and 67.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
GSM = GSM_BASIC | GSM_EXTENDED
#: Typography that phones do not need.
_PLAIN = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "–": "-", "—": "-", "−": "-",
    "…": "...", "•": "-", "·": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2011": "-", "\t": " ",
}  # fmt: skip
_PLAIN_TABLE = str.maketrans(_PLAIN)
_NOT_DECOMPOSED = {"ı": "i", "ł": "l", "Ł": "L", "đ": "d", "œ": "oe", "Œ": "OE", "ç": "c"}


@dataclass(frozen=True, slots=True)
class Cost:
    """The encoding a text needs, its length in that encoding, and how many messages it becomes."""

    encoding: str
    units: int
    segments: int


def cost(text: str) -> Cost:
    """What a text costs."""
    if GSM.issuperset(text):
        sizes = [2 if char in GSM_EXTENDED else 1 for char in text]
        return Cost("GSM-7", sum(sizes), _packed(sizes, 160, 153))
    sizes = [len(char.encode("utf-16-be")) // 2 for char in text]
    return Cost("UCS-2", sum(sizes), _packed(sizes, 70, 67))


def economical(text: str) -> str:
    """The same text without costly typography; without accents too, where that saves messages."""
    if GSM.issuperset(text):
        return text
    plain = text.translate(_PLAIN_TABLE)
    if GSM.issuperset(plain):
        return plain
    folded = "".join(_fold(char) for char in plain)
    return folded if cost(folded).segments < cost(plain).segments else plain


def can_be_cheap(text: str) -> bool:
    """Whether it fits GSM-7, if need be without its accents."""
    return GSM.issuperset("".join(map(_fold, text.translate(_PLAIN_TABLE))))


def _fold(char: str) -> str:
    if char in GSM:
        return char
    if char in _NOT_DECOMPOSED:
        return _NOT_DECOMPOSED[char]
    return "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))


def _packed(sizes: Iterable[int], alone: int, together: int) -> int:
    """Messages needed when no character may be cut in two."""
    sizes = list(sizes)
    if sum(sizes) <= alone:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > together:
            count, used = count + 1, 0
        used += size
    return count
