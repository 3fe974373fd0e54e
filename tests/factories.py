"""Test data that reads as a story: a clinic with people, rooms, devices, protocols and plans."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from clinic import roles
from clinic.models import (
    ClinicSettings,
    Device,
    DeviceModel,
    Location,
    Membership,
    OpeningHours,
    Patient,
    Placement,
    Practitioner,
    Registration,
    Resource,
    Room,
    User,
    WorkingHours,
)
from clinic.words import DeviceKind, Qualification, ResourceKind, RoomKind

PASSWORD = "correct horse battery staple"
#: Rules that were always in force.
ALWAYS = date(2020, 1, 1)
EVERY_DAY = range(7)


class UserFactory(DjangoModelFactory[User]):
    """A login without any place of work."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Amina Berg {n}")
    email = factory.Sequence(lambda n: f"amina{n}@clinic.example")

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> User:
        kwargs.setdefault("password", PASSWORD)
        return User.objects.create_user(**kwargs)


class LocationFactory(DjangoModelFactory[Location]):
    """A place in Berlin, open every day from 8 to 20, with settings."""

    class Meta:
        model = Location
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"riverside-{n}")
    name = factory.Sequence(lambda n: f"Riverside {n}")
    message_name = "Riverside"
    zone = "Europe/Berlin"
    country = "DE"
    language = "en"
    phone = "+493012345678"
    email = "desk@riverside.example"
    address = "Uferweg 1, 10115 Berlin"

    @factory.post_generation
    def opening(self: Location, create: bool, extracted: Any, **kwargs: Any) -> None:  # type: ignore[misc]
        """`opening=(time, time)` changes the hours; `opening=False` leaves the place without any."""
        ClinicSettings.objects.create(location=self)
        if extracted is False:
            return
        opens, closes = extracted or (time(8), time(20))
        for weekday in EVERY_DAY:
            OpeningHours.objects.create(
                location=self, weekday=weekday, opens=opens, closes=closes, valid_from=ALWAYS
            )


class MembershipFactory(DjangoModelFactory[Membership]):
    """Somebody works at the front desk of a location."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    location = factory.SubFactory(LocationFactory)
    role = roles.FRONT_DESK.code


def staff(role: roles.Role = roles.FRONT_DESK, *, at: Location, **fields: Any) -> User:
    """A user who works at a location in a role."""
    user = UserFactory(**fields)
    MembershipFactory(user=user, location=at, role=role.code)
    return user


def _placed(kind: ResourceKind, name: str, at: Location) -> Resource:
    resource = Resource.objects.create(kind=kind, name=name)
    Placement.objects.create(resource=resource, location=at)
    return resource


def practitioner(
    *,
    at: Location,
    name: str = "Dr. Weiss",
    qualification: Qualification = Qualification.DOC,
    hours: tuple[time, time] | None = (time(9), time(18)),
    user: User | None = None,
    **fields: Any,
) -> Practitioner:
    """Somebody who gives care at a location, every day from 9 to 18 unless told otherwise."""
    resource = _placed(ResourceKind.PRACTITIONER, name, at)
    for weekday in EVERY_DAY if hours else ():
        opens, closes = hours  # type: ignore[misc]
        WorkingHours.objects.create(
            resource=resource, location=at, weekday=weekday, opens=opens, closes=closes, valid_from=ALWAYS
        )
    return Practitioner.objects.create(resource=resource, qualification=qualification, user=user, **fields)


def room(*, at: Location, name: str = "Room 1", kind: RoomKind = RoomKind.TREATMENT) -> Room:
    """A room that follows the opening hours."""
    return Room.objects.create(resource=_placed(ResourceKind.ROOM, name, at), kind=kind)


def device(
    *, at: Location, name: str = "Pen A", kind: DeviceKind = DeviceKind.PEN, serial: str = ""
) -> Device:
    """A device of a kind; its model goes down to 2.5 mm (3.5 mm for radio-frequency)."""
    depth = {DeviceKind.PEN: "2.50", DeviceKind.RF: "3.50"}.get(kind)
    model, _ = DeviceModel.objects.get_or_create(
        code=f"model-{kind.lower().replace('_', '-')}",
        defaults={"name": kind.label, "kind": kind, "max_depth_mm": depth},
    )
    resource = _placed(ResourceKind.DEVICE, name, at)
    return Device.objects.create(resource=resource, model=model, serial_number=serial or f"S-{resource.pk}")


class PatientFactory(DjangoModelFactory[Patient]):
    """A patient born in 1988; `at=` registers them at a location."""

    class Meta:
        model = Patient
        skip_postgeneration_save = True

    given_name = "Leyla"
    family_name = factory.Sequence(lambda n: f"Demir {n}")
    born_on = date(1988, 3, 14)
    phone = factory.Sequence(lambda n: f"+4915511{n:06d}")
    email = factory.Sequence(lambda n: f"leyla{n}@patients.example")
    language = "en"

    @factory.post_generation
    def at(self: Patient, create: bool, extracted: Location | None, **kwargs: Any) -> None:  # type: ignore[misc]
        """Where the patient is known."""
        if extracted is not None:
            register(self, extracted)


def register(patient: Patient, location: Location, *, is_home: bool = True) -> Registration:
    """Makes a patient known at a location."""
    return Registration.objects.create(
        patient=patient, location=location, is_home=is_home, registered_at=datetime(2026, 1, 2, 9, tzinfo=UTC)
    )


@cache
def shipped() -> Any:
    """The shipped catalogue, read once for the whole run."""
    from treatments.catalogue.reader import read_catalogue

    return read_catalogue()


def protocol_version(code: str = "MN_ACNE_SCAR") -> Any:
    """The shipped protocol of that code, active and switched on; the same row when asked again in a test."""
    from treatments.definitions import checksum
    from treatments.models import Protocol, ProtocolVersion

    found = ProtocolVersion.objects.filter(protocol__code=code, status="active").first()
    if found is not None:
        return found
    definition = shipped().protocol(code)
    document = definition.to_document()
    protocol = Protocol.objects.create(
        code=code,
        label=definition.label,
        patient_name=definition.patient_name,
        family=definition.family,
        care_group=definition.care_group,
        is_on=True,
    )
    return ProtocolVersion.objects.create(
        protocol=protocol,
        number=1,
        status="active",
        definition=document,
        checksum=checksum(document),
        created_at=timezone.now(),
    )


def plan(
    *,
    patient: Patient | None = None,
    at: Location,
    code: str = "MN_ACNE_SCAR",
    sessions: int = 4,
    clinician: Practitioner | None = None,
    status: str = "active",
    zones: list[str] | None = None,
) -> Any:
    """A plan of one protocol with its sessions, none of them booked."""
    from treatments.models import TreatmentPlan

    version = protocol_version(code)
    row = TreatmentPlan.objects.create(
        patient=patient or PatientFactory(at=at),
        location=at,
        concern="acne scars",
        title=version.protocol.label,
        zones=zones if zones is not None else ["F_CHEEK_LATERAL"],
        clinician=clinician,
        status=status,
        created_at=timezone.now(),
    )
    for number in range(1, sessions + 1):
        row.sessions.create(number=number, protocol_version=version)
    return row
