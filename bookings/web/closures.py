"""Closures: leave, repair, a closed day. Whom one would touch is shown before it is made; the rest is a worklist."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.actions import closures as actions
from bookings.actions.impact import Impact, accept_all, impact
from bookings.models import Appointment
from bookings.web.marks import mark_of
from bookings.web.refusing import sentences_of
from clinic.access import current_location, require
from clinic.errors import DomainError
from clinic.forms import DateInput, TimeInput
from clinic.models import Closure, Location, Resource
from clinic.roles import Permission
from clinic.timekeeping import ONE_DAY, day_start, instant
from clinic.words import ClosureKind

PAGE = 30
#: So far ahead closures are listed.
AHEAD = timedelta(days=730)


class ClosureForm(forms.Form):
    """Who or what, from when until when. Without times, whole days."""

    resource = forms.ModelChoiceField(
        label=gettext_lazy("Who or what"),
        queryset=Resource.objects.none(),
        required=False,
        empty_label=gettext_lazy("the whole location"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Why"), choices=ClosureKind.choices)
    from_on = forms.DateField(label=gettext_lazy("From day"), widget=DateInput())
    from_at = forms.TimeField(label=gettext_lazy("From time"), required=False, widget=TimeInput())
    until_on = forms.DateField(
        label=gettext_lazy("Until day"),
        required=False,
        widget=DateInput(),
        help_text=gettext_lazy("included"),
    )
    until_at = forms.TimeField(label=gettext_lazy("Until time"), required=False, widget=TimeInput())
    label = forms.CharField(label=gettext_lazy("Label"), max_length=120, required=False)

    def __init__(self, *args: Any, location: Location, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.location = location
        self.fields["resource"].queryset = Resource.objects.at(location).order_by("kind", "name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A closure ends after it begins."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors and self.ends_at() <= self.starts_at():
            self.add_error("until_on", _("A closure ends after it begins."))
        return told

    def starts_at(self) -> datetime:
        """The first instant."""
        return instant(
            self.cleaned_data["from_on"], self.cleaned_data.get("from_at") or time(0), self.location.tz
        )

    def ends_at(self) -> datetime:
        """The end: the time that was told, or the end of the last day."""
        last: date = self.cleaned_data.get("until_on") or self.cleaned_data["from_on"]
        until = self.cleaned_data.get("until_at")
        if until is not None:
            return instant(last, until, self.location.tz)
        return day_start(last + ONE_DAY, self.location.tz)

    def period(self) -> dict[str, Any]:
        """What the action and the preview take."""
        return {
            "resource": self.cleaned_data["resource"],
            "starts_at": self.starts_at(),
            "ends_at": self.ends_at(),
        }


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.BOOK)
def closures(request: HttpRequest) -> HttpResponse:
    """Those standing from today on; POST makes one, and shows first whom it touches."""
    location = current_location(request)
    if location is None:
        return redirect("home")
    form = ClosureForm(request.POST if request.method == "POST" else None, location=location)
    touched: list[Appointment] | None = None
    if form.is_valid():
        touched = actions.inside(location=location, **form.period())
        if not touched or request.POST.get("sure") == "yes":
            return _close(request, location, form)
    now = timezone.now()
    rows = location.closures.standing().touching(now, now + AHEAD).select_related("resource")
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "form": form,
        "touched": [(row, mark_of(row, now=now)) for row in touched or []],
    }
    return render(request, "bookings/closures.html", context, status=422 if form.is_bound else 200)


def _close(request: HttpRequest, location: Location, form: ClosureForm) -> HttpResponse:
    told = form.cleaned_data
    closed = actions.close(
        location=location,
        kind=told["kind"],
        label=told["label"],
        by=request.user,
        now=timezone.now(),
        **form.period(),
    )
    if closed.inside:
        messages.warning(request, _("Closed. These appointments are still inside."))
        return redirect("bookings:closure", pk=closed.closure.pk)
    messages.success(request, _("Closed. Nobody was booked."))
    return redirect("bookings:closures")


def _found(request: HttpRequest, pk: int) -> Closure:
    mine = Closure.objects.visible_to(request.user, Permission.BOOK)
    return get_object_or_404(mine.select_related("resource", "location__settings"), pk=pk)


@require_safe
@require(Permission.BOOK)
def closure(request: HttpRequest, pk: int) -> HttpResponse:
    """One closure: who is still inside, and new times for all of them that fit together."""
    row, now = _found(request, pk), timezone.now()
    found = impact(row, now=now) if row.lifted_at is None else None
    context = {
        "closure": row,
        "inside": [(one, mark_of(one, now=now)) for one in actions.worklist(row)] if found else [],
        "impact": found,
        "acceptable": _acceptable(found),
    }
    return render(request, "bookings/closure.html", context)


def _acceptable(found: Impact | None) -> int:
    return sum(len(one.changes) for one in found.proposals if one.is_acceptable) if found else 0


@require_POST
@require(Permission.BOOK)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Moves every series that can be moved, all or none; the patients are told."""
    row, now = _found(request, pk), timezone.now()
    try:
        moved = accept_all(proposals=impact(row, now=now).proposals, by=request.user, now=now)
    except DomainError as refusal:
        for line in sentences_of(refusal):
            messages.error(request, line)
    else:
        messages.success(request, _("%(count)d appointments moved.") % {"count": len(moved)})
    return redirect("bookings:closure", pk=pk)


@require_POST
@require(Permission.BOOK)
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a closure: its time is free again."""
    actions.lift(closure=_found(request, pk), by=request.user, now=timezone.now())
    messages.success(request, _("Lifted. The time is free."))
    return redirect("bookings:closures")
