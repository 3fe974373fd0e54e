"""The zone map as the template draws it: which shapes may be chosen, which are, and what each says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from treatments.definitions import Zone
from treatments.zonemap import WIDTH, Shape, View, views_with

SIDES = {"L": _("left"), "R": _("right"), "M": ""}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One shape: `target` is the input it stands for, `says` what was done there, `depth` how strongly it is drawn."""

    shape: Shape
    target: str
    label: str
    is_offered: bool
    is_chosen: bool
    says: str = ""


@dataclass(frozen=True, slots=True)
class MapView:
    """One drawing with its shapes."""

    view: View
    shapes: list[Drawn]
    #: Something is chosen here, or it is the first drawing; the others are folded away.
    is_open: bool = True

    @property
    def box(self) -> str:
        """The viewBox."""
        return f"0 0 {WIDTH} {self.view.height}"


def spoken_zone(zone: Zone | None, code: str, side: str) -> str:
    """ "Outer cheek, left"."""
    label = zone.label if zone else code
    where = str(SIDES.get(side, side))
    return f"{label[:1].upper()}{label[1:]}{', ' if where else ''}{where}"


def map_of(
    zones: Sequence[Zone],
    chosen: Collection[str],
    *,
    by_side: bool = True,
    says: Mapping[str, Any] | None = None,
) -> list[MapView]:
    """The drawings for these zones. `chosen` are `ZONE-SIDE` names, or zone codes where `by_side` is off."""
    known = {zone.code: zone for zone in zones}
    drawn = [
        (view, [_drawn(shape, known, chosen, by_side, says or {}) for shape in shapes])
        for view, shapes in views_with(known)
    ]
    is_any = any(one.is_chosen for _view, shapes in drawn for one in shapes)
    return [
        MapView(view, shapes, any(one.is_chosen for one in shapes) or (not is_any and place == 0))
        for place, (view, shapes) in enumerate(drawn)
    ]


def _drawn(
    shape: Shape, known: Mapping[str, Zone], chosen: Collection[str], by_side: bool, says: Mapping[str, Any]
) -> Drawn:
    zone = known.get(shape.zone)
    target = shape.name if by_side else shape.zone
    return Drawn(
        shape=shape,
        target=target,
        label=spoken_zone(zone, shape.zone, shape.side if by_side else "M"),
        is_offered=zone is not None and (not by_side or shape.side in [str(side) for side in zone.sides]),
        is_chosen=target in chosen,
        says=str(says.get(target, "")),
    )
