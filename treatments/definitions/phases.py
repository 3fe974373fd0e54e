"""The phases inside one appointment: minutes, and what each minute needs."""

from collections.abc import Iterator
from dataclasses import dataclass

from treatments.definitions.provenance import Sourced
from treatments.definitions.words import Need

WITH_PRACTITIONER = frozenset({Need.ROOM, Need.PRACTITIONER})
ROOM_ONLY = frozenset({Need.ROOM})


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """One stretch of an appointment, counted from its start.

    Codes: prep, settle, numbing, procedure, post, rest, turnover. The patient leaves before turnover.
    """

    code: str
    offset_minutes: int
    minutes: int
    needs: frozenset[Need]

    @property
    def end_minutes(self) -> int:
        """Minutes from the start of the appointment to the end of the phase."""
        return self.offset_minutes + self.minutes

    @property
    def has_patient(self) -> bool:
        """False for turnover, when the room is made ready for the next patient."""
        return self.code != "turnover"


@dataclass(frozen=True, kw_only=True, slots=True)
class AppointmentMinutes(Sourced):
    """Minutes of one session; `slot` is their sum. The first session adds `first_extra` to prep.

    The practitioner is needed for the first `prep_with_practitioner` and `post_with_practitioner` minutes of
    prep and post, and for the procedure. `post` contains the observation time.
    """

    prep: int
    numbing: int
    procedure: int
    post: int
    turnover: int
    slot: int
    first_extra: int
    prep_with_practitioner: int
    post_with_practitioner: int

    def phases(self, *, is_first: bool, needs_device: bool) -> tuple[Phase, ...]:
        """The phases in order, without those of no minutes; the extra time of a first session is in prep."""
        extra = self.first_extra if is_first else 0
        procedure = WITH_PRACTITIONER | {Need.DEVICE} if needs_device else WITH_PRACTITIONER
        stretches = (
            ("prep", self.prep_with_practitioner + extra, WITH_PRACTITIONER),
            ("settle", self.prep - self.prep_with_practitioner, ROOM_ONLY),
            ("numbing", self.numbing, ROOM_ONLY),
            ("procedure", self.procedure, procedure),
            ("post", self.post_with_practitioner, WITH_PRACTITIONER),
            ("rest", self.post - self.post_with_practitioner, ROOM_ONLY),
            ("turnover", self.turnover, ROOM_ONLY),
        )
        return tuple(_laid_out(stretches))


def _laid_out(stretches: tuple[tuple[str, int, frozenset[Need]], ...]) -> Iterator[Phase]:
    offset = 0
    for code, minutes, needs in stretches:
        if minutes:
            yield Phase(code=code, offset_minutes=offset, minutes=minutes, needs=needs)
        offset += minutes


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation(Sourced):
    """Least minutes under observation after an injection; they lie inside `post`. 0 without injections."""

    minutes: int
