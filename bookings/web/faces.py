"""A card as it looks. Equal faces are drawn once in a process: a board of hundreds changes card by card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from bookings.board import Column
from bookings.boardcards import Card, Off
from bookings.boardgrid import Place
from bookings.web.marks import mark_of, what_of
from bookings.words import AppointmentStatus
from clinic.templatetags.drawings import ribbon

S = AppointmentStatus
MOVABLE = (S.HELD, S.BOOKED)
#: From so many rows on there is room for the ribbon.
ROWS_FOR_RIBBON = 10


@dataclass(frozen=True, slots=True)
class Face:
    """Everything that a card shows and carries."""

    pk: int
    resource: int
    version: int
    place: Place
    lane: int
    lanes: int
    size: str
    colour: int
    state: str
    name: str
    has_alert: bool
    icon: str
    word: str
    is_amber: bool
    clock: str
    number: int | None
    total: int | None
    is_first: bool
    what: str
    with_names: str
    hatched: tuple[Place, ...]
    ribbon: SafeString
    #: The patient's minutes where the card may be moved, else 0.
    minutes: int


def faces_of(column: Column, labels: Mapping[str, str], *, may_book: bool, now: datetime) -> list[SafeString]:
    """The cards of a column, drawn."""
    language = get_language()
    return [
        drawn(face_of(card, column, labels, may_book=may_book, now=now), language) for card in column.cards
    ]


def face_of(card: Card, column: Column, labels: Mapping[str, str], *, may_book: bool, now: datetime) -> Face:
    """What a card shows right now."""
    row, mark = card.appointment, mark_of(card.appointment, now=now)
    is_large = card.size == "l"
    has_ribbon = is_large and card.ribbon is not None and card.place.rows >= ROWS_FOR_RIBBON
    return Face(
        pk=row.pk,
        resource=column.resource.pk,
        version=row.version,
        place=card.place,
        lane=card.lane,
        lanes=card.lanes,
        size=card.size,
        colour=card.colour,
        state=_state(row.status, mark.tone),
        name=row.patient.full_name,
        has_alert=bool(row.patient.alert),
        icon=mark.icon,
        word=str(mark.word),
        is_amber=mark.tone == "amber",
        clock=f"{row.starts_at.astimezone(column.zone):%-H:%M}",
        number=card.number,
        total=card.total,
        is_first=card.is_first,
        what=what_of(row, labels) if is_large else "",
        with_names=card.with_names if is_large else "",
        hatched=tuple(card.hatched),
        ribbon=ribbon(card.ribbon, "card", card.number) if has_ribbon and card.ribbon else SafeString(""),
        minutes=card.minutes if may_book and row.status in MOVABLE else 0,
    )


def _state(status: str, tone: str) -> str:
    if status == S.FULFILLED:
        return "is-done"
    if status == S.HELD:
        return "is-held"
    return "is-late" if tone == "amber" else ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A column below its head: what is off, the cards, the now-line."""

    resource: int
    label: str
    day: str
    start: str
    rows: int
    off: tuple[Off, ...]
    cards: tuple[SafeString, ...]
    now_row: int | None


def lane_of(column: Column, label: str, cards: list[SafeString]) -> SafeString:
    """A column, drawn; equal ones once."""
    lane = Lane(
        resource=column.resource.pk,
        label=label,
        day=column.day.isoformat(),
        start=column.scale.start.isoformat(),
        rows=column.scale.rows,
        off=tuple(column.off),
        cards=tuple(cards),
        now_row=column.now_row,
    )
    return _drawn_lane(lane)


@lru_cache(maxsize=512)
def _drawn_lane(lane: Lane) -> SafeString:
    return mark_safe(render_to_string("bookings/board_lane.html", {"lane": lane}))


@lru_cache(maxsize=8192)
def drawn(face: Face, language: str | None) -> SafeString:
    """The card as it is written on the page, in a language."""
    return mark_safe(render_to_string("bookings/board_card.html", {"face": face}).strip())
