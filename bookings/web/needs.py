"""“Needs a person”, beside the board: fetched by itself, so that the board stays as quick as it is."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.needs import needs_of
from bookings.web.appointments import back_of
from bookings.web.board import tag_of
from clinic.access import current_location, may, require
from clinic.roles import Permission

#: A time that begins sooner can no longer be offered to somebody who waits.
OFFERABLE = timedelta(hours=2)


@require_safe
@require(Permission.SEE_BOARD)
def needs(request: HttpRequest) -> HttpResponse:
    """Each line with the one thing to do about it; 304 for the list that was seen."""
    location, now = current_location(request), timezone.now()
    if location is None:
        return redirect("home")
    found = needs_of(request.user, location, now=now)
    tag = tag_of(found.facts())
    if request.GET.get("needs-seen") == tag:
        return HttpResponseNotModified()
    context = {
        "needs": found,
        "tag": tag,
        "now": now,
        "offerable": now + OFFERABLE,
        "may_book": may(request.user, Permission.BOOK, location),
        "back": back_of(request),
    }
    part = "#list" if request.headers.get("HX-Target") == "needs" else ""
    return render(request, f"bookings/needs.html{part}", context)
