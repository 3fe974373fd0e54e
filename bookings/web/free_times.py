"""Free times on the board that somebody who waits or is due could take: drawn quietly, each a way to offer it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from bookings.freetimes import Chance, FreeTime, free_times
from bookings.gaps import offers_in
from bookings.models import WaitlistEntry
from bookings.phases import PRACTITIONER
from bookings.web.board import day_of
from bookings.web.gaps import say_offered
from clinic.access import current_location, require
from clinic.models import Location, Resource
from clinic.roles import Permission
from clinic.templatetags.clinictime import clock
from clinic.timekeeping import local_day


@require_safe
@require(Permission.BOOK)
def free(request: HttpRequest) -> JsonResponse:
    """The gaps of `?day=` by practitioner, as the board draws them, and how many there are in a sentence."""
    location, now = current_location(request), timezone.now()
    if location is None:
        return JsonResponse({"said": "", "times": []})
    day = day_of(request, local_day(now, location.tz))
    found = [one for one in free_times(location, day, now=now) if one.is_gap]
    said = ngettext("%(count)d gap fits a due session", "%(count)d gaps fit a due session", len(found)) % {
        "count": len(found)
    }
    return JsonResponse({"said": said if found else "", "times": [_drawn(one) for one in found]})


def _drawn(one: FreeTime) -> dict[str, Any]:
    """Where it stands, in seconds since 1970, and what it says; it leads to who could come."""
    count, first = len(one.chances), one.first
    told = ngettext("Free: %(count)d could come", "Free: %(count)d could come", count) % {"count": count}
    return {
        "resource": one.practitioner,
        "starts": int(first.start.timestamp()),
        "ends": int(min(first.end, max(one.during.end, first.start)).timestamp()),
        "text": told,
        "hint": _("%(time)s, offer it") % {"time": clock(first.start)},
        "url": address_of(one),
    }


def address_of(one: FreeTime) -> str:
    """The page of a free time."""
    told = urlencode({"at": one.first.start.isoformat()})
    return f"{reverse('bookings:free-time', args=[one.practitioner])}?{told}"


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.BOOK)
def free_time(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows who could come to a practitioner at `?at=`; POST offers the time to one of those who wait."""
    who = get_object_or_404(Resource.objects.visible_to(request.user, Permission.BOOK), pk=pk)
    location, now = current_location(request), timezone.now()
    if location is None:
        return redirect("home")
    at = _instant(request.GET.get("at", ""), now)
    found = _found(location, pk, at, now)
    if request.method == "POST":
        return _offer(request, location, who, found)
    context = {
        "who": who,
        "at": at,
        "found": found,
        "offers": offers_in(location, found.during, now=now) if found else [],
        "chances": [(one, _book_address(one, who)) for one in found.chances] if found else [],
    }
    return render(request, "bookings/free_time.html", context)


def _instant(text: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return now
    return at if at.utcoffset() is not None else now


def _found(location: Location, practitioner: int, at: datetime, now: datetime) -> FreeTime | None:
    """The free time that an address is about, as it is now."""
    day = local_day(at, location.tz)
    times = free_times(location, day, now=now, only=practitioner)
    return next(
        (one for one in times if one.during.start <= at < one.during.end or one.first.start == at), None
    )


def _book_address(chance: Chance, who: Resource) -> str:
    """Where the session of somebody who is due is booked for this time."""
    start = timezone.localtime(chance.during.start)
    told: dict[str, str | int] = {
        "for": f"session-{chance.person.session.pk}",
        "day": start.date().isoformat(),
        "time": f"{start:%H:%M}",
        "practitioner": who.pk,
    }
    patient = chance.person.visit.patient.pk
    return f"{reverse('bookings:find-times', args=[patient])}?{urlencode(told)}"


def _offer(request: HttpRequest, location: Location, who: Resource, found: FreeTime | None) -> HttpResponse:
    told = request.POST.get("entry", "")
    mine = WaitlistEntry.objects.visible_to(request.user, Permission.BOOK).at(location)
    entry = get_object_or_404(mine, pk=int(told) if told.isdigit() else 0)
    chance = next((one for one in found.chances if one.person.entry == entry), None) if found else None
    if chance is None:
        messages.warning(request, _("Somebody was faster: this time no longer suits."))
        return redirect(request.get_full_path())
    say_offered(request, entry, chance.during, only={PRACTITIONER: who.pk})
    return redirect(request.get_full_path())
