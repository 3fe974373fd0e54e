"""What the patient does and leaves after a session, and the texts that say so."""

from dataclasses import dataclass
from datetime import timedelta

from treatments.definitions.provenance import Sourced
from treatments.definitions.words import CareGroup, MessageKind


@dataclass(frozen=True, kw_only=True, slots=True)
class RestrictionHours:
    """Hours after the session for one care group."""

    care_group: CareGroup
    hours: int

    @property
    def code(self) -> str:
        """The care group."""
        return str(self.care_group)


@dataclass(frozen=True, kw_only=True, slots=True)
class RestrictionCategory(Sourced):
    """One category of aftercare with its hours by care group; a group that is not named has no restriction.

    `meaning`: "avoid" until then, "not_before" that hour, "must_use" until then, "optional" until then.
    """

    code: str
    label: str
    meaning: str
    hours: tuple[RestrictionHours, ...]
    patient_text: str = ""

    def hours_for(self, care_group: CareGroup) -> int | None:
        """Hours the restriction lasts for this care group; None when there is none."""
        return next((item.hours for item in self.hours if item.care_group == care_group), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class AftercareRestriction(Sourced):
    """A restriction as it applies to one protocol: hours after the session ended."""

    code: str
    label: str
    meaning: str
    hours: int
    patient_text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AftercareMessage(Sourced):
    """A text sent `offset_hours` after the session ended, moved into the quiet-hours window."""

    code: str
    care_group: CareGroup
    offset_hours: int
    kind: MessageKind
    text: str

    @property
    def offset(self) -> timedelta:
        """Time from the end of the session to the message."""
        return timedelta(hours=self.offset_hours)
