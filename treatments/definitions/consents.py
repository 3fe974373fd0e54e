"""Consent items and how long records are kept."""

from dataclasses import dataclass

from treatments.definitions.provenance import Sourced
from treatments.definitions.words import Tag


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentItem(Sourced):
    """One tick with its own text version and time.

    `outside_label_tags` apply only outside the device label.
    Optional items are off by default and can be revoked.
    """

    code: str
    label: str
    detail: str = ""
    tags: tuple[Tag, ...] = ()
    outside_label_tags: tuple[Tag, ...] = ()
    skin_types: tuple[str, ...] = ()
    combinations: tuple[str, ...] = ()
    is_optional: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RetentionRule(Sourced):
    """What a record holds and how many years it is kept; `least_years` is the minimum where it is lower."""

    code: str
    label: str
    content: str
    keep_years: int
    least_years: int | None = None
