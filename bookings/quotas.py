"""A resource's appointments a day: how many there may be, and where one more would be too many.

No constraint can count. What keeps two bookings at once from exceeding a quota is the resource's advisory lock
(`bookings.claiming`): who holds it counts, and writes before anybody else counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from bookings.house import chosen_at
from clinic.models import Location
from clinic.prepared import prepared_rows
from clinic.timekeeping import ONE_DAY, day_start, local_day

#: Appointments belong to the day on which they start; their claims may reach into the next. An appointment that is
#: about to move and counts on that day already takes nobody's place; a hold has none yet, and choices that are held for
#: somebody on the phone take none at all: what becomes of them is counted then.
_FULL = """
    SELECT wanted.resource, wanted.starts_at, wanted.ends_at
      FROM unnest(%(resources)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[], %(most)s::int[],
                  %(many)s::int[]) AS wanted(resource, starts_at, ends_at, most, many)
     CROSS JOIN LATERAL (
           SELECT count(DISTINCT a.id) FILTER (WHERE NOT a.id = ANY(%(without)s::bigint[])) AS others,
                  count(DISTINCT a.id) FILTER (WHERE a.id = ANY(%(without)s::bigint[]) AND a.status <> 'held') AS mine
             FROM bookings_claim c JOIN bookings_appointment a ON a.id = c.appointment_id
            WHERE c.resource_id = wanted.resource
              AND tstzrange(c.starts_at, c.ends_at, '[)')
                  && tstzrange(wanted.starts_at, wanted.ends_at + interval '1 day', '[)')
              AND a.starts_at >= wanted.starts_at AND a.starts_at < wanted.ends_at
              AND NOT (a.status = 'held' AND (a.held_until <= %(now)s OR a.choice_of <> ''))) AS counted
     WHERE others + many > most AND many > mine
"""


@dataclass(frozen=True, slots=True)
class DayQuota:
    """At most so many appointments of a resource may start between two midnights of a location."""

    resource: int
    start: datetime
    end: datetime
    most: int


def quotas_of(location: Location, start: datetime, resources: Collection[int]) -> tuple[DayQuota, ...]:
    """The quotas that an appointment would count against; the resources are read once in a unit of work."""
    known = chosen_at(location, resources).values()
    limited = [(one.id, one.daily_quota) for one in known if one.daily_quota is not None]
    if not limited:
        return ()
    day = local_day(start, location.tz)
    first, end = day_start(day, location.tz), day_start(day + ONE_DAY, location.tz)
    return tuple(DayQuota(resource, first, end, most) for resource, most in limited)


def full_days(
    quotas: Iterable[DayQuota], *, now: datetime, without: Iterable[int]
) -> list[tuple[int, datetime, datetime]]:
    """(resource, midnight, midnight) where the appointments to come would be too many; no query without a quota.

    The same quota twice stands for two appointments. `without` are about to leave. Right only under the locks of the
    resources, in a statement of its own after them.
    """
    counted = Counter(quotas)
    if not counted:
        return []
    facts = {
        "resources": [one.resource for one in counted],
        "starts": [one.start for one in counted],
        "ends": [one.end for one in counted],
        "most": [one.most for one in counted],
        "many": list(counted.values()),
        "without": list(without),
        "now": now,
    }
    return [(resource, start, end) for resource, start, end in prepared_rows(_FULL, facts)]
