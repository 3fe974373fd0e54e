"""What an appointment consists of: phases, each with its minutes and what it needs.

A practitioner who is needed for preparation and needling is free while the numbing cream works; the room
stays with the patient; turnover needs the room when the patient has already left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from bookings.timegrid import CELL_MINUTES
from clinic.derived import worked_out_once

ROOM, PRACTITIONER, DEVICE = "room", "practitioner", "device"


class PhaseLike(Protocol):
    """A phase as a protocol version describes it."""

    @property
    def code(self) -> str: ...
    @property
    def offset_minutes(self) -> int: ...
    @property
    def minutes(self) -> int: ...
    @property
    def needs(self) -> Iterable[str]: ...
    @property
    def has_patient(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of an appointment, counted from its start, with the roles it needs.

    The patient is there unless `has_patient` says otherwise (turnover).
    """

    code: str
    offset_minutes: int
    minutes: int
    needs: frozenset[str]
    has_patient: bool = True

    def __post_init__(self) -> None:
        if self.offset_minutes < 0 or self.minutes <= 0:
            raise ValueError(f"phase {self.code!r} lasts at least a minute, from the appointment's start on")

    @property
    def end_minutes(self) -> int:
        """Minutes from the appointment's start to the end of the phase."""
        return self.offset_minutes + self.minutes


class Span(NamedTuple):
    """Minutes from and until, counted from the appointment's start."""

    start: int
    end: int

    @property
    def first_cell(self) -> int:
        """The first cell of the span when the appointment begins with a cell."""
        return self.start // CELL_MINUTES

    @property
    def cells(self) -> int:
        """How many cells the span reaches into."""
        return -(-self.end // CELL_MINUTES) - self.first_cell


def phases_of(stretches: Iterable[PhaseLike]) -> tuple[Phase, ...]:
    """The phases of a protocol version as values of this module."""
    return tuple(
        Phase(one.code, one.offset_minutes, one.minutes, frozenset(map(str, one.needs)), one.has_patient)
        for one in stretches
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a list of phases in order of time, before their offsets are known."""

    code: str
    minutes: int
    needs: Iterable[str]
    has_patient: bool = True


def in_sequence(steps: Iterable[Step]) -> tuple[Phase, ...]:
    """Phases one after the other, the first at the appointment's start; steps of no minutes are left out."""
    phases: list[Phase] = []
    for step in steps:
        if step.minutes:
            offset = phases[-1].end_minutes if phases else 0
            phases.append(Phase(step.code, offset, step.minutes, frozenset(step.needs), step.has_patient))
    return tuple(phases)


def spans_of(phases: Sequence[Phase], role: str) -> tuple[Span, ...]:
    """The spans in which a role is needed, in order; phases that touch or overlap make one span."""
    return _merged(phase for phase in phases if role in phase.needs)


@worked_out_once
def spans_by_role(phases: tuple[Phase, ...]) -> tuple[tuple[str, Span], ...]:
    """Every span of every role, by role in alphabetical order, then in order of time."""
    return tuple((role, span) for role in roles_of(phases) for span in spans_of(phases, role))


@worked_out_once
def patient_span(phases: tuple[Phase, ...]) -> Span:
    """From the patient's first phase to the end of the last one; ValueError when no phase has the patient."""
    present = [phase for phase in phases if phase.has_patient]
    if not present:
        raise ValueError("an appointment has the patient in at least one phase")
    return Span(min(phase.offset_minutes for phase in present), max(phase.end_minutes for phase in present))


def whole_span(phases: Sequence[Phase]) -> Span:
    """From the appointment's start to the end of its last phase, turnover included."""
    return Span(0, max(phase.end_minutes for phase in phases))


@worked_out_once
def roles_of(phases: tuple[Phase, ...]) -> tuple[str, ...]:
    """The roles that any phase needs, in alphabetical order."""
    return tuple(sorted({role for phase in phases for role in phase.needs}))


def stretch(
    phases: Sequence[Phase], *, extra_minutes: int = 0, first_extra_minutes: int = 0
) -> tuple[Phase, ...]:
    """The phases with the extra time of a patient, and that of a first session.

    A patient's extra minutes go into the longest phase that needs a practitioner, those of a first session
    into the first such phase (the talk); without any practitioner into the longest and the first phase.
    Later phases move back, parallel ones grow along. ValueError for negative extras.
    """
    if extra_minutes < 0 or first_extra_minutes < 0:
        raise ValueError("extra minutes lengthen an appointment; they are never negative")
    if not (extra_minutes or first_extra_minutes):
        return tuple(phases)
    attended = [phase for phase in phases if PRACTITIONER in phase.needs] or list(phases)
    longest = max(attended, key=lambda phase: (phase.minutes, -phase.offset_minutes))
    first = min(attended, key=lambda phase: phase.offset_minutes)
    stretched = tuple(phases)
    for phase, minutes in sorted([(longest, extra_minutes), (first, first_extra_minutes)], key=_latest_first):
        stretched = tuple(_with_time_inserted(one, phase.end_minutes, minutes) for one in stretched)
    return stretched


def _latest_first(pair: tuple[Phase, int]) -> int:
    """Inserting the later minutes first leaves the earlier place where it was."""
    return -pair[0].end_minutes


def _with_time_inserted(phase: Phase, at: int, minutes: int) -> Phase:
    if phase.offset_minutes >= at:
        return replace(phase, offset_minutes=phase.offset_minutes + minutes)
    if phase.end_minutes >= at:
        return replace(phase, minutes=phase.minutes + minutes)
    return phase


def _merged(phases: Iterable[Phase]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for phase in sorted(phases, key=lambda phase: phase.offset_minutes):
        if spans and phase.offset_minutes <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(spans[-1].end, phase.end_minutes))
        else:
            spans.append(Span(phase.offset_minutes, phase.end_minutes))
    return tuple(spans)
