"""What an appointment consists of: its phases, and what each of its roles may be filled with.

The protocol's definition says it; the plan (numbing or not, zones), the session's number and the patient's extra
minutes change it. A `Visit` is a value that availability, problems and actions read alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from bookings.phases import (
    PRACTITIONER,
    ROOM,
    Phase,
    Step,
    in_sequence,
    patient_span,
    roles_of,
    spans_by_role,
    stretch,
)
from bookings.words import AppointmentKind
from clinic.models import Location, Patient
from clinic.words import QUALIFICATION_RANK, Qualification, RoomKind
from treatments.definitions import ProtocolDefinition
from treatments.models import ProtocolVersion, TreatmentSession
from treatments.queries.catalogue import definition_by

#: Minutes of an appointment that no protocol describes, when nobody says otherwise.
CONSULTATION_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Entitled:
    """One way to be entitled to treat: a qualification, and the certificate that it takes ("" for none)."""

    qualification: Qualification
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Requirements:
    """What may fill the roles of a visit. Empty `entitled` means any practitioner."""

    entitled: tuple[Entitled, ...] = ()
    room_kinds: tuple[RoomKind, ...] = (RoomKind.TREATMENT,)
    device_kind: str | None = None
    #: How deep the device must be able to go, in mm.
    depth_mm: Decimal | None = None


class SpanClaim(NamedTuple):
    """What is to be claimed: one resource for one half-open period, in UTC."""

    resource: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Visit:
    """Who comes, where, for what, and what it occupies."""

    patient: Patient
    location: Location
    phases: tuple[Phase, ...]
    requirements: Requirements
    session: TreatmentSession | None = None
    kind: AppointmentKind = AppointmentKind.TREATMENT

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that must be filled."""
        return roles_of(self.phases)

    @property
    def minutes(self) -> int:
        """The patient's minutes in the building."""
        return patient_span(self.phases).end

    def ends_at(self, start: datetime) -> datetime:
        """When the patient may leave; computed in UTC, so right on both nights of a clock change."""
        return start + timedelta(minutes=self.minutes)

    def without_session(self) -> Visit:
        """The same time and resources, based on nothing: a hold beside an appointment that the session has."""
        return replace(self, session=None)

    def claims(self, start: datetime, chosen: Mapping[str, int]) -> list[SpanClaim]:
        """What the chosen resources are taken for when the visit starts at an instant."""
        return [
            SpanClaim(
                chosen[role], start + timedelta(minutes=span.start), start + timedelta(minutes=span.end)
            )
            for role, span in spans_by_role(self.phases)
        ]


def visit_of(session: TreatmentSession, *, extra_minutes: int = 0) -> Visit:
    """The visit for one session of a plan; `extra_minutes` lengthen this appointment only."""
    plan = session.plan
    version = session.protocol_version
    phases = _phases_of(version.pk, version.checksum, session.number == 1, plan.numbing_planned)
    return Visit(
        patient=plan.patient,
        location=plan.location,
        phases=stretch(phases, extra_minutes=plan.patient.extra_minutes + extra_minutes),
        requirements=_requirements_of(version.pk, version.checksum, tuple(plan.zones)),
        session=session,
    )


def plain_visit(
    patient: Patient, location: Location, kind: AppointmentKind, *, minutes: int = CONSULTATION_MINUTES
) -> Visit:
    """A visit that no protocol describes: a practitioner and a room for some minutes."""
    rooms = (RoomKind.CONSULTATION, RoomKind.TREATMENT)
    phases = in_sequence([Step("talk", minutes + patient.extra_minutes, (PRACTITIONER, ROOM))])
    return Visit(patient, location, phases, Requirements(room_kinds=rooms), kind=kind)


@dataclass(frozen=True)
class Recipe:
    """The part of a protocol's definition that appointments are made from."""

    definition: ProtocolDefinition

    def phases(self, *, is_first: bool, with_numbing: bool) -> tuple[Phase, ...]:
        """The phases in order; without numbing, later phases move forward."""
        listed = self.definition.minutes.phases(is_first=is_first, needs_device=self.definition.needs_device)
        return in_sequence(
            Step(phase.code, phase.minutes, frozenset(map(str, phase.needs)), phase.has_patient)
            for phase in listed
            if with_numbing or phase.code != "numbing"
        )

    def requirements(self, zones: Iterable[str]) -> Requirements:
        """Who and what is eligible; needling is judged by the deepest usual setting of the planned zones."""
        depth = self._depth(zones)
        rule = self.definition.eligibility.rule_for(depth)
        entitled = tuple(
            Entitled(Qualification(str(one.role)), one.certificate or "") for one in rule.allowed
        )
        return Requirements(entitled=entitled, device_kind=self.definition.device_kind, depth_mm=depth)

    def _depth(self, zones: Iterable[str]) -> Decimal | None:
        found = (self.definition.zone(code) for code in zones)
        return max((zone.needle.high for zone in found if zone and zone.needle), default=None)


@lru_cache(maxsize=512)
def _phases_of(version: int, checksum: str, is_first: bool, with_numbing: bool) -> tuple[Phase, ...]:
    return Recipe(definition_by(version, checksum)).phases(is_first=is_first, with_numbing=with_numbing)


@lru_cache(maxsize=512)
def _requirements_of(version: int, checksum: str, zones: tuple[str, ...]) -> Requirements:
    return Recipe(definition_by(version, checksum)).requirements(zones)


def recipe_of(version: ProtocolVersion) -> Recipe:
    """The recipe of a protocol version, whose definition is parsed once per process: a version never changes."""
    return Recipe(definition_by(version.pk, version.checksum))


def is_entitled(entitled: Iterable[Entitled], qualification: str, certificates: Any, on: date) -> bool:
    """Whether somebody may treat: ranked high enough, and with the certificate that this rank takes valid on the day.

    A higher rank than the one named needs no certificate of the lower one.
    """
    rank = QUALIFICATION_RANK[Qualification(qualification)]
    ways = list(entitled)
    return not ways or any(
        rank > QUALIFICATION_RANK[way.qualification]
        or (way.qualification == qualification and _has_certificate(way.certificate, certificates, on))
        for way in ways
    )


def _has_certificate(name: str, certificates: Any, on: date) -> bool:
    """An empty end date means that the certificate does not expire."""
    if not name:
        return True
    until = (certificates or {}).get(name)
    return until is not None and (not until or date.fromisoformat(str(until)) >= on)
