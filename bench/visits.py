"""Plans to be booked on the measured clinic: fresh patients, one session each, and fresh times for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from bench import data
from bookings.phases import DEVICE, PRACTITIONER, ROOM
from clinic.models import ClinicSettings, Location, Membership, Patient, User
from clinic.roles import FRONT_DESK
from clinic.words import ResourceKind
from tests.factories import protocol_version
from treatments.models import TreatmentPlan, TreatmentSession

#: Far behind the claims of the data: every time is fresh.
FIRST = datetime.combine(data.TODAY + timedelta(weeks=83), time(8), UTC)
STARTS = (0, 120, 240, 360)


def sessions(place: Location, count: int) -> list[int]:
    """Ids of so many sessions of as many new plans, ready to be booked."""
    ClinicSettings.objects.get_or_create(location=place)
    version, now = protocol_version("MN_ACNE_SCAR"), data.now()
    taken = TreatmentPlan.objects.values("patient")
    patients = Patient.objects.exclude(pk__in=taken).order_by("pk")[:count]
    plans = TreatmentPlan.objects.bulk_create(
        TreatmentPlan(
            patient=patient,
            location=place,
            concern="acne scars",
            title="bench",
            zones=["F_CHEEK_LATERAL"],
            status="active",
            created_at=now,
        )
        for patient in patients
    )
    made = TreatmentSession.objects.bulk_create(
        TreatmentSession(plan=plan, number=1, protocol_version=version) for plan in plans
    )
    return [row.pk for row in made]


def desk(place: Location) -> User:
    """Somebody of the front desk, who may book past the horizon."""
    user, _is_new = User.objects.get_or_create(email="desk@bench.example", defaults={"name": "Desk"})
    Membership.objects.get_or_create(user=user, location=place, role=FRONT_DESK.code)
    return user


def fresh_times(place: Location, *, day: int = 0) -> Iterator[tuple[datetime, dict[str, int]]]:
    """Start and resources, each free, in order of days."""
    by_kind = {
        kind: list(place.resources.filter(kind=kind).order_by("pk").values_list("pk", flat=True))
        for kind in (ResourceKind.PRACTITIONER, ResourceKind.ROOM, ResourceKind.DEVICE)
    }
    rooms, devices = by_kind[ResourceKind.ROOM], by_kind[ResourceKind.DEVICE]
    while True:
        for minutes in STARTS:
            start = FIRST + timedelta(days=day, minutes=minutes)
            for place_no, device in enumerate(devices):
                practitioner = by_kind[ResourceKind.PRACTITIONER][place_no]
                yield start, {PRACTITIONER: practitioner, ROOM: rooms[place_no], DEVICE: device}
        day += 1
