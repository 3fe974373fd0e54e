"""Which rooms a visit could be in at its own time: the present one, free ones, and until when others are taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings import claiming
from bookings.claiming import Taking
from bookings.house import Placed, placed_at, pools
from bookings.models import Appointment
from bookings.phases import ROOM
from bookings.timegrid import CELL_MINUTES
from bookings.visits import SpanClaim, Visit
from clinic.timekeeping import local_day


@dataclass(frozen=True, slots=True)
class RoomChoice:
    """A room that would do. `taken_until` is empty when it is free for as long as it is needed."""

    pk: int
    name: str
    is_present: bool
    taken_until: datetime | None = None


def suited_rooms(visit: Visit, start: datetime) -> list[Placed]:
    """The rooms at the visit's location that may be used for it, by name."""
    placed = placed_at(visit.location)
    fitting = pools(placed, visit.requirements, [ROOM], local_day(start, visit.location.tz))[ROOM]
    return [one for one in placed if one.id in fitting]


def room_choices(appointment: Appointment, visit: Visit, *, now: datetime) -> list[RoomChoice]:
    """Every room that suits an appointment at the time it has; empty when it needs none."""
    standing = claiming.span_claims(appointment)
    rooms = suited_rooms(visit, appointment.starts_at)
    present = {claim.resource for claim in standing}
    needed = still_needed([claim for claim in standing if claim.resource in {one.id for one in rooms}], now)
    if not needed:
        return []
    claims = [SpanClaim(one.id, each.start, each.end) for one in rooms for each in needed]
    until = _taken_until(appointment, claims, now)
    return [RoomChoice(one.id, one.name, one.id in present, until.get(one.id)) for one in rooms]


def still_needed(claims: Iterable[SpanClaim], now: datetime) -> list[SpanClaim]:
    """What is left of some claims from now on, cut at the five minutes that run; all of it when all has passed."""
    whole = list(claims)
    cell = now - timedelta(seconds=now.timestamp() % (CELL_MINUTES * 60))
    left = [SpanClaim(one.resource, max(one.start, cell), one.end) for one in whole if one.end > cell]
    return left or whole


def _taken_until(appointment: Appointment, claims: list[SpanClaim], now: datetime) -> dict[int, datetime]:
    """Room → until when it is taken during the claims, for those that are."""
    looked = Taking(appointment.patient_id, appointment.starts_at, appointment.ends_at, claims)
    found: dict[int, datetime] = {}
    for way in claiming.look([looked], now=now, without=[appointment.pk]):
        if way.what == "claim" and not way.has_lapsed:
            found[way.owner] = max(way.end, found.get(way.owner, way.end))
    return found
