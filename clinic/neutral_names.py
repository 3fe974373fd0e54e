"""A location's name in messages is read over shoulders with every text: apps above say what it must not tell.

Nothing above is imported here: whoever knows telling words registers a check in its `AppConfig.ready()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from clinic.errors import DomainError


@dataclass(frozen=True, slots=True)
class NameFinding:
    """One thing about a name; `is_error` means that it cannot be used, else it only costs more."""

    sentence: str
    is_error: bool = True


_checks: list[Callable[[str], Iterable[NameFinding]]] = []


def register_name_check(check: Callable[[str], Iterable[NameFinding]]) -> None:
    """Asked for every new or changed name."""
    if check not in _checks:
        _checks.append(check)


def findings(name: str) -> list[NameFinding]:
    """All that is to be said about a name."""
    return [finding for check in _checks for finding in check(name)]


def refuse_telling_name(name: str) -> None:
    """Raises `telling_name` for a name that tells more than who writes."""
    if errors := [finding.sentence for finding in findings(name) if finding.is_error]:
        raise DomainError("telling_name", " ".join([_("The name in messages must be neutral."), *errors]))
