"""Choosing where one works right now."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from clinic.access import choose_location
from clinic.models import Location


@login_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remembers the location and goes back to the page."""
    location = get_object_or_404(
        Location.objects.visible_to(request.user), pk=_number(request.POST.get("location", ""))
    )
    choose_location(request, location)
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return redirect(target if safe else "/")


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
