"""A freed time: who it was, to whom it is offered, and who of those who wait could come instead."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.actions.offering import offer_to
from bookings.gaps import fits_for, gap_of, offers_in
from bookings.models import Appointment, WaitlistEntry
from bookings.web.appointments import found_for
from bookings.web.marks import mark_of
from bookings.words import OCCUPYING
from clinic.access import require
from clinic.errors import DomainError
from clinic.intervals import Interval
from clinic.models import Resource
from clinic.roles import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.BOOK)
def gap(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows who fits into the time that an appointment left; POST offers it to one of them, held meanwhile."""
    row, now = found_for(request, pk, Permission.BOOK), timezone.now()
    if request.method == "POST":
        return _offer(request, row)
    is_free = row.status not in OCCUPYING and row.ends_at > now
    left = gap_of(row)
    context = {
        "appointment": row,
        "mark": mark_of(row, now=now),
        "is_free": is_free,
        "offers": offers_in(row.location, left, now=now) if is_free else [],
        "fits": fits_for(row.location, left, now=now) if is_free else [],
        "names": dict(Resource.objects.at(row.location).values_list("pk", "name")),
    }
    return render(request, "bookings/gap.html", context)


def _offer(request: HttpRequest, row: Appointment) -> HttpResponse:
    mine = WaitlistEntry.objects.visible_to(request.user, Permission.BOOK).at(row.location_id)
    told = request.POST.get("entry", "")
    entry = get_object_or_404(mine, pk=int(told) if told.isdigit() else 0)
    say_offered(request, entry, gap_of(row))
    return redirect("bookings:gap", pk=row.pk)


def say_offered(
    request: HttpRequest, entry: WaitlistEntry, freed: Interval, *, only: Mapping[str, int] | None = None
) -> None:
    """Offers a free time to somebody who waits, and says what came of it."""
    try:
        made = offer_to(entry=entry, freed=freed, by=request.user, now=timezone.now(), only=only)
    except DomainError as refusal:
        messages.error(request, str(refusal.sentence))
        return
    if made is None:
        messages.warning(request, _("Somebody was faster: this time no longer suits."))
    else:
        said = _("Offered to %(name)s and held. The message leaves now.")
        messages.success(request, said % {"name": entry.patient})
