"""Masks for the pure engine from what the database knows: who is there, their hours, what is claimed.

The claims are the bulk of it: one query reads three numbers a row. Lapsed holds count as free time.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bookings.availability import Claimed, Demand, Resource, Supply
from bookings.masks import ClaimRow, busy_masks, open_mask, quota_mask
from bookings.models import Appointment
from bookings.phases import DEVICE, PRACTITIONER, ROOM
from bookings.timegrid import Grid
from bookings.visits import Requirements, Visit, is_entitled
from bookings.words import OCCUPYING
from clinic.intervals import Interval
from clinic.models import Location
from clinic.prepared import prepared_rows, prepared_together
from clinic.timekeeping import ONE_DAY, WeeklyWindow, day_start, local_day
from clinic.words import ResourceKind

#: `resource_id = r.id` per resource is an index condition of the exclusion constraint's GiST index; `IN (…)` is not.
_CLAIMS = """
    SELECT r.id, date_part('epoch', c.starts_at)::bigint, date_part('epoch', c.ends_at)::bigint {more}
      FROM unnest(%(resources)s::bigint[]) AS r(id)
     CROSS JOIN LATERAL (
           SELECT starts_at, ends_at, appointment_id, closure_id FROM bookings_claim
            WHERE resource_id = r.id
               AND tstzrange(starts_at, ends_at, '[)')
                   && tstzrange(%(start)s::timestamptz, %(end)s::timestamptz, '[)')) AS c
     WHERE NOT coalesce(c.appointment_id = ANY(%(without)s::bigint[]), false)
       AND NOT EXISTS (SELECT 1 FROM bookings_appointment a
                        WHERE a.id = c.appointment_id AND a.status = 'held' AND a.held_until <= %(now)s)
"""
_PLAIN_CLAIMS = _CLAIMS.format(more="")
_NAMED_CLAIMS = _CLAIMS.format(more=", c.appointment_id, c.closure_id")
_PLACED = """
    SELECT r.id, r.kind, r.name, r.daily_quota, p.qualification, p.certificates, o.kind, m.kind, m.max_depth_mm
      FROM clinic_placement l
      JOIN clinic_resource r ON r.id = l.resource_id
      LEFT JOIN clinic_practitioner p ON p.resource_id = r.id
      LEFT JOIN clinic_room o ON o.resource_id = r.id
      LEFT JOIN clinic_device d ON d.resource_id = r.id
      LEFT JOIN clinic_devicemodel m ON m.id = d.model_id
     WHERE l.location_id = %(location)s AND r.is_active {some}
     ORDER BY r.kind, r.name, r.id
"""
#: What takes a patient's time; a hold that has lapsed does not.
_PATIENT = """
    SELECT starts_at, ends_at FROM bookings_appointment
     WHERE patient_id = %(patient)s AND status = ANY(%(statuses)s::text[])
       AND starts_at < %(end)s AND ends_at > %(start)s AND NOT id = ANY(%(without)s::bigint[])
       AND NOT (status = 'held' AND held_until <= %(now)s)
"""
_SOME = "AND r.id = ANY(%(ids)s::bigint[])"
#: Opening hours (no resource), working hours, and the closed days of the whole location (with their instants).
_HOURS = """
    SELECT NULL::bigint, weekday, opens, closes, valid_from, valid_until, NULL::timestamptz, NULL::timestamptz
      FROM clinic_openinghours
     WHERE location_id = %(location)s AND valid_from <= %(last)s AND coalesce(valid_until >= %(first)s, true)
    UNION ALL
    SELECT resource_id, weekday, opens, closes, valid_from, valid_until, NULL, NULL
      FROM clinic_workinghours
     WHERE location_id = %(location)s AND resource_id = ANY(%(resources)s::bigint[])
       AND valid_from <= %(last)s AND coalesce(valid_until >= %(first)s, true)
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, starts_at, ends_at
      FROM clinic_closure
     WHERE location_id = %(location)s AND resource_id IS NULL AND lifted_at IS NULL
       AND starts_at < %(end)s::timestamptz AND ends_at > %(start)s::timestamptz
"""


#: A claim row with the appointment or the closure it belongs to.
NamedRow = tuple[int, int, int, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Placed:
    """A resource at a location with what its eligibility is judged by."""

    id: int
    kind: str
    name: str
    daily_quota: int | None = None
    qualification: str = ""
    certificates: Any = None
    room_kind: str = ""
    device_kind: str = ""
    max_depth_mm: Decimal | None = None

    def fits(self, requirements: Requirements, on: date) -> bool:
        """Whether it may fill the role of its kind on a day."""
        if self.kind == ResourceKind.PRACTITIONER:
            return is_entitled(requirements.entitled, self.qualification, self.certificates, on)
        if self.kind == ResourceKind.ROOM:
            return self.room_kind in requirements.room_kinds
        deep_enough = not (requirements.depth_mm and self.max_depth_mm) or (
            self.max_depth_mm >= requirements.depth_mm
        )
        return self.device_kind == requirements.device_kind and deep_enough


ROLE_OF_KIND = {
    ResourceKind.PRACTITIONER: PRACTITIONER,
    ResourceKind.ROOM: ROOM,
    ResourceKind.DEVICE: DEVICE,
}


def placed_at(location: Location, ids: Iterable[int] | None = None) -> list[Placed]:
    """The active resources of a location, or some of them, in one query."""
    if ids is None:
        return [_placed(row) for row in prepared_rows(_PLACED.format(some=""), {"location": location.pk})]
    facts = {"location": location.pk, "ids": list(ids)}
    return [_placed(row) for row in prepared_rows(_PLACED.format(some=_SOME), facts)]


def _placed(row: Sequence[Any]) -> Placed:
    qualification, certificates, room_kind, device_kind = (cell or "" for cell in row[4:8])
    held = json.loads(certificates) if certificates else {}
    return Placed(*row[:4], qualification, held, room_kind, device_kind, row[8])  # type: ignore[call-arg]


def pools(
    placed: Iterable[Placed], requirements: Requirements, roles: Iterable[str], on: date
) -> dict[str, tuple[int, ...]]:
    """For each role the ids of those that may fill it, in the order given."""
    fitting = [one for one in placed if one.fits(requirements, on)]
    return {
        role: tuple(one.id for one in fitting if ROLE_OF_KIND[ResourceKind(one.kind)] == role)
        for role in roles
    }


def unfit_cells(
    placed: Iterable[Placed], requirements: Requirements, grid: Grid, zone: ZoneInfo
) -> dict[int, int]:
    """For those who are eligible on the first day of a grid only, the cells of the days on which they no longer are."""
    first, last = local_day(grid.start, zone), local_day(grid.instant(grid.size - 1), zone)
    days = [first + count * ONE_DAY for count in range((last - first).days + 1)]
    found = {}
    for one in placed:
        if one.fits(requirements, first) and not one.fits(requirements, last):
            gone = bisect_left(days, True, key=lambda day: not one.fits(requirements, day))
            found[one.id] = grid.between(grid.cell_from(day_start(days[gone], zone)), grid.size)
    return found


def grid_of(location: Location, first_day: date, days: int) -> Grid:
    """The grid over whole local days of a location."""
    return Grid.of_days(first_day, days, location.tz)


def supply_of(
    location: Location,
    placed: Sequence[Placed],
    grid: Grid,
    *,
    now: datetime,
    without: Iterable[int] = (),
    explained: bool = False,
) -> Supply:
    """What these resources have to offer over a grid.

    `without` names appointments whose claims do not count: those that are about to move. `explained` adds what
    each claim belongs to, for the question why a time is not offered.
    """
    ids = [one.id for one in placed]
    facts = {"resources": ids, "start": grid.start, "end": grid.end, "without": list(without), "now": now}
    asked = _NAMED_CLAIMS if explained else _PLAIN_CLAIMS
    claimed, rules = prepared_together((asked, facts), (_HOURS, _hours_facts(location, ids, grid)))
    busy = busy_masks(grid, [row[:3] for row in claimed] if explained else claimed)
    claims = _claimed(claimed) if explained else {}
    opening, hours = _hours(location, rules, grid)
    full = _full(location, placed, grid, without, now)
    resources = {
        one.id: Resource(
            one.id,
            _hours_of(one, hours, opening),
            busy.get(one.id, 0),
            full.get(one.id, 0),
            tuple(claims.get(one.id, ())),
        )
        for one in placed
    }
    return Supply(grid, location.tz, opening, resources)


def claim_rows(facts: Mapping[str, Any]) -> list[ClaimRow]:
    """Claimed time as (resource, start, end) in seconds since 1970."""
    rows: list[ClaimRow] = prepared_rows(_PLAIN_CLAIMS, facts)
    return rows


def _claimed(rows: Iterable[NamedRow]) -> dict[int, list[Claimed]]:
    """By resource; a claim is named by ("appointment" or "closure", its id)."""
    named: dict[int, list[Claimed]] = defaultdict(list)
    for resource, start, end, appointment, closure in rows:
        by = ("appointment", appointment) if appointment else ("closure", closure)
        named[resource].append(
            Claimed(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), by)
        )
    return named


def _hours_facts(location: Location, ids: list[int], grid: Grid) -> dict[str, Any]:
    return {
        "location": location.pk,
        "resources": ids,
        "first": local_day(grid.start, location.tz) - ONE_DAY,
        "last": local_day(grid.end, location.tz),
        "start": grid.start,
        "end": grid.end,
    }


def _hours(location: Location, rows: Iterable[Sequence[Any]], grid: Grid) -> tuple[int, dict[int, int]]:
    """The opening as a mask, and the working hours of each resource that has rules of its own."""
    opening: list[WeeklyWindow] = []
    rules: dict[int, list[WeeklyWindow]] = defaultdict(list)
    closed: list[Interval] = []
    for resource, *rule, start, end in rows:
        if start is not None:
            closed.append(Interval(start, end))
        else:
            (opening if resource is None else rules[resource]).append(WeeklyWindow(*rule))
    opened = open_mask(grid, opening, location.tz) & ~grid.touched(closed)
    alike = {tuple(windows) for windows in rules.values()}
    masks = {windows: open_mask(grid, windows, location.tz) for windows in alike}
    return opened, {resource: masks[tuple(windows)] for resource, windows in rules.items()}


def _hours_of(one: Placed, hours: Mapping[int, int], opening: int) -> int:
    """A room or device without rules follows the opening; a practitioner without rules does not work."""
    return hours.get(one.id, 0 if one.kind == ResourceKind.PRACTITIONER else opening)


def _full(
    location: Location, placed: Sequence[Placed], grid: Grid, without: Iterable[int], now: datetime
) -> dict[int, int]:
    """Days on which a resource has its number of appointments; no query when nobody has a limit."""
    limited = {one.id: one.daily_quota for one in placed if one.daily_quota is not None}
    if not limited:
        return {}
    counts = day_counts(limited, grid.start, grid.end, location.tz, without=without, now=now)
    return {
        resource: quota_mask(grid, location.tz, counts.get(resource, {}), quota)
        for resource, quota in limited.items()
    }


def day_counts(
    resources: Iterable[int],
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
    *,
    without: Iterable[int] = (),
    now: datetime,
) -> dict[int, dict[date, int]]:
    """For each resource and local day, the appointments that start then."""
    rows = (
        Appointment.objects.occupying()
        .exclude(pk__in=list(without))
        .exclude(pk__in=Appointment.objects.lapsed(now).values("pk"))
        .filter(starts_at__gte=start, starts_at__lt=end, claims__resource__in=list(resources))
        .values_list("claims__resource_id", "pk", "starts_at")
        .distinct()
    )
    counts: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for resource, _, starts_at in rows:
        counts[resource][local_day(starts_at, zone)] += 1
    return counts


def patient_busy(patient_id: int, grid: Grid, *, now: datetime, without: Iterable[int] = ()) -> int:
    """The cells of the patient's other appointments, at any location."""
    facts = {
        "patient": patient_id,
        "statuses": [str(status) for status in OCCUPYING],
        "start": grid.start,
        "end": grid.end,
        "without": list(without),
        "now": now,
    }
    return grid.touched(Interval(start, end) for start, end in prepared_rows(_PATIENT, facts))


def demand_of(
    visit: Visit,
    placed: Sequence[Placed],
    grid: Grid,
    *,
    step_minutes: int,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    wished: Mapping[str, tuple[int, ...]] | None = None,
    only: Mapping[str, int] | None = None,
    busy: int = 0,
) -> Demand:
    """What a visit asks for. `only` narrows a role to one resource, `wished` prefers some; `busy` is the patient's."""
    chosen = pools(placed, visit.requirements, visit.roles, local_day(grid.start, visit.location.tz))
    unfit = unfit_cells(placed, visit.requirements, grid, visit.location.tz)
    for role, resource in (only or {}).items():
        chosen[role] = tuple(one for one in chosen.get(role, ()) if one == resource)
    return Demand(
        phases=visit.phases,
        pools=chosen,
        wished=wished or {},
        patient_busy=busy,
        unfit=unfit,
        not_before=not_before,
        not_after=not_after,
        step_minutes=step_minutes,
    )


def first_start(now: datetime, notice_minutes: int) -> datetime:
    """The earliest start that the notice allows."""
    return now + timedelta(minutes=notice_minutes)


def last_start(now: datetime, horizon_days: int, zone: ZoneInfo) -> datetime:
    """The instant from which on nothing is offered: the midnight after the last day of the horizon."""
    return day_start(local_day(now, zone) + (horizon_days + 1) * ONE_DAY, zone)
