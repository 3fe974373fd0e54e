"""Which times can be offered for a visit: the pure engine on what the database knows now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookings.assignment import Slot, assign_cell, slots
from bookings.availability import Demand, ObstacleCode, Search, Supply
from bookings.house import Placed, house_at, pools
from bookings.obstacles import why_not
from bookings.phases import PRACTITIONER
from bookings.series import Wishes, part_of
from bookings.supply import demand_of, first_start, grid_of, last_start, supply_for
from bookings.timegrid import CELL_MINUTES
from bookings.visits import Visit
from clinic.errors import Taken
from clinic.models import ClinicSettings, Location
from clinic.timekeeping import local_day, local_time

MOST_DAYS = 366


def is_wished(start: datetime, wishes: Wishes, zone: ZoneInfo) -> bool:
    """Whether a start lies on a wished weekday and in a wished part of the day; no wish allows all."""
    if wishes.weekdays and local_day(start, zone).weekday() not in wishes.weekdays:
        return False
    return not wishes.parts or part_of(local_time(start, zone)) in wishes.parts


@dataclass(frozen=True)
class Market:
    """What is asked and what there is, over the same grid."""

    demand: Demand
    supply: Supply
    placed: list[Placed]

    @property
    def search(self) -> Search:
        """The engine's answer."""
        return Search(self.demand, self.supply)

    def offered(self, wishes: Wishes | None = None) -> Iterator[Slot]:
        """Every start that can be booked, in order of time; wished weekdays and parts of the day are meant."""
        for slot in slots(self.demand, self.supply):
            if wishes is None or is_wished(slot.start, wishes, self.supply.zone):
                yield slot


def market(
    visit: Visit,
    *,
    first_day: date,
    days: int,
    now: datetime,
    wishes: Wishes | None = None,
    only: Mapping[str, int] | None = None,
    without: Iterable[int] = (),
    explained: bool = False,
    step_minutes: int | None = None,
    is_limited: bool = True,
) -> Market:
    """Reads what a visit could take over some local days.

    `wishes` prefer practitioners, `only` narrows a role to one resource. `is_limited=False` leaves out notice and
    horizon: the desk may go past them.
    """
    settings = settings_of(visit.location)
    wishes = wishes or Wishes()
    grid = grid_of(visit.location, first_day, min(max(days, 1), MOST_DAYS))
    whole = house_at(visit.location, grid)
    house = whole.with_only({one.id for one in suitable(visit, whole.placed, on=first_day)})
    supply, busy = supply_for(visit.patient.pk, house, now=now, without=without, explained=explained)
    zone = visit.location.tz
    demand = demand_of(
        visit,
        house.placed,
        grid,
        step_minutes=step_minutes or settings.slot_minutes,
        not_before=first_start(now, settings.notice_minutes if is_limited else 0),
        not_after=last_start(now, settings.horizon_days, zone) if is_limited else None,
        wished={PRACTITIONER: tuple(sorted(wishes.practitioners))},
        only=only,
        busy=busy,
    )
    return Market(demand, supply, house.placed)


def suitable(visit: Visit, placed: Iterable[Placed], *, on: date) -> list[Placed]:
    """Those that may fill some role of the visit: the claims of the others need not be read."""
    known = list(placed)
    eligible = {one for pool in pools(known, visit.requirements, visit.roles, on).values() for one in pool}
    return [one for one in known if one.id in eligible]


def free_slots(
    visit: Visit,
    *,
    first_day: date,
    days: int,
    now: datetime,
    wishes: Wishes | None = None,
    only: Mapping[str, int] | None = None,
    without: Iterable[int] = (),
) -> Iterator[Slot]:
    """Every start that can be booked over some local days, in order of time, each with its best-fitting resources.

    Wished weekdays and parts of the day are meant here: nothing else is offered.
    """
    found = market(visit, first_day=first_day, days=days, now=now, wishes=wishes, only=only, without=without)
    return found.offered(wishes)


def next_free(
    visit: Visit,
    *,
    now: datetime,
    from_day: date | None = None,
    count: int = 5,
    a_day: int = 2,
    wishes: Wishes | None = None,
    only: Mapping[str, int] | None = None,
    without: Iterable[int] = (),
) -> list[Slot]:
    """The next choices for somebody on the phone: at most `a_day` on one day, looked for four weeks at a time."""
    zone = visit.location.tz
    first = max(from_day or local_day(now, zone), local_day(now, zone))
    last = local_day(last_start(now, settings_of(visit.location).horizon_days, zone), zone)
    found: list[Slot] = []
    while len(found) < count and first < last:
        spread = spread_out(
            free_slots(visit, first_day=first, days=28, now=now, wishes=wishes, only=only, without=without),
            visit.location,
            a_day=a_day,
        )
        found += islice(spread, count - len(found))
        first += timedelta(days=28)
    return found


def spread_out(found: Iterable[Slot], location: Location, *, a_day: int) -> Iterator[Slot]:
    """At most so many slots of one local day, at least three hours apart."""
    taken: Counter[date] = Counter()
    last: datetime | None = None
    for slot in found:
        day = local_day(slot.start, location.tz)
        apart = last is None or slot.start - last >= timedelta(hours=3)
        if taken[day] < a_day and (apart or not taken[day]):
            taken[day] += 1
            last = slot.start
            yield slot


def fill(visit: Visit, start: datetime, chosen: Mapping[str, int], *, now: datetime) -> dict[str, int]:
    """Resources for every role of a visit: the chosen ones, and the best fit for the rest.

    `Taken` when nobody suitable is free for a role that was left open.
    """
    if set(chosen) >= set(visit.roles):
        return {role: chosen[role] for role in visit.roles}
    day = local_day(start, visit.location.tz)
    found = market(visit, first_day=day, days=2, now=now, step_minutes=CELL_MINUTES, is_limited=False)
    grid = found.supply.grid
    slot = assign_cell(found.search, grid.cell(start), chosen) if grid.begins_cell(start) else None
    if slot is None:
        raise _nobody(found, start)
    return dict(slot.assignment)


def _nobody(found: Market, start: datetime) -> Taken:
    codes = {obstacle.code for obstacle in why_not(start, found.demand, found.supply)}
    if ObstacleCode.PATIENT_BUSY in codes:
        return Taken("patient_busy", _("The patient already has an appointment at this time."))
    return Taken("taken", _("Nobody and nothing suitable is free at this time."))


def settings_of(location: Location) -> ClinicSettings:
    """The location's choices, or the shipped ones where nobody has chosen."""
    found: ClinicSettings | None = getattr(location, "settings", None)
    return found or ClinicSettings(location=location)
