"""Search text: lower case, without accents, phone numbers as bare digits. Pure."""

import re
import unicodedata

_PHONE_PUNCTUATION = re.compile(r"(?<=\d)[ ()/.-]+(?=\d)")


def search_text(text: str) -> str:
    """The text as it is stored for search and as a query is normalised.

    `Müller +49 (170) 12-34` → `muller +491701234`.
    """
    plain = unicodedata.normalize("NFKD", str(text).casefold().replace("ı", "i").replace("ß", "ss"))
    return " ".join(
        word if _is_date(word) else _PHONE_PUNCTUATION.sub("", word)
        for word in "".join(c for c in plain if not unicodedata.combining(c)).split()
    )


def _is_date(word: str) -> bool:
    return bool(re.fullmatch(r"\d{1,4}[.-]\d{1,2}[.-]\d{1,4}\.?", word))
