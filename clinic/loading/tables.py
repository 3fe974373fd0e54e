"""Reads one table of a TOML document key by key and notes what is wrong with it. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from clinic.loading.findings import Finding

_NAMES: Mapping[type, str] = {
    str: "a text in quotes",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    date: "a date such as 2026-05-31, without quotes",
}


class Table:
    """A table with its path. Readers answer a usable value in any case, so that one pass finds every mistake."""

    def __init__(self, data: Mapping[str, Any], path: str, findings: list[Finding]) -> None:
        self.data, self.path, self.findings = data, path, findings
        self._known: list[str] = []

    def at(self, key: str) -> str:
        """The path of a key: `locations[1].zone`."""
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, sentence: str) -> None:
        """Note a finding about a key."""
        self.findings.append(Finding(self.at(key), sentence))

    def value(self, key: str, kind: type, *, default: Any = None, required: bool = False) -> Any:
        """The value when it is there and of the kind; else the default, with a finding where one is due."""
        self._known.append(key)
        if key not in self.data:
            if required:
                self.wrong(key, f"is missing; it must be {_NAMES[kind]}.")
            return default
        found = self.data[key]
        if not _is(found, kind):
            self.wrong(key, f"{found!r} must be {_NAMES[kind]}.")
            return default
        return found

    def text(self, key: str, *, default: str = "", required: bool = False, longest: int = 0) -> str:
        """A text without space around it; an empty one counts as missing when it is required."""
        found = str(self.value(key, str, default=default, required=required)).strip()
        if required and not found and isinstance(self.data.get(key), str):
            self.wrong(key, "is empty.")
        if longest and len(found) > longest:
            self.wrong(key, f"has {len(found)} characters; at most {longest} fit.")
        return found

    def choice(
        self, key: str, options: Iterable[Any], *, default: str = "", required: bool = False, noun: str
    ) -> str:
        """One of some words; a wrong one is answered with the nearest right one."""
        words = [str(option) for option in options]
        found = self.text(key, default=default, required=required)
        if not found or found in words:
            return found
        self.wrong(key, f"{found!r} is not {noun}; {_instead(found, words)}.")
        return default or words[0]

    def number(self, key: str, *, default: int | None, least: int, most: int) -> int | None:
        """A whole number inside limits, both included."""
        found: int | None = self.value(key, int, default=default)
        if key in self.data and found is not None and not least <= found <= most:
            self.wrong(key, f"{found} must be between {least} and {most}.")
            return default
        return found

    def decimal(self, key: str, *, places: int, most: int) -> Decimal | None:
        """A positive number with some decimals; the document must be read with `parse_float=Decimal`."""
        self._known.append(key)
        found = self.data.get(key)
        if found is None:
            return None
        is_number = isinstance(found, Decimal | int) and not isinstance(found, bool)
        if not is_number or not 0 < found <= most:
            self.wrong(key, f"{str(found)!r} must be a number above 0 and up to {most}, such as 2.5.")
            return None
        return round(Decimal(found), places)

    def day(self, key: str) -> date | None:
        """A date."""
        found: date | None = self.value(key, date)
        return found

    def texts(self, key: str) -> list[str]:
        """A list of texts."""
        found = self.value(key, list, default=[])
        if all(isinstance(word, str) for word in found):
            return [word.strip() for word in found]
        self.wrong(key, f"{found!r} must be a list of texts in quotes.")
        return []

    def table(self, key: str, *, required: bool = False) -> Table:
        """A table inside this one; an empty one when it is missing."""
        return Table(self.value(key, dict, default={}, required=required), self.at(key), self.findings)

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of a list `[[key]]`, numbered from 1."""
        for number, found in enumerate(self.value(key, list, default=[]), start=1):
            if isinstance(found, dict):
                yield Table(found, f"{self.at(key)}[{number}]", self.findings)
            else:
                self.wrong(f"{key}[{number}]", f"{found!r} must be {_NAMES[dict]}.")

    def done(self) -> None:
        """Note the keys that nobody asked for: a typing mistake would otherwise be silence."""
        for key in self.data:
            if key not in self._known:
                self.wrong(str(key), f"is not known here; {_instead(str(key), sorted(self._known))}.")


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that was probably meant, case ignored."""
    folded = {option.casefold(): option for option in words}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.7)
    return folded[close[0]] if close else None


def _instead(word: str, words: list[str]) -> str:
    if match := nearest(word, words):
        return f"write {match}"
    return f"choose from {', '.join(words)}"


def _is(found: Any, kind: type) -> bool:
    """Whether a TOML value is of a kind; True is no number and a date with a time is no day."""
    if isinstance(found, bool) and kind is not bool:
        return False
    if isinstance(found, datetime):
        return False
    return isinstance(found, kind)
