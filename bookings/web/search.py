"""`/` anywhere: people, an appointment or a day; below the field while it is typed, on a page of its own by Enter."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.search import find
from bookings.web.marks import mark_of
from clinic.access import current_location, may, require
from clinic.roles import Permission


@require_safe
@require(Permission.SEE_PATIENTS)
def search(request: HttpRequest) -> HttpResponse:
    """What `?q=` found. Enter on a single person goes to the person."""
    location, now = current_location(request), timezone.now()
    if location is None:
        return redirect("home")
    words = request.GET.get("q", "").strip()
    found = find(request.user, words, location, now=now)
    is_part = request.headers.get("HX-Target") == "search-found"
    if "go" in request.GET and not is_part and len(found.hits) == 1 and not found.day:
        return redirect("clinic:patient", pk=found.hits[0].patient.pk)
    shown = [
        (
            hit,
            mark_of(hit.coming, now=now) if hit.coming else None,
            mark_of(hit.last, now=now) if hit.last else None,
        )
        for hit in found.hits
    ]
    context = {
        "words": words,
        "found": found,
        "shown": shown,
        "may_book": may(request.user, Permission.BOOK, location),
        "is_part": is_part,
    }
    return render(request, f"bookings/search.html{'#found' if is_part else ''}", context)
