"""Tells the demo with a process for each place, so that both cores work. A place is told whole or not at all.

Nobody can sign in before every place is told; where a telling was broken off, the next one goes on with the places
that are missing.
"""

from __future__ import annotations

import multiprocessing
import signal
from datetime import datetime

import pghistory
from django.db import connections, transaction

from bookings.demo.telling import is_begun, open_places, open_the_door, places_at, tell
from bookings.demo.world import Place
from treatments.models import TreatmentPlan

#: Forked: a child has the settings, the registries and what has been read of the catalogue.
_PROCESSES = multiprocessing.get_context("fork")


class PlaceFailed(Exception):
    """The story of a place came to no good end; its process has said why."""


def tell_together(*, now: datetime, scale: float = 1.0) -> None:
    """Loads the demo into an empty database whose catalogue is loaded, or goes on where a telling was broken off."""
    if not is_begun():
        with pghistory.context(command="load_demo"):
            open_places(now=now, scale=scale)
    missing = [place.location.slug for place in places_at(now) if not _is_told(place)]
    connections.close_all()  # a connection must not be shared with a child
    children = [_PROCESSES.Process(target=_tell_one, args=(slug, now, scale), name=slug) for slug in missing]
    for child in children:
        child.start()
    try:
        for child in children:
            child.join()
    finally:
        for child in children:
            child.terminate()  # no harm to one that has ended; none outlives us
    if failed := [child.name for child in children if child.exitcode]:
        raise PlaceFailed(
            f"The demo could not be told at: {', '.join(failed)}. The next try goes on from there."
        )
    open_the_door()


def _is_told(place: Place) -> bool:
    return TreatmentPlan.objects.filter(location=place.location).exists()


def _tell_one(slug: str, now: datetime, scale: float) -> None:
    """In a child: the story of one place in one transaction."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us too; the parent ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A context of its own: its row is written by the process, and a shared one would make them wait for each other.
    with pghistory.context(command="load_demo", place=slug), transaction.atomic():
        tell([place for place in places_at(now) if place.location.slug == slug], now=now, scale=scale)
    connections.close_all()
