"""Availability and planner, against reading the same rows."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection

from bench import data
from bench.rows import Row, paired
from bookings.availability import Demand, starts
from bookings.phases import DEVICE, PRACTITIONER, ROOM, Step, in_sequence
from bookings.supply import claim_rows, grid_of, placed_at, supply_of
from clinic.models import Location
from clinic.words import ResourceKind

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
POOLS = {"1p30d": (1, 0, 0, 30), "10p5r3d30d": (10, 5, 3, 30), "50p20r10d90d": (50, 20, 10, 90)}


def run(wanted: tuple[str, ...]) -> list[Row]:
    """The rows of this module whose name is wanted."""
    rows: list[Row] = []
    with data.use(data.MILLION) as place:
        for name, pool in POOLS.items():
            if not wanted or f"availability.{name}".startswith(wanted):
                rows.append(_availability(name, pool, place))
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
        placed = placed_at(place, ids)
        grid = grid_of(place, data.TODAY, days)
        supply = supply_of(place, placed, grid, now=now)
        roles = {
            ResourceKind.PRACTITIONER: PRACTITIONER,
            ResourceKind.ROOM: ROOM,
            ResourceKind.DEVICE: DEVICE,
        }
        pools: dict[str, tuple[int, ...]] = {}
        for one in placed:
            role = roles[ResourceKind(one.kind)]
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
