"""Which column means what, in the languages that clinics export in. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clinic.searching import search_text

#: For each detail, the headers that mean it; of several the earlier word wins (a mobile before a landline).
HEADERS: Mapping[str, tuple[str, ...]] = {
    "given_name": (
        "given name", "given_name", "first name", "firstname", "forename",
        "vorname", "rufname",
        "nombre", "nombres", "nombre de pila",
        "prénom", "prenom", "prénoms",
        "ad", "adı", "isim",
        "名", "名字",
    ),
    "family_name": (
        "family name", "family_name", "last name", "lastname", "surname",
        "nachname", "familienname", "zuname",
        "apellido", "apellidos", "primer apellido",
        "nom", "nom de famille",
        "soyad", "soyadı", "soyisim",
        "姓", "姓氏",
    ),
    "full_name": (
        "name", "full name", "patient", "patient name", "patient's name",
        "patientenname", "vollständiger name",
        "nombre completo", "nombre y apellidos", "paciente",
        "nom complet", "nom et prénom",
        "ad soyad", "adı soyadı", "hasta",
        "姓名", "患者姓名",
    ),
    "born_on": (
        "date of birth", "born_on", "birth date", "birthdate", "birthday", "dob", "born", "born on",
        "geburtsdatum", "geboren", "geboren am", "geb.", "geb. datum", "geburtstag",
        "fecha de nacimiento", "f. nacimiento", "fecha nacimiento", "nacimiento",
        "date de naissance", "né(e) le", "naissance", "ddn",
        "doğum tarihi", "doğum günü",
        "出生日期", "生日",
    ),
    "phone": (
        "mobile", "mobile phone", "cell", "cell phone", "cellphone", "mobile number",
        "mobil", "mobiltelefon", "handy", "handynummer", "mobilnummer",
        "móvil", "teléfono móvil", "celular",
        "portable", "téléphone portable", "tél. portable", "mobile (tél.)",
        "cep", "cep telefonu", "gsm",
        "手机", "手机号", "手机号码",
        "phone", "telephone", "phone number", "tel", "tel.",
        "telefon", "telefonnummer", "rufnummer",
        "teléfono", "tfno", "tlf",
        "téléphone", "tél", "tél.",
        "telefon numarası",
        "电话", "电话号码", "联系电话",
        "landline", "home phone", "festnetz", "telefon privat", "fijo", "fixe", "téléphone fixe", "ev telefonu",
    ),
    "email": (
        "email", "e-mail", "mail", "email address", "e-mail address",
        "e-mail-adresse", "mailadresse", "emailadresse",
        "correo", "correo electrónico",
        "courriel", "adresse e-mail", "adresse email", "mél",
        "e-posta", "eposta", "e-posta adresi",
        "邮箱", "电子邮件", "电子邮箱",
    ),
    "language": ("language", "sprache", "idioma", "langue", "dil", "语言"),
    "preferred_channel": (
        "preferred channel", "preferred_channel", "channel", "contact by",
        "kanal", "kontakt per", "kontaktart",
        "canal", "canal preferido", "contacto por",
        "canal préféré", "contact par",
        "tercih edilen kanal", "iletişim",
        "首选渠道", "联系方式",
    ),
    "alert": (
        "alert", "warning", "warnhinweis", "achtung", "alerta", "aviso", "alerte", "attention", "uyarı", "提醒", "警示",
    ),
    "desk_note": (
        "note", "notes", "desk note", "desk_note", "comment", "remarks",
        "notiz", "notizen", "bemerkung", "bemerkungen", "kommentar",
        "nota", "notas", "observaciones", "comentario",
        "remarque", "remarques", "commentaire",
        "not", "notlar", "açıklama",
        "备注", "说明",
    ),
    "extra_minutes": (
        "extra minutes", "extra_minutes", "zusatzminuten", "minutos extra", "minutes supplémentaires", "ek dakika",
        "额外分钟",
    ),
}  # fmt: skip
_SPACES = re.compile(r"[\s_:*]+")


def folded(header: str) -> str:
    """A header as it is compared: no case, no accents, no underscores, colons or stars."""
    return _SPACES.sub(" ", search_text(header.lstrip("\ufeff"))).strip()


_MEANING = {
    folded(word): (field, rank) for field, words in HEADERS.items() for rank, word in enumerate(words)
}


@dataclass(frozen=True)
class Columns:
    """The columns by their meaning: for each detail the places to look, best first; and the headers nobody knows."""

    places: Mapping[str, tuple[int, ...]]
    unknown: tuple[str, ...]


def columns_of(headers: Sequence[str]) -> Columns:
    """What the headers mean, in any order."""
    found: dict[str, list[tuple[int, int]]] = {}
    unknown = []
    for place, header in enumerate(headers):
        if meaning := _MEANING.get(folded(header)):
            found.setdefault(meaning[0], []).append((meaning[1], place))
        elif header.strip():
            unknown.append(header.strip())
    places = {field: tuple(place for _rank, place in sorted(ranked)) for field, ranked in found.items()}
    return Columns(places, tuple(unknown))


def missing(columns: Columns) -> list[str]:
    """What the file must have and has not, as sentences."""
    has = columns.places
    if "full_name" in has or {"given_name", "family_name"} <= set(has):
        return []
    lacking = [word for word in ("given_name", "family_name") if word not in has]
    return [f"there is no column for the {word.replace('_', ' ')}" for word in lacking]
