"""Another room at the same time: when somebody checks in, or while they are in the house."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings import claim_writing, claiming
from bookings.actions.changing import change, locked
from bookings.actions.leaving import give_back, release, resources_of
from bookings.actions.moving import visit_for
from bookings.actions.visiting import arrive
from bookings.claiming import InTheWay, Taking
from bookings.house import Placed
from bookings.models import Appointment
from bookings.refusals import Refused
from bookings.rooms import still_needed, suited_rooms
from bookings.units import unit
from bookings.visits import SpanClaim
from bookings.words import AppointmentStatus
from clinic.errors import Taken
from clinic.models import Resource
from clinic.words import ResourceKind

#: The patient is expected or in the house.
ROOMED = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)


@unit
def check_in(
    *, appointment: Appointment, by: Any, now: datetime, version: int | None = None, room: int | None = None
) -> Appointment:
    """The patient is here, and goes to `room` if that is another one than was planned. Both or neither."""
    if room is None or room in resources_of([appointment]):
        return arrive(appointment=appointment, by=by, now=now, version=version)
    row = assign_room(appointment=appointment, room=room, by=by, now=now, version=version)
    return arrive(appointment=row, by=by, now=now, version=row.version)


@unit
def assign_room(
    *, appointment: Appointment, room: int, by: Any, now: datetime, version: int | None = None
) -> Appointment:
    """Gives a booked or arrived appointment another room for the rest of its time; the old one is free at once.

    Refused (`Taken`) with until when the room is taken, (`Refused`) when it does not suit. Nobody is told.
    """
    known = _suited(appointment, room)
    claiming.lock([*resources_of([appointment]), room], [appointment.patient_id])
    row = locked(appointment, version=version)
    if row.status not in ROOMED:
        raise Refused("not_here", _("Only somebody who is expected or here is given another room."))
    standing = claiming.span_claims(row)
    if room in {claim.resource for claim in standing}:
        return row
    claims = _moved(standing, room, now)
    taking = Taking(row.patient_id, row.starts_at, row.ends_at, claims)
    if ways := release(claiming.lock_and_look([taking], now=now, without=[row.pk]), now=now):
        raise _taken(row, known, ways[0])
    give_back([row.pk], taken_again=claims)
    change(row, row.status, by=by, now=now, why=_("now in %(room)s") % {"room": known.name})
    claim_writing.claim(row, claims)
    return row


def _suited(appointment: Appointment, room: int) -> Placed:
    rooms = suited_rooms(visit_for(appointment), appointment.starts_at)
    found = next((one for one in rooms if one.id == room), None)
    if found is None:
        raise Refused("not_eligible", _("This room is not used for this treatment."))
    return found


def _moved(standing: list[SpanClaim], room: int, now: datetime) -> list[SpanClaim]:
    """The claims with the room exchanged: what has passed in the old room is left behind."""
    kinds = Resource.objects.filter(pk__in=[claim.resource for claim in standing], kind=ResourceKind.ROOM)
    rooms = set(kinds.values_list("pk", flat=True))
    stay = [claim for claim in standing if claim.resource not in rooms]
    leave = still_needed([claim for claim in standing if claim.resource in rooms], now)
    return [*stay, *(SpanClaim(room, claim.start, claim.end) for claim in leave)]


def _taken(row: Appointment, room: Placed, way: InTheWay) -> Taken:
    until = f"{way.end.astimezone(row.location.tz):%-H:%M}"
    return Taken("room_taken", _("%(room)s is taken until %(until)s.") % {"room": room.name, "until": until})
