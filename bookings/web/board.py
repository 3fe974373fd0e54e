"""The board: a day by practitioner, room or device, the week of one of them, or a list. Refreshed by polling."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from bookings.board import BoardDay, Line, day_board, day_lines, week_board
from bookings.sidebar import Sidebar, sidebar
from bookings.web.faces import Faces, symbols
from bookings.web.listfaces import Lines
from bookings.web.marks import mark_of
from clinic.access import current_location, may, require
from clinic.models import Location
from clinic.roles import Permission
from clinic.templatetags.clinictime import day_long
from clinic.timekeeping import local_day
from clinic.words import ResourceKind
from treatments.queries.catalogue import concern_names

KINDS = {
    ResourceKind.PRACTITIONER: _("Practitioners"),
    ResourceKind.ROOM: _("Rooms"),
    ResourceKind.DEVICE: _("Devices"),
}
#: View → its word and the key that leads there.
VIEWS = {"day": (_("Day"), "d"), "week": (_("Week"), "7"), "list": (_("List"), "l")}
#: Minutes per line; the middle one is what the board opens with.
ZOOMS, USUAL_ZOOM = (5, 10, 15, 30), 15


@require_safe
@require(Permission.SEE_BOARD)
def board(request: HttpRequest) -> HttpResponse:
    """The board at the current location; `?day=`, `?view=day|week|list`, `?by=practitioner|room|device`, `?who=`."""
    location, now = current_location(request), timezone.now()
    if location is None:
        return redirect("home")
    context = _context(request, location, now)
    side = sidebar(location, context["day"], now=now, with_month=not _is_poll(request))
    shown = _list(request, location, context, now) if context["view"] == "list" else _grid(context, now)
    tag = tag_of([*shown["facts"], *_side_facts(side)])
    if _is_poll(request) and request.GET.get("seen") == tag:
        return HttpResponseNotModified()
    part = "#poll" if _is_poll(request) else ""
    return render(
        request, f"bookings/board.html{part}", {**context, **shown, "tag": tag, "side": side, "now": now}
    )


def _context(request: HttpRequest, location: Location, now: datetime) -> dict[str, Any]:
    """What was asked for, and the addresses around it."""
    today = local_day(now, location.tz)
    day, kind, zoom, view = day_of(request, today), kind_of(request), zoom_of(request), view_of(request)
    who = request.GET.get("who", "") if view == "week" else ""
    found = week_board(location, day, kind, who, now=now) if view == "week" else None
    if view == "day":
        found = day_board(location, day, kind, now=now)
    if found and found.who:
        who = str(found.who.pk)
    told = {"by": str(kind), "zoom": str(zoom), "view": view, "who": who}
    may_book = may(request.user, Permission.BOOK, location)
    has_free = may_book and view == "day" and kind == ResourceKind.PRACTITIONER and day >= today
    step = timedelta(days=7 if view == "week" else 1)
    keep = "&" + urlencode({name: value for name, value in told.items() if value})
    return {
        "board": found,
        "location": location,
        "here": f"{request.path}?day={day.isoformat()}{keep}",
        "keep": keep,
        "keep_day": "&" + urlencode({"by": str(kind), "zoom": str(zoom)}),
        "to_week": f"?day={day.isoformat()}&by={kind}&zoom={zoom}&view=week&who=",
        "zoom": zoom,
        "zooms": ZOOMS,
        "next_zoom": ZOOMS[(ZOOMS.index(zoom) + 1) % len(ZOOMS)],
        "view": view,
        "views": VIEWS.items(),
        "may_book": may_book,
        "free_url": f"{reverse('bookings:free-times')}?day={day}" if has_free else "",
        "day": day,
        "today": today,
        "before": day - step,
        "after": day + step,
        "kind": kind,
        "kinds": KINDS.items(),
    }


def _grid(context: dict[str, Any], now: datetime) -> dict[str, Any]:
    found: BoardDay = context["board"]
    faces = Faces(concern_names(), may_book=context["may_book"], now=now)
    shown = []
    for column in found.columns:
        label = day_long(column.day) if found.who else column.resource.name
        shown.append((column, faces.lane(column, label)))
    facts = [f"{found.day}{found.kind}", *(lane for _column, lane in shown)]
    return {"columns": shown, "count": found.count, "facts": facts, "symbols": symbols()}


def _list(request: HttpRequest, location: Location, context: dict[str, Any], now: datetime) -> dict[str, Any]:
    found = day_lines(location, context["day"], now=now)
    faces = Lines(request, location, concern_names(), here=context["here"], now=now)
    return {
        "lines": [faces.line(line) for line in found],
        "count": len(found),
        "facts": [_line_fact(line, now) for line in found],
    }


def tag_of(facts: Iterable[str]) -> str:
    """Changes when anything on the board does: the poll sends it back and gets 304 for "nothing new"."""
    return hashlib.sha256("|".join(facts).encode()).hexdigest()[:24]


def _line_fact(line: Line, now: datetime) -> str:
    row = line.appointment
    session = row.treatment_session.status if row.treatment_session else ""
    return f"{row.pk}.{row.version}.{session}.{row.patient.alert}.{mark_of(row, now=now).icon}"


def _side_facts(side: Sidebar) -> list[str]:
    rows = [*side.unconfirmed, *(row for row, _since in side.waiting)]
    return [f"{side.unconfirmed_count}", *(f"{row.pk}.{row.version}" for row in rows)]


def _is_poll(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == "board-body"


def day_of(request: HttpRequest, today: date) -> date:
    """The day that was asked for; today when none, or nonsense."""
    try:
        return parse_date(request.GET.get("day", "")) or today
    except ValueError:
        return today


def view_of(request: HttpRequest) -> str:
    """Day, week or list."""
    wished = request.GET.get("view", "")
    return wished if wished in VIEWS else "day"


def zoom_of(request: HttpRequest) -> int:
    """How many minutes a line stands for: what dragging snaps to."""
    wished = request.GET.get("zoom", "")
    return int(wished) if wished.isdigit() and int(wished) in ZOOMS else USUAL_ZOOM


def kind_of(request: HttpRequest) -> ResourceKind:
    """What the columns are."""
    wished = request.GET.get("by", "")
    return ResourceKind(wished) if wished in ResourceKind.values else ResourceKind.PRACTITIONER
