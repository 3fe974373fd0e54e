"""Which plans the demo tells: for each what is treated, how far it is today, and how its patient behaves. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from bookings.demo.dice import dice

_FILE = Path(__file__).parent / "plans.toml"
PLANS = {"riverside": 60, "hudson": 30}
#: How far back a first session may lie, in days.
LONGEST_AGO = 98


class Stage(StrEnum):
    """Where a plan stands today."""

    TODAY = "a session today"
    TOMORROW = "a session tomorrow"
    YESTERDAY = "a session yesterday"
    THIS_WEEK = "a session within the week"
    FINISHED = "the series is finished"
    SILENT = "sessions left, nobody comes"
    DUE = "due and not booked"
    NEW = "just opened"
    REACTED = "held after a reaction"


class Temper(StrEnum):
    """How a patient behaves on the way."""

    STEADY = "comes when agreed"
    DRIFTS = "asks for a later day now and then"
    CANCELS = "cancelled once"
    MISSES = "missed a visit once"


#: Of sixty plans; the order is shuffled.
_STAGES = {
    Stage.TODAY: 17,
    Stage.TOMORROW: 7,
    Stage.YESTERDAY: 6,
    Stage.THIS_WEEK: 11,
    Stage.FINISHED: 5,
    Stage.SILENT: 5,
    Stage.DUE: 4,
    Stage.NEW: 3,
    Stage.REACTED: 2,
}
_DAYS = {
    Stage.TODAY: (0, 0),
    Stage.TOMORROW: (1, 1),
    Stage.YESTERDAY: (-1, -1),
    Stage.THIS_WEEK: (-6, 7),
    Stage.FINISHED: (-34, -9),
    Stage.SILENT: (-66, -36),
    Stage.NEW: (3, 9),
    Stage.REACTED: (-6, -3),
}
_TEMPERS = (Temper.STEADY,) * 6 + (Temper.DRIFTS, Temper.DRIFTS, Temper.CANCELS, Temper.MISSES)


@dataclass(frozen=True, kw_only=True)
class Script:
    """One plan of the story: session `anchor` lies `days` from today (before it, when negative)."""

    number: int
    protocol: str
    concern: str
    zones: tuple[str, ...]
    sessions: int
    stage: Stage
    temper: Temper
    anchor: int
    days: int

    @property
    def ends_after(self) -> int:
        """The last session that is delivered or booked; later ones stay open."""
        return self.anchor if self.stage in (Stage.SILENT, Stage.DUE) else self.sessions


@dataclass(frozen=True)
class Rhythm:
    """Ideal days before each session from the second on: what the protocol says."""

    gaps: tuple[int, ...]

    def days_to(self, session: int) -> int:
        """Days from the first session to a later one."""
        return sum(self.gaps[: session - 1])


def scripts(location: str, rhythms: dict[str, Rhythm], scale: float = 1.0) -> list[Script]:
    """The plans of a location (by slug), the same every time; `rhythms` by protocol, for the longest series."""
    rng = dice("deck", location)
    total = max(round(PLANS[location] * scale), len(Stage))
    offered = _kinds(rng)
    return [
        _script(number, stage, offered, rhythms, rng) for number, stage in enumerate(_stages(total, rng), 1)
    ]


def _stages(total: int, rng: Random) -> list[Stage]:
    """In proportion, each at least once."""
    weight = sum(_STAGES.values())
    found = [stage for stage, share in _STAGES.items() for _n in range(max(round(total * share / weight), 1))]
    while len(found) < total:
        found.append(Stage.THIS_WEEK)
    rng.shuffle(found)
    return sorted(found[:total], key=lambda stage: stage is not Stage.TODAY) if total < len(found) else found


def kinds() -> list[dict[str, Any]]:
    """What the clinic treats, as the file says."""
    found: list[dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["plans"]
    return found


def _kinds(rng: Random) -> Iterator[dict[str, Any]]:
    """Protocols in proportion, without end."""
    deck = [plan for plan in kinds() for _n in range(plan["share"])]
    rng.shuffle(deck)
    return cycle(deck)


def _script(
    number: int, stage: Stage, offered: Iterator[dict[str, Any]], rhythms: dict[str, Rhythm], rng: Random
) -> Script:
    for kind in offered:
        rhythm = rhythms[kind["protocol"]]
        days = rng.randint(*_DAYS[stage]) if stage in _DAYS else -rhythm.gaps[0] + rng.randint(-6, 3)
        if anchors := _anchors(stage, kind["sessions"], rhythm, days):
            return Script(
                number=number,
                protocol=kind["protocol"],
                concern=kind["concern"],
                zones=tuple(kind["zones"]),
                sessions=kind["sessions"],
                stage=stage,
                temper=rng.choice(_TEMPERS) if stage is not Stage.REACTED else Temper.STEADY,
                anchor=rng.choice(anchors),
                days=days,
            )
    raise AssertionError("the deck has no end")


def _anchors(stage: Stage, sessions: int, rhythm: Rhythm, days: int) -> Sequence[int]:
    """The sessions that can lie on that day without the first one lying too long ago."""
    if stage is Stage.NEW:
        return (1,)
    wanted = {
        Stage.FINISHED: [sessions],
        Stage.SILENT: range(1, sessions),
        Stage.DUE: range(1, sessions),
        Stage.REACTED: range(1, sessions),
    }.get(stage, range(1, sessions + 1))
    return [session for session in wanted if rhythm.days_to(session) - days <= LONGEST_AGO]
