"""Which rules a location has switched on or off; what the rules are called and when they speak, for the page.

A rule is switched by its own code ("R_2D") or with all others of its kind ("appointment_reminder").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from clinic.messaging.words import PURPOSE_OF, MessageKind, Purpose
from clinic.models import ClinicSettings, Location

K = MessageKind
#: Safety and answers to a patient's own question: nobody switches these off.
ALWAYS_ON = frozenset({K.RECOVERY_EMERGENCY, K.LINK_AGAIN})
#: Off until a location wants them.
OFF_AT_FIRST = frozenset({K.REVIEW_REQUEST})


@dataclass(frozen=True, slots=True)
class Line:
    """One rule as the page tells it; `when` in words ("2 days before, at 10:00")."""

    code: str
    kind: MessageKind
    label: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """A rule or a kind with its state; `is_fixed` when it cannot be switched."""

    code: str
    label: str
    when: str
    is_on: bool
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A kind of message, and its rules where there are several."""

    kind: MessageKind
    switch: Switch
    purpose: Purpose
    lines: tuple[Switch, ...]


_sources: list[Callable[[Location], Iterable[Line]]] = []


def register_lines(source: Callable[[Location], Iterable[Line]]) -> None:
    """An app above tells its rules at a location; it does so in `AppConfig.ready()`."""
    if source not in _sources:
        _sources.append(source)


def silenced(settings: ClinicSettings) -> set[str]:
    """The codes of rules and kinds that say nothing at the location."""
    return ((set(settings.muted_rules) | OFF_AT_FIRST) - set(settings.opened_rules)) - ALWAYS_ON


def says(settings: ClinicSettings, *, rule: str, kind: str) -> bool:
    """Whether a rule speaks at the location. What is always on cannot be silenced by a rule's code either."""
    return speaks(rule, kind, silenced(settings))


def speaks(rule: str, kind: str, off: set[str]) -> bool:
    """The same for who asks about many rules: `off` are the silenced codes."""
    return kind in ALWAYS_ON or not (rule in off or kind in off)


def overview(location: Location, settings: ClinicSettings) -> list[Group]:
    """Every kind in the order in which a patient meets them, with the location's rules."""
    off = silenced(settings)
    lines = [line for source in _sources for line in source(location)]
    return [_group(kind, [line for line in lines if line.kind == kind], off) for kind in MessageKind]


def told_when(location: Location) -> dict[str, str]:
    """When each rule speaks, in words, by its code; by its kind where the kind has one rule."""
    lines = [line for source in _sources for line in source(location)]
    alone = {kind for kind, count in Counter(line.kind for line in lines).items() if count == 1}
    return {str(line.kind): line.when for line in lines if line.kind in alone} | {
        line.code: line.when for line in lines
    }


def known_codes(location: Location) -> set[str]:
    """What can be switched at the location."""
    codes = {line.code for source in _sources for line in source(location)}
    return codes | (set(MessageKind.values) - ALWAYS_ON)


def _group(kind: MessageKind, lines: list[Line], off: set[str]) -> Group:
    is_on = kind not in off
    whole = Switch(kind, str(kind.label), "", is_on, is_fixed=kind in ALWAYS_ON)
    known = {line.code: line for line in lines}
    switches = tuple(
        Switch(line.code, line.label, line.when, is_on and line.code not in off, is_fixed=not is_on)
        for line in known.values()
    )
    return Group(kind, whole, PURPOSE_OF.get(kind, Purpose.CARE), switches)
