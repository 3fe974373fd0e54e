"""Aftercare as a timeline: what the patient does and leaves, from the end of the session on (catalogue 5). Pure."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clinic.timekeeping import next_allowed
from treatments.definitions import AftercareMessage, MessageKind, ProtocolDefinition

#: A step that nothing follows is useful for so long.
LAST_STEP_LASTS = timedelta(hours=48)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What is said at one time: the messages of that time together. `is_dont`: never earlier than intended."""

    code: str
    at: datetime
    expires_at: datetime
    messages: tuple[AftercareMessage, ...]

    @property
    def is_dont(self) -> bool:
        """Whether something in it must be left: such a step never comes earlier (BR-09)."""
        return any(message.kind == MessageKind.DONT for message in self.messages)

    @property
    def text(self) -> str:
        """The texts of the step, one line each."""
        return "\n".join(message.text for message in self.messages)


@dataclass(frozen=True, kw_only=True, slots=True)
class Restriction:
    """One line of the aftercare page. `meaning`: avoid, not_before, must_use or optional; until an instant."""

    code: str
    label: str
    meaning: str
    hours: int
    until: datetime
    patient_text: str


def steps(
    definition: ProtocolDefinition,
    *,
    ended_at: datetime,
    quiet: tuple[time, time],
    zone: ZoneInfo,
    left_out: Set[str] = frozenset(),
) -> list[Step]:
    """The timeline in order, moved out of the quiet hours; texts that land on one time become one step.

    `left_out` names what a location does not say, by the first text of a time: all texts of that time go with it.
    """
    grouped: dict[datetime, list[AftercareMessage]] = {}
    first: dict[timedelta, str] = {}
    for message in definition.aftercare:
        if first.setdefault(message.offset, message.code) in left_out:
            continue
        at = next_allowed(ended_at + message.offset, *quiet, zone)
        grouped.setdefault(at, []).append(message)
    times = sorted(grouped)
    ends = [*times[1:], times[-1] + LAST_STEP_LASTS] if times else []
    return [
        Step(
            code=grouped[at][0].code,
            at=at,
            expires_at=max(end, at + timedelta(hours=1)),
            messages=tuple(grouped[at]),
        )
        for at, end in zip(times, ends, strict=True)
    ]


def restrictions(definition: ProtocolDefinition, *, ended_at: datetime) -> list[Restriction]:
    """What to leave or use, and until when, soonest to end first (catalogue 5.1)."""
    lines = [
        Restriction(
            code=rule.code,
            label=rule.label,
            meaning=rule.meaning,
            hours=rule.hours,
            until=ended_at + timedelta(hours=rule.hours),
            patient_text=rule.patient_text,
        )
        for rule in definition.restrictions
    ]
    return sorted(lines, key=lambda line: (line.until, line.code))


def as_given(definition: ProtocolDefinition) -> dict[str, Any]:
    """The whole aftercare text as it is handed out, to be kept as proof (catalogue 10.2)."""
    return {
        "messages": [
            {"code": one.code, "hours": one.offset_hours, "kind": str(one.kind), "text": one.text}
            for one in definition.aftercare
        ],
        "restrictions": [
            {"code": one.code, "label": one.label, "meaning": one.meaning, "hours": one.hours}
            for one in definition.restrictions
        ],
    }


def step_called(timeline: Sequence[Step], code: str) -> Step | None:
    """The step of that code; None when it is not in the timeline."""
    return next((step for step in timeline if step.code == code), None)
