"""Where one works right now, and whether single keys are used: what each login chooses for itself."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from clinic.access import choose_location
from clinic.actions.staff import use_shortcuts
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


@login_required
@require_POST
def keys(request: HttpRequest) -> HttpResponse:
    """Whether single keys work for this login, on every device."""
    use_shortcuts(user=request.user, is_on=request.POST.get("on") == "yes")
    return HttpResponse(status=204)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
