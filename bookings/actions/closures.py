"""Closures: leave, repair, a closed day. What is free is taken at once, the rest as the appointments inside leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from bookings import claim_writing, claiming
from bookings.actions.leaving import release_holds
from bookings.models import Appointment
from bookings.nudging import nudge_waiting_after_commit
from bookings.refusals import Refused
from bookings.units import unit
from bookings.visits import SpanClaim
from bookings.words import LIVE
from clinic.intervals import Interval, gaps
from clinic.models import Closure, Location, Placement, Resource, WorkingHours
from clinic.timekeeping import ONE_DAY, local_day, weekly_windows


@dataclass(frozen=True)
class Closed:
    """A closure and the appointments inside it: its worklist, soonest first."""

    closure: Closure
    inside: list[Appointment]


@unit
def close(
    *,
    location: Location,
    starts_at: datetime,
    ends_at: datetime,
    kind: str,
    by: Any,
    now: datetime,
    resource: Resource | None = None,
    label: str = "",
) -> Closed:
    """Closes a resource, or (without one) the whole location, from now on: nothing new enters.

    Claims everything free inside the period at once; lapsed holds are released first. The appointments inside stay
    until somebody moves or cancels them, and each one that leaves hands its time to the closure.
    """
    if ends_at <= starts_at:
        raise Refused("empty", _("A closure ends after it begins."))
    resources = [resource] if resource else list(Resource.objects.at(location).order_by("pk"))
    claiming.lock([one.pk for one in resources])
    release_holds(_lapsed_inside(resources, starts_at, ends_at, now), now=now)
    closure = Closure.objects.create(
        location=location,
        resource=resource,
        kind=kind,
        label=label,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=now,
        created_by=by,
    )
    claim_writing.claim_for_closure(closure.pk, _free_pieces(closure, resources))
    return Closed(closure, worklist(closure))


@unit
def lift(*, closure: Closure, by: Any, now: datetime) -> Closure:
    """Ends a closure: its claims are given back at once, except to another closure that stands over the same time."""
    row = Closure.objects.select_for_update().get(pk=closure.pk)
    if row.lifted_at is not None:
        return row
    held = list(row.claims.order_by("resource_id").values_list("resource_id", flat=True).distinct())
    claiming.lock(held)
    freed = [SpanClaim(*claim) for claim in row.claims.values_list("resource_id", "starts_at", "ends_at")]
    row.claims.all().delete()
    row.lifted_at, row.lifted_by = now, by
    row.save(update_fields=["lifted_at", "lifted_by"])
    _hand_on(row, freed)
    nudge_waiting_after_commit(*_places_of(held))
    return row


def worklist(closure: Closure) -> list[Appointment]:
    """The appointments still inside a closure, soonest first; empty when the closure has taken everything over."""
    rows = (
        Appointment.objects.for_change()
        .filter(
            status__in=LIVE,
            claims__starts_at__lt=closure.ends_at,
            claims__ends_at__gt=closure.starts_at,
        )
        .order_by("starts_at", "pk")
        .distinct()
    )
    if closure.resource_id is not None:
        return list(rows.filter(claims__resource=closure.resource_id))
    return list(rows.filter(location=closure.location_id))


def inside(
    *, location: Location, starts_at: datetime, ends_at: datetime, resource: Resource | None = None
) -> list[Appointment]:
    """Whom a closure would touch, before it is made."""
    return worklist(Closure(location=location, resource=resource, starts_at=starts_at, ends_at=ends_at))


def _places_of(resources: Sequence[int]) -> Iterable[int]:
    """The locations where some resources work."""
    return Placement.objects.filter(resource__in=resources).values_list("location_id", flat=True)


def _free_pieces(closure: Closure, resources: Sequence[Resource]) -> list[SpanClaim]:
    """The stretches of the period that nothing claims yet, by resource.

    A closed location takes of somebody who also works elsewhere only the hours they work here.
    """
    whole = Interval(closure.starts_at, closure.ends_at)
    periods = {one.pk: [whole] for one in resources}
    if closure.resource_id is None:
        periods |= _hours_here(closure, [one.pk for one in resources], whole)
    taken = _claimed(list(periods), whole)
    return [
        SpanClaim(resource, piece.start, piece.end)
        for resource, parts in periods.items()
        for part in parts
        for piece in gaps(part, taken.get(resource, []))
    ]


def _hours_here(closure: Closure, resources: Sequence[int], whole: Interval) -> dict[int, list[Interval]]:
    """For those placed at several locations: their working hours at this one, inside the period."""
    elsewhere = set(
        Placement.objects.filter(resource__in=resources)
        .exclude(location=closure.location_id)
        .values_list("resource_id", flat=True)
    )
    if not elsewhere:
        return {}
    zone = closure.location.tz
    first, last = local_day(whole.start, zone) - ONE_DAY, local_day(whole.end, zone)
    rules = WorkingHours.objects.filter(resource__in=elsewhere, location=closure.location_id)
    by_resource: dict[int, list[WorkingHours]] = {pk: [] for pk in elsewhere}
    for rule in rules.in_force(first, last):
        by_resource[rule.resource_id].append(rule)
    return {
        pk: [
            part
            for window in weekly_windows(found, first, last, zone)
            if (part := window.intersection(whole)) is not None
        ]
        for pk, found in by_resource.items()
    }


def _claimed(resources: Sequence[int], whole: Interval) -> dict[int, list[Interval]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.id, c.starts_at, c.ends_at
              FROM unnest(%(resources)s::bigint[]) AS r(id)
             CROSS JOIN LATERAL (
                   SELECT starts_at, ends_at FROM bookings_claim
                    WHERE resource_id = r.id
                      AND tstzrange(starts_at, ends_at, '[)') && tstzrange(%(start)s, %(end)s, '[)')) AS c
            """,
            {"resources": list(resources), "start": whole.start, "end": whole.end},
        )
        taken: dict[int, list[Interval]] = {}
        for resource, start, end in cursor.fetchall():
            taken.setdefault(resource, []).append(Interval(start, end))
    return taken


def _lapsed_inside(
    resources: Iterable[Resource], starts_at: datetime, ends_at: datetime, now: datetime
) -> list[int]:
    rows = Appointment.objects.lapsed(now).filter(
        claims__resource__in=[one.pk for one in resources],
        claims__starts_at__lt=ends_at,
        claims__ends_at__gt=starts_at,
    )
    return list(rows.values_list("pk", flat=True).distinct())


def _hand_on(closure: Closure, freed: Sequence[SpanClaim]) -> None:
    """Another closure over the same time takes what this one gives back."""
    others = (
        Closure.objects.standing()
        .filter(location=closure.location_id)
        .touching(closure.starts_at, closure.ends_at)
        .exclude(pk=closure.pk)
        .order_by("pk")
    )
    left = {piece: [Interval(piece.start, piece.end)] for piece in freed}
    for other in others:
        pieces = []
        for piece, parts in left.items():
            if other.resource_id not in (None, piece.resource):
                continue
            period = Interval(other.starts_at, other.ends_at)
            pieces += [
                SpanClaim(piece.resource, found.start, found.end)
                for part in parts
                if (found := part.intersection(period)) is not None
            ]
            left[piece] = [rest for part in parts for rest in part.subtract(period)]
        claim_writing.claim_for_closure(other.pk, pieces)
