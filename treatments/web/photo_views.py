"""Which standard photos a session asks for (catalogue 10.2): those of its regions, and those of every zone."""

from __future__ import annotations

from collections.abc import Iterable

from treatments.definitions import PhotoView
from treatments.queries.catalogue import regions_of, shared

#: The views round a head make sense only where something above the shoulders was treated.
_HEAD = frozenset({"face", "neck", "scalp", "chest"})
_ROUND_A_HEAD = frozenset({"FRONT", "LEFT_45", "RIGHT_45", "LEFT_90", "RIGHT_90"})


def standard_views(zones: Iterable[str]) -> list[PhotoView]:
    """The views for these zones; all of them where no zone is known."""
    regions = regions_of(frozenset(zones))
    return [view for view in shared().photo_views if _fits(view, regions)]


def _fits(view: PhotoView, regions: frozenset[str]) -> bool:
    if not regions:
        return True
    if view.regions:
        return not regions.isdisjoint(str(region) for region in view.regions)
    return view.code not in _ROUND_A_HEAD or not regions.isdisjoint(_HEAD)
