"""Three hundred patients who do not exist: the same ones every time, with numbers that ring nowhere. Pure.

Telephone numbers come from ranges that authorities keep free for fiction: in Germany (Bundesnetzagentur,
communication 148/2021) 0171 39200-00…99 and 0176 040690-00…99, in North America 555-0100…0199.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from bookings.demo.dice import dice

_FILE = Path(__file__).parent / "names.toml"
_PHONES = {
    "riverside": [*(f"+49171392{n:04d}" for n in range(100)), *(f"+49176040690{n:02d}" for n in range(100))],
    "hudson": [f"+1917555{n:04d}" for n in range(100, 200)],
}
_SHARES = {"riverside": 200, "hudson": 100}
_ALERTS = (
    "Latex allergy",
    "Hard of hearing: write, do not call",
    "Nickel allergy",
    "Faints easily: treat lying down",
)
_NOTES = (
    "Comes by bicycle, early slots suit best.",
    "Works shifts.",
    "Prefers the quiet room.",
    "Pays by invoice.",
)


def patients(location: str, today: date, scale: float = 1.0) -> list[dict[str, Any]]:
    """The details of the patients of a location (by slug), as `register_patients` takes them."""
    rng = dice("patients", location)
    phones = list(_PHONES[location])
    rng.shuffle(phones)
    names = _names(location, rng)
    total = max(round(_SHARES[location] * scale), 20)
    return [_patient(next(names), phones.pop(), today, rng) for _number in range(total)]


def _names(location: str, rng: Random) -> Iterator[tuple[str, str, str]]:
    """Given name, family name, language; a pair of names comes twice at most, as namesakes do."""
    groups = tomllib.loads(_FILE.read_text(encoding="utf-8"))["groups"]
    weights = [group[location] for group in groups]
    met: dict[tuple[str, str], int] = {}
    for _number in count():
        (group,) = rng.choices(groups, weights)
        pair = rng.choice(group["given"]), rng.choice(group["family"])
        met[pair] = met.get(pair, 0) + 1
        if met[pair] == 1 or (met[pair] == 2 and rng.random() < 0.3):
            yield (*pair, group["language"])


def _patient(name: tuple[str, str, str], phone: str, today: date, rng: Random) -> dict[str, Any]:
    given, family, language = name
    born_on = today - timedelta(days=round(365.25 * rng.triangular(23, 71, 36)) + rng.randrange(365))
    return {
        "given_name": given,
        "family_name": family,
        "born_on": born_on,
        "phone": phone if rng.random() > 0.03 else "",
        "email": f"{_plain(given)}.{_plain(family)}.{born_on.year}@example.org",
        "language": language,
        "preferred_channel": "email" if rng.random() < 0.3 else "sms",
        "alert": rng.choice(_ALERTS) if rng.random() < 0.06 else "",
        "desk_note": rng.choice(_NOTES) if rng.random() < 0.1 else "",
        "extra_minutes": 15 if rng.random() < 0.03 else 0,
    }


def _plain(name: str) -> str:
    """ASCII letters only, for an address."""
    known = name.lower().replace("ı", "i").replace("ß", "ss").replace("ø", "o").replace(" ", "-")
    return "".join(
        c for c in unicodedata.normalize("NFKD", known) if c.isascii() and (c.isalnum() or c == "-")
    )
