"""The practitioner's first page: the day, the next patient, what happened since."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from bookings.day import practitioner_day
from bookings.web.marks import mark_of
from clinic.access import current_location, require
from clinic.models import Location, Practitioner
from clinic.roles import Permission
from clinic.timekeeping import local_day
from treatments.queries.catalogue import zone_names


@require_safe
@require(Permission.SEE_CLINICAL)
def my_day(request: HttpRequest) -> HttpResponse:
    """One's own day at the current location; a colleague's with `?who=`."""
    location, now = current_location(request), timezone.now()
    if location is None:
        return redirect("home")
    colleagues = list(
        Practitioner.objects.filter(resource__in=location.resources.at(location)).select_related("resource")
    )
    who = _who(request, colleagues)
    day = _day(request, local_day(now, location.tz))
    found = practitioner_day(who, location, day, now=now) if who else None
    context = {
        "who": who,
        "colleagues": colleagues,
        "day": day,
        "today": local_day(now, location.tz),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "found": found,
        "shown": [(visit, mark_of(visit.appointment, now=now)) for visit in found.visits] if found else [],
        "next_mark": mark_of(found.next.appointment, now=now) if found and found.next else None,
        "zones": zone_names(),
        "tasks": _tasks(request, location),
    }
    return render(request, "bookings/my_day.html", context)


def _who(request: HttpRequest, colleagues: list[Practitioner]) -> Practitioner | None:
    wished = request.GET.get("who", "")
    mine = [one for one in colleagues if one.user_id == request.user.pk]
    chosen = [one for one in colleagues if str(one.pk) == wished]
    return next(iter([*chosen, *mine, *colleagues]), None)


def _day(request: HttpRequest, today: date) -> date:
    try:
        return parse_date(request.GET.get("day", "")) or today
    except ValueError:
        return today


def _tasks(request: HttpRequest, location: Location) -> object:
    mine = location.tasks.visible_to(request.user).waiting().worst_first()
    return mine.select_related("patient", "owner")[:6]
