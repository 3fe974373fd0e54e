"""May this patient be reached this way for this purpose? Reads facts; decides nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from clinic.messaging.words import ASKED_FIRST, OTHER_CHANNEL, PREFERRED, Channel, Purpose, Reason
from clinic.models import Patient
from clinic.prepared import prepared_rows
from clinic.questions import Asked, Question

_SMS = str(Channel.SMS)
#: (channel, purpose) → what the patient said.
Choices = dict[tuple[str, str], bool]
_CHOICES = """
    SELECT patient_id, channel, purpose, is_wanted FROM messaging_contactchoice
     WHERE patient_id = ANY(%(patients)s::bigint[])
"""
_REACH = Question(
    """
    SELECT p.phone, c.channel, c.purpose, c.is_wanted
      FROM clinic_patient p LEFT JOIN messaging_contactchoice c ON c.patient_id = p.id
     WHERE p.id = %(patient)s
""",
    columns="phone channel purpose is_wanted",
)


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known about reaching one patient."""

    patient: Patient
    choices: Choices
    _written: dict[str, str] = field(default_factory=dict, compare=False)
    _channels: dict[tuple[str, str], Channel] = field(default_factory=dict, compare=False)

    def address(self, channel: str) -> str:
        """Phone number (E.164) or e-mail address; empty when there is none."""
        if channel != Channel.SMS:
            return self.patient.email
        # Writing a number out checks it against its country's plan each time.
        if (known := self._written.get(_SMS)) is None:
            phone = self.patient.phone
            known = self._written[_SMS] = "" if phone is None else str(phone)
        return known

    def refusal(self, channel: str, purpose: str) -> Reason | None:
        """Why nothing may be sent there, or None."""
        if self.patient.anonymised_at is not None:
            return Reason.ANONYMISED
        if not self.address(channel):
            return Reason.NO_ADDRESS
        said = self.choices.get((channel, purpose))
        if said is False:
            return Reason.OPTED_OUT
        return Reason.NOT_ASKED if said is None and Purpose(purpose) in ASKED_FIRST else None

    def channel_for(self, asked: str, purpose: str) -> Channel:
        """The channel to plan for: as asked or preferred; the other one when only that can be reached."""
        if (known := self._channels.get((asked, purpose))) is None:
            known = self._channels[asked, purpose] = self._channel_for(asked, purpose)
        return known

    def _channel_for(self, asked: str, purpose: str) -> Channel:
        first = Channel(self.patient.preferred_channel if asked == PREFERRED else asked)
        if asked != PREFERRED or self.refusal(first, purpose) is None:
            return first
        other = OTHER_CHANNEL[first]
        return other if self.refusal(other, purpose) is None else first


def reach(patient: Patient) -> Reach:
    """How one patient may be reached."""
    rows = _REACH.rows({"patient": patient.pk})
    written = {_SMS: str(rows[0][0] or "") if rows else ""}  # stored as E.164 already
    choices = {(channel, purpose): wanted for _phone, channel, purpose, wanted in rows if channel is not None}
    return Reach(patient, choices, written)


def reach_question(patient_id: Any) -> Asked:
    """What `reach` asks, for who asks several things at once."""
    return _REACH, {"patient": patient_id}


def choices_of(patient_ids: Iterable[int]) -> dict[int, Choices]:
    """The choices of several patients, by patient."""
    found: dict[int, Choices] = {pk: {} for pk in patient_ids}
    for patient, channel, purpose, is_wanted in prepared_rows(_CHOICES, {"patients": list(found)}):
        found[patient][(channel, purpose)] = is_wanted
    return found
