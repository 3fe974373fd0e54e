"""Settings that a manager may change without the operator's pages."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.access import require
from clinic.models import ClinicSettings, Location
from clinic.roles import Permission
from clinic.web.forms import LocationSettingsForm


@require_safe
@require(Permission.MANAGE_LOCATION)
def overview(request: HttpRequest) -> HttpResponse:
    """The user's locations with their people, rooms, devices and hours."""
    mine = Location.objects.visible_to(request.user, Permission.MANAGE_LOCATION).for_settings()
    return render(request, "clinic/settings.html", {"places": mine})


@require(Permission.MANAGE_LOCATION)
def location(request: HttpRequest, pk: int) -> HttpResponse:
    """What one location has decided."""
    place = get_object_or_404(Location.objects.visible_to(request.user, Permission.MANAGE_LOCATION), pk=pk)
    row, _created = (
        ClinicSettings.objects.get_or_create(location=place)
        if request.method == "POST"
        else (
            ClinicSettings.objects.filter(location=place).first() or ClinicSettings(location=place),
            False,
        )
    )
    form = LocationSettingsForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. It holds from now on."))
        return redirect("clinic:settings")
    return render(
        request,
        "clinic/settings_location.html",
        {"form": form, "place": place},
        status=422 if form.errors else 200,
    )
