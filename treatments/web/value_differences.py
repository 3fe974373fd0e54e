"""What differs between two versions of a protocol, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from treatments.definitions import ProtocolDefinition
from treatments.versions import Difference
from treatments.web.value_chapters import CHAPTERS
from treatments.web.value_rows import Places
from treatments.web.value_words import field_word


@dataclass(frozen=True, slots=True)
class Told:
    """One difference in words: where, which value, what it was and what it becomes."""

    chapter: Any
    place: str
    word: str
    path: str
    field: str
    old: Any
    new: Any


def told_differences(
    found: Iterable[Difference], *, before: ProtocolDefinition, after: ProtocolDefinition
) -> list[Told]:
    """The differences of two versions as a page shows them."""
    old, new = Places(before), Places(after)
    return [_told(one, new if one.path in new.values else old) for one in found]


def _told(one: Difference, places: Places) -> Told:
    return Told(
        chapter=CHAPTERS.get(one.path.partition("/")[0], ""),
        place=places.name(one.path),
        word=field_word(places.values.get(one.path), one.field),
        path=one.path,
        field=one.field,
        old=_plain(one.old),
        new=_plain(one.new),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(_("yes") if value else _("no")) if isinstance(value, bool) else value
