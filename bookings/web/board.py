"""The day board: server-rendered, a constant number of queries, refreshed by polling with an ETag."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from bookings.board import BoardDay, Card, day_board
from bookings.models import Appointment
from bookings.sidebar import sidebar
from bookings.web.marks import mark_of
from clinic.access import current_location, may, require
from clinic.roles import Permission
from clinic.timekeeping import local_day
from clinic.words import ResourceKind

KINDS = {
    ResourceKind.PRACTITIONER: _("Practitioners"),
    ResourceKind.ROOM: _("Rooms"),
    ResourceKind.DEVICE: _("Devices"),
}
#: Minutes per line; the middle one is what the board opens with.
ZOOMS, USUAL_ZOOM = (5, 10, 15, 30), 15


@require_safe
@require(Permission.SEE_BOARD)
def board(request: HttpRequest) -> HttpResponse:
    """The board of a day at the current location; `?day=`, `?by=practitioner|room|device`."""
    location, now = current_location(request), timezone.now()
    if location is None:
        return redirect("home")
    today = local_day(now, location.tz)
    day, kind, zoom = day_of(request, today), kind_of(request), zoom_of(request)
    keep = f"&by={kind}&zoom={zoom}"
    found = day_board(location, day, kind, now=now)
    tag = tag_of(found)
    if _is_poll(request) and request.GET.get("seen") == tag:
        return HttpResponseNotModified()
    shown = [
        (column, [(card, mark_of(card.appointment, now=now)) for card in column.cards])
        for column in found.columns
    ]
    context = {
        "board": found,
        "tag": tag,
        "here": f"{request.path}?day={day.isoformat()}{keep}",
        "keep": keep,
        "zoom": zoom,
        "zooms": ZOOMS,
        "may_book": may(request.user, Permission.BOOK, location),
        "columns": shown,
        "day": day,
        "today": today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "kind": kind,
        "kinds": KINDS.items(),
        "side": None if _is_poll(request) else sidebar(location, day, now=now),
    }
    return render(
        request, "bookings/board.html#grid" if _is_poll(request) else "bookings/board.html", context
    )


def tag_of(found: BoardDay) -> str:
    """Changes when anything on the board does: the poll sends it back and gets 304 for "nothing new"."""
    return hashlib.sha256("|".join(_facts(found)).encode()).hexdigest()[:24]


def _facts(found: BoardDay) -> list[str]:
    cards = [card for column in found.columns for card in column.cards]
    off = [f"{one.place}{one.label}" for column in found.columns for one in column.off]
    return [f"{found.day}{found.kind}{found.now_row}", *off, *(_fact(card) for card in cards)]


def _fact(card: Card) -> str:
    row: Appointment = card.appointment
    return f"{row.pk}.{row.version}.{row.status}.{card.place.row}.{card.place.rows}.{card.lane}"


def _is_poll(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == "board-body"


def day_of(request: HttpRequest, today: date) -> date:
    """The day that was asked for; today when none, or nonsense."""
    try:
        return parse_date(request.GET.get("day", "")) or today
    except ValueError:
        return today


def zoom_of(request: HttpRequest) -> int:
    """How many minutes a line stands for: what dragging snaps to."""
    wished = request.GET.get("zoom", "")
    return int(wished) if wished.isdigit() and int(wished) in ZOOMS else USUAL_ZOOM


def kind_of(request: HttpRequest) -> ResourceKind:
    """What the columns are."""
    wished = request.GET.get("by", "")
    return ResourceKind(wished) if wished in ResourceKind.values else ResourceKind.PRACTITIONER
