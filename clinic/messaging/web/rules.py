"""What a location sends: every kind of message with its rules, each with a switch, its texts and an example."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.access import current_location, require
from clinic.errors import DomainError
from clinic.messaging.actions.outbox import settings_of
from clinic.messaging.actions.rules import switch_rule
from clinic.messaging.rules import overview
from clinic.messaging.wordings import Wordings
from clinic.messaging.words import Channel
from clinic.models import Location
from clinic.roles import Permission


@require_safe
@require(Permission.MANAGE_LOCATION)
def rules(request: HttpRequest) -> HttpResponse:
    """The current location's rules."""
    place = _mine(request)
    groups = overview(place, settings_of(place)) if place else []
    wordings = Wordings()
    shown = [
        (group, [(channel, wordings.exact(group.kind, channel, place.language)) for channel in Channel])
        for group in groups
        if place
    ]
    context = {"place": place, "shown": shown}
    return render(request, "messaging/rules.html", context)


@require_POST
@require(Permission.MANAGE_LOCATION)
def switch(request: HttpRequest, code: str) -> HttpResponse:
    """Switches one rule or kind of the current location on or off."""
    place = _mine(request)
    if place is None:
        return redirect("messaging:rules")
    is_on = request.POST.get("is_on") == "yes"
    try:
        count = switch_rule(place, code, is_on=is_on, by=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _done(is_on, count))
    return redirect("messaging:rules")


def _done(is_on: bool, count: int) -> str:
    if is_on:
        return _("Switched on. What is still useful is being planned now.")
    return _("Switched off. Planned messages that were called back: %(count)d.") % {"count": count}


def _mine(request: HttpRequest) -> Location | None:
    place = current_location(request)
    if place is None:
        return None
    return Location.objects.visible_to(request.user, Permission.MANAGE_LOCATION).filter(pk=place.pk).first()
