"""A house: who and what a location has, and when it works. Everything about it is read in one statement."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

import orjson

from bookings.masks import open_mask
from bookings.phases import DEVICE, PRACTITIONER, ROOM
from bookings.timegrid import Grid
from bookings.units import remembered
from bookings.visits import Requirements, is_entitled
from clinic.intervals import Interval
from clinic.models import Location
from clinic.prepared import listed, prepared_rows
from clinic.questions import Asked, Question
from clinic.timekeeping import ONE_DAY, WeeklyWindow, local_day
from clinic.words import ResourceKind

ROLE_OF_KIND: dict[str, str] = {
    ResourceKind.PRACTITIONER: PRACTITIONER,
    ResourceKind.ROOM: ROOM,
    ResourceKind.DEVICE: DEVICE,
}
#: Rows of `_HOUSE` that are no resource: the opening hours, and the closed days of the whole location.
_OPENING, _CLOSED = "opening", "closed"

_PLACED = """
    SELECT r.id, r.kind, r.name, r.daily_quota, p.qualification, p.certificates::text, o.kind, m.kind,
           m.max_depth_mm::text {more}
      FROM clinic_placement l
      JOIN clinic_resource r ON r.id = l.resource_id
      LEFT JOIN clinic_practitioner p ON p.resource_id = r.id
      LEFT JOIN clinic_room o ON o.resource_id = r.id
      LEFT JOIN clinic_device d ON d.resource_id = r.id
      LEFT JOIN clinic_devicemodel m ON m.id = d.model_id {joined}
     WHERE l.location_id = %(location)s AND r.is_active {some}
"""
#: Weekly hours travel as text: most practitioners of a house have the same, and then it is read once.
_RULES = (
    "json_agg(json_build_array(weekday, opens, closes, valid_from, valid_until) ORDER BY weekday, opens, id)"
)
_IN_FORCE = (
    "location_id = %(location)s AND valid_from <= %(last)s::date AND coalesce(valid_until >= %(first)s, true)"
)
_WORKING = f"""
      LEFT JOIN (SELECT resource_id, {_RULES}::text AS rules FROM clinic_workinghours
                  WHERE {_IN_FORCE} {{some}} GROUP BY resource_id) h ON h.resource_id = r.id
"""  # noqa: S608 - the parts are written above
_OTHERS = f"""
     UNION ALL
    SELECT NULL, '{_OPENING}', '', NULL, NULL, NULL, NULL, NULL, NULL, {_RULES}::text
      FROM clinic_openinghours WHERE {_IN_FORCE}
     UNION ALL
    SELECT NULL, '{_CLOSED}', '', NULL, NULL, NULL, NULL, NULL, NULL,
           json_agg(json_build_array(extract(epoch FROM starts_at), extract(epoch FROM ends_at)))::text
      FROM clinic_closure
     WHERE location_id = %(location)s AND resource_id IS NULL AND lifted_at IS NULL
       AND starts_at < %(end)s::timestamptz AND ends_at > %(start)s::timestamptz
"""  # noqa: S608 - the parts are written above
_ORDERED = " ORDER BY 2, 3, 1"
_THESE = "AND r.id = ANY(%(ids)s::bigint[])"
_OF_THESE = "AND resource_id = ANY(%(ids)s::bigint[])"


def _house_sql(some: str, of_some: str) -> str:
    joined = _WORKING.format(some=of_some)
    return _PLACED.format(more=", h.rules", joined=joined, some=some) + _OTHERS + _ORDERED


_ALL_PLACED = _PLACED.format(more="", joined="", some="") + _ORDERED
_SOME_PLACED = Question(
    _PLACED.format(more="", joined="", some=_THESE) + _ORDERED,
    columns="id kind name daily_quota qualification certificates room_kind device_kind max_depth_mm",
)
_WHOLE_HOUSE, _PART_OF_HOUSE = _house_sql("", ""), _house_sql(_THESE, _OF_THESE)


class Placed(NamedTuple):
    """A resource at a location with what its eligibility is judged by.

    `rules` are its weekly hours as JSON text, "" for none; only a `House` knows them.
    """

    id: int
    kind: str
    name: str
    daily_quota: int | None = None
    qualification: str = ""
    certificates: Any = None
    room_kind: str = ""
    device_kind: str = ""
    max_depth_mm: Decimal | None = None
    rules: str = ""

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


@dataclass(frozen=True)
class House:
    """The active resources of a location with their hours over a grid, and when the location is open."""

    location: Location
    grid: Grid
    placed: list[Placed]
    #: The cells in which the location is open.
    opening: int

    def with_only(self, wanted: Collection[int]) -> House:
        """The same house, with some of its resources."""
        return replace(self, placed=[one for one in self.placed if one.id in wanted])

    def hours(self) -> dict[int, int]:
        """Resource → the cells of its hours.

        A room or device without rules follows the opening; a practitioner without rules does not work.
        """
        masks = {text: self._opened(text) for text in {one.rules for one in self.placed if one.rules}}
        masks[""] = self.opening
        return {
            one.id: 0 if one.kind == ResourceKind.PRACTITIONER and not one.rules else masks[one.rules]
            for one in self.placed
        }

    def _opened(self, text: str) -> int:
        return open_mask(self.grid, _windows(text), self.location.tz)


def house_at(location: Location, grid: Grid, ids: Iterable[int] | None = None) -> House:
    """The house over a grid, or some of its resources, in one round trip."""
    facts: dict[str, Any] = {
        "location": location.pk,
        "first": local_day(grid.start, location.tz) - ONE_DAY,
        "last": local_day(grid.end, location.tz),
        "start": grid.start,
        "end": grid.end,
    }
    if ids is None:
        rows = prepared_rows(_WHOLE_HOUSE, facts)
    else:
        rows = prepared_rows(_PART_OF_HOUSE, {**facts, "ids": list(ids)})
    others = {row[1]: row[9] or "[]" for row in rows if row[0] is None}
    opened = open_mask(grid, _windows(others[_OPENING]), location.tz)
    opening = opened & ~grid.touched(_closed(others[_CLOSED]))
    return House(location, grid, [_placed(row) for row in rows if row[0] is not None], opening)


def placed_at(location: Location, ids: Iterable[int] | None = None) -> list[Placed]:
    """The active resources of a location, or some of them, without their hours, in one round trip."""
    if ids is None:
        return [_placed(row) for row in prepared_rows(_ALL_PLACED, {"location": location.pk})]
    return [_placed(row) for row in _SOME_PLACED.rows({"location": location.pk, "ids": listed(ids)})]


def chosen_question(location_id: Any, ids: Iterable[int]) -> Asked:
    """What `chosen_at` asks, for who asks several things at once."""
    return _SOME_PLACED, {"location": location_id, "ids": listed(_each_once(ids))}


def _each_once(ids: Iterable[int]) -> list[int]:
    return sorted(set(ids))


def chosen_at(location: Location, ids: Iterable[int]) -> dict[int, Placed]:
    """Some resources of a location by id, read once in a unit of work; one that is not used there is missing."""
    key = chosen_key(location, ids)
    return remembered(key, lambda: {one.id: one for one in placed_at(location, key[2:])})


def chosen_key(location: Location, ids: Iterable[int]) -> tuple[Any, ...]:
    """By which a unit of work remembers some resources of a location."""
    return ("chosen", location.pk, *_each_once(ids))


def pools(
    placed: Iterable[Placed], requirements: Requirements, roles: Iterable[str], on: date
) -> dict[str, tuple[int, ...]]:
    """For each role the ids of those that may fill it, in the order given."""
    fitting: dict[str, list[int]] = {role: [] for role in roles}
    for one in placed:
        pool = fitting.get(ROLE_OF_KIND[one.kind])
        if pool is not None and one.fits(requirements, on):
            pool.append(one.id)
    return {role: tuple(pool) for role, pool in fitting.items()}


def _placed(row: Sequence[Any]) -> Placed:
    pk, kind, name, quota, qualification, certificates, room_kind, device_kind, depth, *rules = row
    return Placed(
        pk,
        kind,
        name,
        quota,
        qualification or "",
        orjson.loads(certificates) if certificates else {},
        room_kind or "",
        device_kind or "",
        Decimal(depth) if depth else None,
        (rules[0] or "") if rules else "",
    )


def _windows(text: str) -> list[WeeklyWindow]:
    return [
        WeeklyWindow(weekday, time.fromisoformat(opens), time.fromisoformat(closes), _day(first), _day(last))
        for weekday, opens, closes, first, last in json.loads(text)
    ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _closed(text: str) -> list[Interval]:
    return [
        Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        for start, end in json.loads(text)
    ]
