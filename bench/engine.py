"""Availability and planner, against reading the same rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import connection

from bench import data
from bench.rows import Row, paired
from bookings.availability import Demand, starts
from bookings.courses import SLACK_DAYS
from bookings.house import ROLE_OF_KIND, house_at
from bookings.phases import DEVICE, PRACTITIONER, ROOM, Step, in_sequence
from bookings.planner import plan_series
from bookings.series import PlannedSession, SeriesPlan, Tie, Unmet
from bookings.supply import claim_rows, grid_of, supply_of
from clinic.models import Location

#: A needling session of 90 minutes: the practitioner is free during numbing, the device is needed in the middle.
PHASES = in_sequence(
    (
        Step("prep", 10, {ROOM, PRACTITIONER}),
        Step("numbing", 30, {ROOM}),
        Step("procedure", 30, {ROOM, PRACTITIONER, DEVICE}),
        Step("post", 10, {ROOM, PRACTITIONER}),
        Step("turnover", 10, {ROOM}, has_patient=False),
    )
)
CONSULTATION = in_sequence((Step("consultation", 90, {PRACTITIONER}),))
ROLES = {str(kind): role for kind, role in ROLE_OF_KIND.items()}
#: A week until the first session, five steps, and the slack that the product itself searches behind the last.
SERIES_DAYS = 7 + 5 * 28 + SLACK_DAYS
POOLS = {"1p30d": (1, 0, 0, 30), "10p5r3d30d": (10, 5, 3, 30), "50p20r10d90d": (50, 20, 10, 90)}


def run(wanted: tuple[str, ...]) -> list[Row]:
    """The rows of this module whose name is wanted."""
    rows: list[Row] = []
    with data.use(data.MILLION) as place:
        for name, pool in POOLS.items():
            if not wanted or f"availability.{name}".startswith(wanted):
                rows.append(_availability(name, pool, place))
        if not wanted or "planner.series6".startswith(wanted):
            rows.append(_planner(place))
    return rows


def _pool(place: Location, practitioners: int, rooms: int, devices: int) -> list[int]:
    first_room, first_device = data.PRACTITIONERS + 1, data.PRACTITIONERS + data.ROOMS + 1
    return [
        *range(1, practitioners + 1),
        *range(first_room, first_room + rooms),
        *range(first_device, first_device + devices),
    ]


def _availability(name: str, pool: tuple[int, int, int, int], place: Location) -> Row:
    *sizes, days = pool
    ids = _pool(place, *sizes)
    ours, count = _search(place, ids, days, only_practitioner=not sizes[1])
    seconds, ratio = paired(ours, _reading(place, ids, days), n=9)
    return Row(
        name=f"availability.{name}",
        value=seconds * 1000,
        unit="ms",
        limit=2.5,
        ratio=ratio,
        n=9,
        data=f"{data.MILLION} claims, {count()} starts found",
    )


def _search(
    place: Location, ids: list[int], days: int, *, only_practitioner: bool
) -> tuple[Callable[[], object], Callable[[], int]]:
    """The whole search: resources, hours, claims, masks, starts."""

    def ours() -> int:
        now = data.now()
        house = house_at(place, grid_of(place, data.TODAY, days), ids)
        supply = supply_of(house, now=now)
        pools: dict[str, tuple[int, ...]] = {}
        for one in house.placed:
            role = ROLES[one.kind]
            pools[role] = (*pools.get(role, ()), one.id)
        phases = CONSULTATION if only_practitioner else PHASES
        return starts(Demand(phases=phases, pools=pools, not_before=now, step_minutes=15), supply).bit_count()

    return ours, ours


def _reading(place: Location, ids: list[int], days: int) -> Callable[[], object]:
    """The physical limit: the same claim rows by plain psycopg, nothing done with them."""
    grid = grid_of(place, data.TODAY, days)
    facts = {"resources": ids, "start": grid.start, "end": grid.end, "without": [], "now": data.now()}

    def limit() -> object:
        connection.ensure_connection()
        return claim_rows(facts)

    return limit


def _planner(place: Location) -> Row:
    """Six sessions, four weeks apart, over half a year: everything read and planned, against one month searched."""
    ids = _pool(place, 10, 5, 3)
    search, _count = _search(place, ids, 30, only_practitioner=False)
    found: list[SeriesPlan | Unmet] = []

    def plan() -> None:
        found[:] = [_series_plan(place, ids)]

    seconds, ratio = paired(plan, search, n=9)
    if not isinstance(found[0], SeriesPlan):
        raise TypeError(f"the series that is measured cannot be planned: {found[0].code}")
    return Row(
        name="planner.series6",
        value=seconds * 1000,
        unit="ms",
        limit=8,
        ratio=ratio,
        n=9,
        data=f"6 sessions, cost {found[0].cost}",
    )


def _series_plan(place: Location, ids: list[int]) -> SeriesPlan | Unmet:
    now, house = data.now(), house_at(place, grid_of(place, data.TODAY, SERIES_DAYS), ids)
    supply = supply_of(house, now=now)
    pools = {
        role: tuple(one.id for one in house.placed if ROLES[one.kind] == role) for role in ROLES.values()
    }
    demand = Demand(phases=PHASES, pools=pools, not_before=now, step_minutes=15)
    sessions = [PlannedSession(1, demand, ideal=data.TODAY + timedelta(days=7))] + [
        PlannedSession(number, demand, ties=(Tie(number - 2, 21, 28, 42),)) for number in range(2, 7)
    ]
    return plan_series(sessions, supply)
