"""Masks for the pure engine from what the database knows: who is there, their hours, what is claimed.

The claims are the bulk of it: one query reads three numbers a row. Lapsed holds count as free time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bookings.availability import Claimed, Demand, Resource, Supply
from bookings.house import House, Placed, pools
from bookings.masks import ClaimRow, busy_masks, quota_mask
from bookings.models import Appointment
from bookings.timegrid import Grid
from bookings.visits import Requirements, Visit
from bookings.words import OCCUPYING
from clinic.intervals import Interval
from clinic.models import Location
from clinic.prepared import prepared_rows
from clinic.timekeeping import ONE_DAY, day_start, local_day

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
#: What takes a patient's time, as rows of a resource that nobody has; a hold that has lapsed takes none.
_PATIENT = 0
_OF_PATIENT = """
    SELECT 0, date_part('epoch', starts_at)::bigint, date_part('epoch', ends_at)::bigint {more}
      FROM bookings_appointment
     WHERE patient_id = %(patient)s AND status = ANY(%(statuses)s::text[])
       AND starts_at < %(end)s::timestamptz AND ends_at > %(start)s::timestamptz
       AND NOT id = ANY(%(without)s::bigint[])
       AND NOT (status = 'held' AND held_until <= %(now)s)
"""
_PATIENT_CLAIMS = _OF_PATIENT.format(more="")
_FOR_PATIENT = f"{_PLAIN_CLAIMS} UNION ALL {_PATIENT_CLAIMS}"
_NAMED_FOR_PATIENT = f"{_NAMED_CLAIMS} UNION ALL {_OF_PATIENT.format(more=', NULL, NULL')}"

#: A claim row with the appointment or the closure it belongs to.
NamedRow = tuple[int, int, int, int | None, int | None]


def unfit_cells(
    placed: Iterable[Placed], requirements: Requirements, grid: Grid, zone: ZoneInfo
) -> dict[int, int]:
    """For those who are eligible on the first day of a grid only, the cells of the days on which they no longer are."""
    certified = [one for one in placed if one.certificates]  # nothing else about a resource ends on a day
    first, last = local_day(grid.start, zone), local_day(grid.instant(grid.size - 1), zone)
    found = {}
    for one in certified:
        if one.fits(requirements, first) and not one.fits(requirements, last):
            days = [first + count * ONE_DAY for count in range((last - first).days + 1)]
            gone = bisect_left(days, True, key=lambda day: not one.fits(requirements, day))
            found[one.id] = grid.between(grid.cell_from(day_start(days[gone], zone)), grid.size)
    return found


def grid_of(location: Location, first_day: date, days: int) -> Grid:
    """The grid over whole local days of a location."""
    return Grid.of_days(first_day, days, location.tz)


def supply_of(house: House, *, now: datetime, without: Iterable[int] = (), explained: bool = False) -> Supply:
    """What the resources of a house have to offer over its grid.

    `without` names appointments whose claims do not count: those that are about to move. `explained` adds what
    each claim belongs to, for the question why a time is not offered.
    """
    left = list(without)
    rows = prepared_rows(_NAMED_CLAIMS if explained else _PLAIN_CLAIMS, _claim_facts(house, now, left))
    return _supply(house, rows, now=now, without=left)


def supply_for(
    patient: int, house: House, *, now: datetime, without: Iterable[int] = (), explained: bool = False
) -> tuple[Supply, int]:
    """`supply_of` together with the cells of the patient's other appointments, at any location: one round trip."""
    left = list(without)
    facts = {**_claim_facts(house, now, left), **_patient_facts(patient, house.grid, now, left)}
    rows = prepared_rows(_NAMED_FOR_PATIENT if explained else _FOR_PATIENT, facts)
    taken = [Interval(_instant(row[1]), _instant(row[2])) for row in rows if row[0] == _PATIENT]
    claimed = [row for row in rows if row[0] != _PATIENT] if taken else rows
    return _supply(house, claimed, now=now, without=left), house.grid.touched(taken)


def _claim_facts(house: House, now: datetime, without: list[int]) -> dict[str, Any]:
    return {
        "resources": [one.id for one in house.placed],
        "start": house.grid.start,
        "end": house.grid.end,
        "without": without,
        "now": now,
    }


def _supply(house: House, rows: list[Any], *, now: datetime, without: list[int]) -> Supply:
    is_named = bool(rows) and len(rows[0]) > 3
    busy = busy_masks(house.grid, [row[:3] for row in rows] if is_named else rows)
    claims = _claimed(rows) if is_named else {}
    hours, full = house.hours(), _full(house, without, now)
    resources = {
        one.id: Resource(
            one.id,
            hours[one.id],
            busy.get(one.id, 0),
            full.get(one.id, 0),
            tuple(claims.get(one.id, ())),
        )
        for one in house.placed
    }
    return Supply(house.grid, house.location.tz, house.opening, resources)


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


def _full(house: House, without: Iterable[int], now: datetime) -> dict[int, int]:
    """Days on which a resource has its number of appointments; no query when nobody has a limit."""
    limited = {one.id: one.daily_quota for one in house.placed if one.daily_quota is not None}
    if not limited:
        return {}
    grid, zone = house.grid, house.location.tz
    counts = day_counts(limited, grid.start, grid.end, zone, without=without, now=now)
    return {
        resource: quota_mask(grid, zone, counts.get(resource, {}), quota)
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


def patient_busy(patient: int, grid: Grid, *, now: datetime, without: Iterable[int] = ()) -> int:
    """The cells of the patient's other appointments, at any location."""
    rows = prepared_rows(_PATIENT_CLAIMS, _patient_facts(patient, grid, now, list(without)))
    return grid.touched(Interval(_instant(start), _instant(end)) for _, start, end in rows)


def _patient_facts(patient: int, grid: Grid, now: datetime, without: list[int]) -> dict[str, Any]:
    return {
        "patient": patient,
        "statuses": [str(status) for status in OCCUPYING],
        "start": grid.start,
        "end": grid.end,
        "without": without,
        "now": now,
    }


def _instant(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


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
