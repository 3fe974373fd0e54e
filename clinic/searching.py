"""Search text: lower case, without accents, phone numbers as bare digits. Pure."""

import re
import unicodedata

_DATE = re.compile(r"\d{1,4}[.-]\d{1,2}[.-]\d{1,4}\.?")
_PHONE_PART = re.compile(r"\+?[\d()/.-]*\d[\d()/.-]*")


def search_text(text: str) -> str:
    """The text as it is stored for search and as a query is normalised.

    `Müller +49 (170) 12-34` → `muller +491701234`; a national `0170 1234` → `1701234`, so that it is found inside.
    """
    words: list[str] = []
    was_phone = False
    for word in _plain(text).split():
        is_phone = bool(_PHONE_PART.fullmatch(word)) and not _DATE.fullmatch(word)
        digits = re.sub(r"[()/.-]", "", word) if is_phone else word
        if is_phone and was_phone:
            words[-1] += digits
        else:
            words.append(re.sub(r"^0{1,2}(?=\d)", "", digits) if is_phone else digits)
        was_phone = is_phone
    return " ".join(words)


def _plain(text: str) -> str:
    folded = str(text).casefold().replace("ı", "i").replace("ß", "ss")
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
