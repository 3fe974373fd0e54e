"""The five choices are held while somebody is on the phone, and given back when the page is left."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from bookings.actions.choosing import hold_choices, release_choices
from bookings.assignment import Slot
from bookings.models import Appointment
from bookings.web.find_times import CHOICES, Call, call_of, desk_of, offered, times_page
from clinic.access import current_location, require
from clinic.roles import Permission

#: Somebody else may take a time between the look and the hold; then it is looked again, so often at most.
LOOKS = 3


@require_POST
@require(Permission.BOOK)
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Looks for times anew and holds all of them; what this desk held before is free again."""
    location = current_location(request)
    if location is None:
        return redirect("home")
    call = call_of(request, location, pk)
    slots, held = _held(request, call)
    return times_page(request, call, slots, held=held)


def _held(request: HttpRequest, call: Call) -> tuple[list[Slot], list[Appointment]]:
    """The times that are held, with their holds in the same order."""
    desk = desk_of(request)
    slots: list[Slot] = []
    held: list[Appointment] = []
    for _look in range(LOOKS):
        release_choices(desk=desk, now=timezone.now())
        slots = offered(request, call)
        held = hold_choices(
            visit=call.visit,
            slots=slots,
            desk=desk,
            by=request.user,
            now=timezone.now(),
            asked_at=_drawn_at(request),
        )
        if len(held) in (len(slots), CHOICES):
            break
    starts = {row.starts_at for row in held}
    return [slot for slot in slots if slot.start in starts], held


def _drawn_at(request: HttpRequest) -> datetime | None:
    """When the page was drawn that asks."""
    told = request.POST.get("drawn", "")
    return datetime.fromtimestamp(int(told), UTC) if told.isdigit() and len(told) < 12 else None


@require_POST
@require(Permission.BOOK)
def release(request: HttpRequest) -> HttpResponse:
    """The page was left: its choices are free again. `held` names them, so that a newer search keeps its own."""
    told = [int(pk) for pk in request.POST.getlist("held") if pk.isdigit()]
    release_choices(desk=desk_of(request), now=timezone.now(), only=told)
    return HttpResponse(status=204)
