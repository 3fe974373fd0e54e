"""Cells → details of a patient: phones, languages, channels, names. Pure."""

from __future__ import annotations

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from clinic.searching import search_text

_NOTHING = frozenset(
    {"", "-", "--", "—", "n/a", "na", "none", "null", "k.a.", "keine", "unbekannt", "yok", "无", "?", "."}
)
_EXPONENT = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
_LANGUAGES = {
    "en": ("english", "englisch", "ingles", "anglais", "ingilizce", "英语", "英文"),
    "de": ("german", "deutsch", "aleman", "allemand", "almanca", "德语"),
    "es": ("spanish", "spanisch", "espanol", "castellano", "espagnol", "ispanyolca", "西班牙语"),
    "fr": ("french", "franzosisch", "frances", "francais", "fransizca", "法语"),
    "tr": ("turkish", "turkisch", "turco", "turc", "turkce", "土耳其语"),
    "zh-hans": (
        "chinese",
        "chinesisch",
        "chino",
        "chinois",
        "cince",
        "中文",
        "汉语",
        "zh",
        "zh-cn",
        "mandarin",
    ),
}
_CHANNELS = {
    "sms": ("sms", "text", "mobile", "phone", "handy", "telefon", "portable", "movil", "cep", "短信", "手机"),
    "email": ("email", "e-mail", "mail", "correo", "courriel", "e-posta", "eposta", "邮件", "邮箱"),
}
_LANGUAGE_OF = {word: code for code, words in _LANGUAGES.items() for word in (code, *words)}
_CHANNEL_OF = {word: code for code, words in _CHANNELS.items() for word in words}
_STARTS_A_FORMULA = ("=", "+", "-", "@")


class NotUsable(ValueError):
    """The cell cannot be used; the sentence says why and what to write."""


def something(cell: str) -> str:
    """The cell, or nothing where it only says that there is nothing."""
    return "" if search_text(cell) in _NOTHING else cell


def read_phone(cell: str, country: str) -> str:
    """E.164; national forms are read with the country of the location, `00` as `+`."""
    words = something(cell)
    if not words:
        return ""
    if _EXPONENT.fullmatch(words):
        raise NotUsable(
            f"{words!r} was rounded by a spreadsheet; format the column as text and export again."
        )
    spoken = re.sub(r"^\s*00", "+", words).replace("(0)", "")
    try:
        number = phonenumbers.parse(spoken, country or None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise NotUsable(f"{words!r} is not a telephone number; write it like +49 30 23125100.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_email(cell: str) -> str:
    """An address; the part behind the @ in lower case."""
    words = something(cell).removeprefix("mailto:")
    if not words:
        return ""
    try:
        validate_email(words)
    except ValidationError:
        raise NotUsable(f"{words!r} is not an e-mail address.") from None
    name, _at, host = words.rpartition("@")
    return f"{name}@{host.lower()}"


def read_language(cell: str) -> str | None:
    """A language of ours by code or name; None when it is another one."""
    word = search_text(something(cell)).replace("_", "-")
    return _LANGUAGE_OF.get(word) or _LANGUAGE_OF.get(word.split("-")[0])


def read_channel(cell: str) -> str:
    """SMS or e-mail."""
    word = search_text(something(cell))
    if found := _CHANNEL_OF.get(word):
        return found
    raise NotUsable(f"{cell!r} is not a way to reach somebody; write SMS or e-mail.")


def read_minutes(cell: str) -> int:
    """Extra minutes, 0 to 120."""
    words = something(cell) or "0"
    if not words.isdecimal() or int(words) > 120:
        raise NotUsable(f"{cell!r} is not a number of minutes from 0 to 120.")
    return int(words)


def read_text(cell: str, longest: int) -> str:
    """A text that fits."""
    if len(cell) > longest:
        raise NotUsable(f"has {len(cell)} characters; at most {longest} fit.")
    return cell


def read_name(cell: str, longest: int = 80) -> str:
    """A name: it has a letter and is no formula."""
    words = " ".join(something(cell).split())
    if words and (words.startswith(_STARTS_A_FORMULA) or not any(c.isalpha() for c in words)):
        raise NotUsable(f"{words!r} is not a name.")
    return read_text(words, longest)


def split_name(cell: str) -> tuple[str, str]:
    """Given and family name from one cell: `Demir, Leyla`, or the last word is the family name; 王伟 is 王 + 伟."""
    words = " ".join(something(cell).split())
    if "," in words:
        family, given = words.split(",", 1)
        return given.strip(), family.strip()
    if re.fullmatch(r"[\u4e00-\u9fff]{2,4}", words):
        return words[1:], words[0]
    given, _space, family = words.rpartition(" ")
    return given, family
