"""The cards and lanes of the board as they are written on the page: one pass, no template, nothing kept.

The only HTML of ours that is written in Python, docs/adr/0300 says why. Every text of people goes through `escape`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from bookings.board import Column
from bookings.boardcards import Card, Off
from bookings.boardseries import SeriesMarks
from bookings.boardvisits import BoardVisit
from bookings.web.marks import CONFIRMED, IN_TREATMENT, LATE, MARKS, mark_of, what_of
from bookings.words import AppointmentStatus
from clinic.icons import DIRECTIONAL, ICONS
from clinic.templatetags.drawings import card_drawing

S = AppointmentStatus
MOVABLE = (S.HELD, S.BOOKED)
#: From so many rows on there is room for the ribbon.
ROWS_FOR_RIBBON = 10


class _Told(NamedTuple):
    """A mark, written: its span of icon and word, and the class that the card gets for it."""

    span: str
    state: str


class Faces:
    """Draws the cards of one page. What many cards share is worked out once for this page, never for the next one."""

    def __init__(self, labels: Mapping[str, str], *, may_book: bool, now: datetime) -> None:
        self._labels, self._may_book, self._now = labels, may_book, now
        self._before, self._after = reverse("bookings:appointment", args=[0]).split("0")
        alert = _("alert")
        self._alert = f'<span class="appt-alert">{_drawing("alert", alert)}</span>'
        self._first = f'<span class="appt-first">{escape(_("first visit"))}</span>'
        # On a small card the two words would push the status aside.
        short = f'role="img" aria-label="{escape(_("first visit"))}" title="{escape(_("first visit"))}"'
        self._first_short = f'<span class="appt-first" {short}>{escape(_("1st"))}</span>'
        self._told: dict[tuple[str, str], _Told] = {}
        self._ribbons: dict[tuple[SeriesMarks, int | None], str] = {}
        self._clocks: dict[int, str] = {}

    def lane(self, column: Column, label: str) -> SafeString:
        """A column below its head: what is off, the cards, the now-line."""
        parts = [
            f'<div class="lane rows{column.scale.rows}" data-rows="{column.scale.rows}"'
            f' data-resource="{column.resource.pk}" data-start="{column.scale.start.isoformat()}"'
            f' data-day="{column.day.isoformat()}" role="group" aria-label="{escape(label)}">',
            *map(_off, column.off),
            *[self._card(card, column) for card in column.cards],
        ]
        if column.now_row:
            parts.append(f'<div class="now r{column.now_row}" aria-hidden="true"></div>')
        return mark_safe("\n".join([*parts, "</div>"]))

    def _card(self, card: Card, column: Column) -> str:
        row, (top, rows) = card.appointment, card.place
        told, url = self._mark(row), f"{self._before}{row.pk}{self._after}"
        movable = ""
        if self._may_book and row.status in MOVABLE:
            movable = f' data-pk="{row.pk}" data-minutes="{card.minutes}"'
            movable += " data-series" if card.series and (card.total or 0) > 1 else ""
        return (
            f'<a class="appt {_size_css(card)} r{top} s{rows}{_place_css(card)}{told.state}"'
            f' id="a{row.pk}-{column.resource.pk}" href="{url}"'
            f' data-version="{row.version}" data-rows="{rows}" data-row="{top}"{movable}>\n'
            f"{_hatching(card)}"
            f'<span class="appt-line"><span class="appt-name">{escape(row.patient.full_name)}</span>'
            f"{self._alert if row.patient.alert else ''}"
            f"{self._first_short if not row.has_been_here and card.size != 'l' else ''}</span>\n"
            f"{self._lines(card, told.span, column)}</a>"
        )

    def _lines(self, card: Card, status: str, column: Column) -> str:
        """Time, status, place in the series; on a large card also for what, with whom, and the ribbon."""
        row, series = card.appointment, card.series
        is_large = card.size == "l"
        ribbon = self._ribbon(card) if is_large and series and card.place.rows >= ROWS_FOR_RIBBON else ""
        number = f"<span>{card.number}/{card.total}</span>" if card.number and not ribbon else ""
        meta = (
            f'<span class="appt-meta"><span>{self._clock(row.starts, column)}</span>{status}{number}'
            f"{self._first if is_large and not row.has_been_here else ''}</span>\n"
        )
        if not is_large:
            return meta
        who = f" · {escape(card.with_names)}" if card.with_names else ""
        what = escape(what_of(row, self._labels))
        return f'{meta}<span class="appt-meta appt-what">{what}{who}</span>{ribbon}'

    def _mark(self, row: BoardVisit) -> _Told:
        mark = mark_of(row, now=self._now)
        key = (row.status, mark.icon)
        if key not in self._told:
            is_amber = mark.tone == "amber"
            tone = " text-amber" if is_amber else ""
            span = f'<span class="appt-status{tone}">{_drawing(mark.icon)}<span>{escape(str(mark.word))}</span></span>'
            self._told[key] = _Told(span, _state(row.status, is_amber=is_amber))
        return self._told[key]

    def _ribbon(self, card: Card) -> str:
        series, number = card.series, card.number
        if series is None or number is None:
            return ""
        key = (series, number)
        if key not in self._ribbons:
            drawing = card_drawing(series.marks, series.place_of(number), series.title)
            self._ribbons[key] = f'<span class="appt-ribbon">{drawing}</span>'
        return self._ribbons[key]

    def _clock(self, seconds: int, column: Column) -> str:
        if seconds not in self._clocks:
            self._clocks[seconds] = f"{datetime.fromtimestamp(seconds, column.zone):%-H:%M}"
        return self._clocks[seconds]


def _drawing(name: str, label: str = "") -> str:
    """An icon whose lines stand in the page once (`symbols`): hundreds of cards name it."""
    css = "icon icon-flip" if name in DIRECTIONAL else "icon"
    voice = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return f'<svg class="{css}" {voice}><use href="#i-{name}"/></svg>'


def symbols() -> SafeString:
    """The lines of the icons that cards name, once for a page."""
    names = sorted({"alert", *(mark.icon for mark in (*MARKS.values(), CONFIRMED, LATE, IN_TREATMENT))})
    parts = (f'<symbol id="i-{one}" viewBox="0 0 16 16"><path d="{ICONS[one]}"/></symbol>' for one in names)
    return mark_safe(f'<svg class="visually-hidden" aria-hidden="true">{"".join(parts)}</svg>')


def _size_css(card: Card) -> str:
    """How much fits: one line, two, all, or all with room to spare."""
    return "appt-l appt-x" if card.place.rows >= ROWS_FOR_RIBBON else f"appt-{card.size}"


def _place_css(card: Card) -> str:
    colour = f" p{card.colour}" if card.colour else ""
    return f"{colour} l{card.lane}of{card.lanes}" if card.lanes > 1 else colour


def _hatching(card: Card) -> str:
    """Where the column's resource is free within the patient's time."""
    if not card.hatched:
        return ""
    parts = "".join(f'<i class="r{top} s{rows}"></i>' for top, rows in card.hatched)
    return f'<span class="appt-phases" aria-hidden="true">{parts}</span>'


def _off(off: Off) -> str:
    label = f"<b>{escape(off.label)}</b>" if off.label else ""
    return f'<div class="off r{off.place.row} s{off.place.rows}">{label}</div>'


def _state(status: str, *, is_amber: bool) -> str:
    if status == S.FULFILLED:
        return " is-done"
    if status == S.HELD:
        return " is-held"
    return " is-late" if is_amber else ""
