"""Settings that a manager may change without the operator's pages: places and what they have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.access import may, require
from clinic.actions import places
from clinic.errors import DomainError
from clinic.models import ClinicSettings, Location, OpeningHours, Resource, WorkingHours
from clinic.roles import Permission
from clinic.timekeeping import local_day
from clinic.touched import Outside, left_behind, outside_hours
from clinic.web import settings_forms as forms
from clinic.words import ResourceKind

READ_AND_SEND = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@require(Permission.MANAGE_LOCATION)
def overview(request: HttpRequest) -> HttpResponse:
    """The user's locations with their people, rooms, devices and hours."""
    mine = Location.objects.visible_to(request.user, Permission.MANAGE_LOCATION).for_settings()
    found = [
        {
            "place": place,
            "settings": getattr(place, "settings", None) or ClinicSettings(location=place),
            "hours": [rule for rule in place.opening_hours.all() if _holds(rule, place)],
            "means": [
                (
                    kind.value,
                    str(kind.label),
                    [one for one in place.resources.all() if one.kind == kind],
                )
                for kind in ResourceKind
            ],
        }
        for place in mine
    ]
    may_staff = may(request.user, Permission.MANAGE_STAFF)
    return render(request, "clinic/settings.html", {"places": found, "may_staff": may_staff})


def _holds(rule: Any, place: Location) -> bool:
    """Whether a weekly rule holds today or later."""
    today = local_day(timezone.now(), place.tz)
    return rule.valid_until is None or rule.valid_until >= today


def managed(request: HttpRequest, pk: int) -> Location:
    """A location that this person manages; else 404."""
    mine = Location.objects.visible_to(request.user, Permission.MANAGE_LOCATION)
    return get_object_or_404(mine.select_related("settings"), pk=pk)


def managed_resource(request: HttpRequest, pk: int) -> Resource:
    """A practitioner, room or device of a location that this person manages; else 404."""
    mine = Resource.objects.visible_to(request.user, Permission.MANAGE_LOCATION)
    return get_object_or_404(mine.select_related("practitioner", "room", "device__model"), pk=pk)


def show(request: HttpRequest, form: BaseForm, title: str, **more: Any) -> HttpResponse:
    """The form on its page; 422 with what is wrong and everything that was typed."""
    context = {"form": form, "title": title, **more}
    is_open = bool(form.errors or more.get("outside"))
    return render(request, "clinic/settings_form.html", context, status=422 if is_open else 200)


def left_outside(
    request: HttpRequest, form: forms.WeekForm, place: Location, resource: Resource | None = None
) -> Outside:
    """What valid new hours would leave outside; nothing as long as the form is not sent, or wrong."""
    if request.method != "POST" or not form.is_valid():
        return Outside()
    return outside_hours(place, form.windows, resource=resource, now=timezone.now())


def is_meant(request: HttpRequest, outside: Outside) -> bool:
    """Whether nothing is left outside, or somebody has seen the list and said that it is meant."""
    return not outside.rows or request.POST.get("sure") == "yes"


def saved(request: HttpRequest, form: BaseForm, act: Callable[[], object], said: str = "") -> bool:
    """Runs the action of a valid form; a refusal stands on the form and nothing is changed."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except DomainError as refusal:
        form.add_error(None, str(refusal.sentence))
        return False
    messages.success(request, said or _("Saved. It holds from now on."))
    for sentence in getattr(form, "warnings", ()):
        messages.warning(request, sentence)
    return True


@READ_AND_SEND
@require(Permission.MANAGE_LOCATION)
def location(request: HttpRequest, pk: int) -> HttpResponse:
    """The rules of a location: quiet hours, grid, holds, notice."""
    place = managed(request, pk)
    row = ClinicSettings.objects.filter(location=place).first() or ClinicSettings(location=place)
    form = forms.RulesForm(request.POST or None, instance=row)
    if saved(
        request,
        form,
        lambda: places.update_settings(location=place, by=request.user, now=timezone.now(), **form.details()),
    ):
        return redirect("clinic:settings")
    return show(request, form, _("Rules of %(place)s") % {"place": place})


@READ_AND_SEND
@require(Permission.MANAGE_LOCATION)
def location_new(request: HttpRequest) -> HttpResponse:
    """Another location; whoever opens it manages it."""
    form = forms.LocationForm(request.POST or None)
    if saved(
        request,
        form,
        lambda: places.open_location(by=request.user, now=timezone.now(), **form.details()),
        _("The location is there. Give it hours and rooms next."),
    ):
        return redirect("clinic:settings")
    return show(request, form, _("New location"))


@READ_AND_SEND
@require(Permission.MANAGE_LOCATION)
def location_details(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, address, phone, zone."""
    place = managed(request, pk)
    form = forms.LocationForm(request.POST or None, instance=Location.objects.get(pk=place.pk))
    if saved(
        request,
        form,
        lambda: places.update_location(location=place, by=request.user, now=timezone.now(), **form.details()),
    ):
        return redirect("clinic:settings")
    return show(request, form, str(place))


@READ_AND_SEND
@require(Permission.MANAGE_LOCATION)
def opening_hours(request: HttpRequest, pk: int) -> HttpResponse:
    """When the house is open, one line a weekday."""
    place = managed(request, pk)
    today = local_day(timezone.now(), place.tz)
    week = OpeningHours.objects.filter(location=place, valid_until=None).in_force(today, today)
    form = forms.WeekForm(request.POST or None, week=week)
    outside = left_outside(request, form, place)
    if is_meant(request, outside) and saved(
        request,
        form,
        lambda: places.set_opening_hours(
            location=place, week=form.windows, by=request.user, now=timezone.now()
        ),
    ):
        return redirect(outside.worklist if outside.rows else "clinic:settings")
    hint = _("From today on. What is booked outside stays, and is a list until it is moved.")
    title = _("Opening hours of %(place)s") % {"place": place}
    return show(request, form, title, hint=hint, outside=outside.rows)


@READ_AND_SEND
@require(Permission.MANAGE_LOCATION)
def cadence(request: HttpRequest, pk: int) -> HttpResponse:
    """When a location reminds its patients."""
    place = managed(request, pk)
    row = ClinicSettings.objects.filter(location=place).first() or ClinicSettings(location=place)
    formset = forms.CadenceFormSet(
        request.POST or None, initial=forms.cadence_initial(row.reminders), prefix="reminder"
    )
    if request.method == "POST" and formset.is_valid():
        places.update_settings(
            location=place,
            by=request.user,
            now=timezone.now(),
            reminders=formset.rules(),  # type: ignore[attr-defined]
        )
        messages.success(request, _("Saved. Reminders that are planned already follow within the hour."))
        return redirect("clinic:settings")
    wrong = request.method == "POST"
    context = {"formset": formset, "place": place}
    return render(request, "clinic/settings_cadence.html", context, status=422 if wrong else 200)


@READ_AND_SEND
@require(Permission.MANAGE_LOCATION)
def resource_new(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Another practitioner, room or device at a location."""
    place = managed(request, pk)
    if kind not in ResourceKind.values:
        raise Http404
    mine = Location.objects.visible_to(request.user, Permission.MANAGE_LOCATION)
    form = forms.FORMS[ResourceKind(kind)](
        request.POST or None, places=mine, initial={"locations": [place.pk], "is_active": True}
    )
    if saved(
        request,
        form,
        lambda: places.add_resource(
            kind=ResourceKind(kind),
            locations=form.cleaned_data["locations"],
            common=form.common(),
            details=form.details(),
            by=request.user,
            now=timezone.now(),
        ),
    ):
        return redirect("clinic:settings")
    return show(request, form, _("New %(kind)s") % {"kind": ResourceKind(kind).label})


@READ_AND_SEND
@require(Permission.MANAGE_LOCATION)
def resource(request: HttpRequest, pk: int) -> HttpResponse:
    """One practitioner, room or device; its hours are a page for each place."""
    row = managed_resource(request, pk)
    mine = Location.objects.visible_to(request.user, Permission.MANAGE_LOCATION)
    form = forms.FORMS[ResourceKind(row.kind)](request.POST or None, places=mine, resource=row)
    outside = _left_behind(request, form, row, mine)
    if is_meant(request, outside) and saved(
        request,
        form,
        lambda: places.update_resource(
            resource=row,
            locations=form.cleaned_data["locations"],
            among=mine,
            common=form.common(),
            details=form.details(),
            by=request.user,
            now=timezone.now(),
        ),
    ):
        return redirect(outside.worklist if outside.rows else "clinic:settings")
    here = [place for place in mine if row.locations.filter(pk=place.pk).exists()]
    return show(request, form, row.name, resource=row, hours_at=here, outside=outside.rows, is_leaving=True)


def _left_behind(
    request: HttpRequest, form: forms.ResourceForm, row: Resource, mine: Iterable[Location]
) -> Outside:
    """What is booked where a valid form no longer uses the resource; nothing as long as it is not sent, or wrong."""
    if request.method != "POST" or not form.is_valid():
        return Outside()
    wanted = form.cleaned_data["locations"] if form.cleaned_data["is_active"] else ()
    gone = {one.pk for one in mine} - {one.pk for one in wanted}
    placed = row.locations.filter(pk__in=gone) if row.is_active else ()
    return left_behind(placed, resource=row, now=timezone.now())


@READ_AND_SEND
@require(Permission.MANAGE_LOCATION)
def working_hours(request: HttpRequest, pk: int) -> HttpResponse:
    """When a practitioner, room or device works at a place: the one of `?at=`, else its first."""
    row = managed_resource(request, pk)
    at = request.GET.get("at", "")
    first = row.locations.order_by("name").values_list("pk", flat=True).first() or 0
    place = managed(request, int(at) if at.isdigit() else first)
    today = local_day(timezone.now(), place.tz)
    mine = WorkingHours.objects.filter(resource=row, location=place, valid_until=None)
    week = list(mine.in_force(today, today))
    follows_house = row.kind != ResourceKind.PRACTITIONER and not week
    empty = _("when the house is open") if follows_house else _("off")
    form = forms.WeekForm(request.POST or None, week=week, empty=empty)
    outside = left_outside(request, form, place, row)
    if is_meant(request, outside) and saved(
        request,
        form,
        lambda: places.set_working_hours(
            resource=row, location=place, week=form.windows, by=request.user, now=timezone.now()
        ),
    ):
        if outside.rows:
            return redirect(outside.worklist)
        return redirect("clinic:settings-resource", pk=row.pk)
    hint = (
        _("Without any hours nothing is offered with this person.")
        if row.kind == ResourceKind.PRACTITIONER
        else _("Without any hours it can be used whenever the house is open.")
    )
    title = _("Hours of %(name)s at %(place)s") % {"name": row.name, "place": place}
    return show(request, form, title, hint=hint, resource=row, outside=outside.rows)
