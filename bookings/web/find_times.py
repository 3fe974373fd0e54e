"""“Book”, second page: for what and when. Five free times; one press books, or holds while on the phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from bookings.actions import appointments as actions
from bookings.assignment import Slot
from bookings.models import Appointment
from bookings.phases import PRACTITIONER
from bookings.problems import problems_for
from bookings.series import PartOfDay, Wishes
from bookings.slots import settings_of
from bookings.web.errands import Errand, errands_of
from bookings.web.find import carried
from bookings.web.marks import mark_of
from bookings.web.refusing import sentences_of
from bookings.web.times import times_for
from clinic.access import current_location, log_access, require
from clinic.errors import Blocker, DomainError, NeedsApproval, Problem
from clinic.forms import CheckboxChips, DateInput
from clinic.models import Location, Patient, Practitioner, Resource
from clinic.roles import Permission
from clinic.timekeeping import instant, local_day
from clinic.words import ResourceKind

#: So many choices for somebody on the phone.
CHOICES = 5
PARTS = [
    (PartOfDay.MORNING, gettext_lazy("mornings")),
    (PartOfDay.AFTERNOON, gettext_lazy("afternoons")),
    (PartOfDay.EVENING, gettext_lazy("evenings")),
]


class WhenForm(forms.Form):
    """What suits the patient. Everything may be left open."""

    who = forms.MultipleChoiceField(label=gettext_lazy("With"), required=False, widget=CheckboxChips())
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("At"), required=False, choices=PARTS, widget=CheckboxChips()
    )
    since = forms.DateField(label=gettext_lazy("From day"), required=False, widget=DateInput())

    def __init__(self, *args: Any, location: Location, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(one.pk), one.resource.name) for one in Practitioner.objects.at(location)]
        self.fields["who"].choices = people  # type: ignore[attr-defined]

    def wishes(self) -> Wishes:
        """As the search reads them; nonsense is no wish."""
        told = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return Wishes(
            practitioners=frozenset(map(int, told.get("who", ()))),
            parts=frozenset(PartOfDay(part) for part in told.get("parts", ())),
        )

    def since_day(self) -> date | None:
        """The first day that suits."""
        found: date | None = self.cleaned_data.get("since") if self.is_bound and self.is_valid() else None
        return found


@dataclass(frozen=True)
class Clicked:
    """The time on the board that somebody chose, and what stands against it."""

    start: datetime
    chosen: Mapping[str, int]
    problems: list[Problem]

    @property
    def is_possible(self) -> bool:
        """Whether it can be booked as it is."""
        return not any(isinstance(problem, Blocker | NeedsApproval) for problem in self.problems)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.BOOK)
def times(request: HttpRequest, pk: int) -> HttpResponse:
    """GET offers times for one errand of a patient; POST books or holds one of them."""
    location = current_location(request)
    if location is None:
        return redirect("home")
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
    now = timezone.now()
    errands = errands_of(patient, location, now=now)
    errand = _wished(errands, request.POST.get("for") or request.GET.get("for", ""))
    if request.method == "POST":
        return _take(request, location, patient, errands, errand)
    log_access(request, patient, "booking", now=now)
    return _page(request, location, patient, errands, errand)


def _wished(errands: list[Errand], code: str) -> Errand:
    return next((one for one in errands if one.code == code), errands[0])


def _page(
    request: HttpRequest,
    location: Location,
    patient: Patient,
    errands: list[Errand],
    errand: Errand,
    refusals: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    now, there = timezone.now(), errand.visit.location
    form = WhenForm(request.GET if _asks(request) else None, location=there)
    wishes = form.wishes()
    clicked = clicked_time(request, errand, now)
    first = form.since_day() or (
        local_day(clicked.start, there.tz) if clicked else errand.first_day(local_day(now, there.tz))
    )
    context = {
        "patient": patient,
        "errands": errands,
        "errand": errand,
        "form": form,
        "times": _choices(errand, wishes, first, now),
        "names": dict(Resource.objects.at(there).values_list("pk", "name")),
        "clicked": clicked,
        "refusals": refusals or [],
        "first": first,
        "carried": [(name, text) for name, text in carried(request.GET).items() if name != "for"],
        "coming": [(row, mark_of(row, now=now)) for row in _coming(request, patient, now)],
        "missed": Appointment.objects.visible_to(request.user).of_patient(patient).missed().count(),
        "hold_minutes": settings_of(there).hold_minutes,
        "is_here": request.GET.get("here") == "yes",
    }
    return render(request, "bookings/find_times.html", context, status=status)


def _asks(request: HttpRequest) -> bool:
    return any(name in request.GET for name in ("who", "parts", "since"))


def _choices(errand: Errand, wishes: Wishes, first: date, now: datetime) -> list[tuple[Slot, str]]:
    """The next free times; with exactly one practitioner wished, only with that one."""
    only = {PRACTITIONER: next(iter(wishes.practitioners))} if len(wishes.practitioners) == 1 else None
    found = times_for(errand.visit, now=now, from_day=first, count=CHOICES, wishes=wishes, only=only)
    return [(slot, value_of(slot)) for slot in found]


def value_of(slot: Slot) -> str:
    """A choice as a form carries it: start, then role=resource."""
    roles = sorted(slot.assignment.items())
    return "|".join([slot.start.isoformat(), *(f"{role}={pk}" for role, pk in roles)])


def chosen_in(text: str) -> tuple[datetime, dict[str, int]] | None:
    """The start and resources that a form carried; None for nonsense."""
    start, *pairs = text.split("|")
    try:
        starts_at = datetime.fromisoformat(start)
        chosen = {role: int(pk) for role, _sign, pk in (pair.partition("=") for pair in pairs)}
    except ValueError:
        return None
    known = set(chosen) <= set(ResourceKind.values)
    return (starts_at, chosen) if starts_at.utcoffset() is not None and known else None


def _coming(request: HttpRequest, patient: Patient, now: datetime) -> list[Appointment]:
    rows = Appointment.objects.visible_to(request.user).of_patient(patient).coming(now)
    return list(rows.for_board()[:6])


def clicked_time(request: HttpRequest, errand: Errand, now: datetime) -> Clicked | None:
    """The time that came along from the board, judged for this errand."""
    start = _wall(request, errand.visit.location)
    if start is None:
        return None
    told = {role: request.GET.get(role, "") for role in ResourceKind.values}
    chosen = {role: int(pk) for role, pk in told.items() if pk.isdigit() and role in errand.visit.roles}
    problems = problems_for(errand.visit, start=start, now=now, chosen=chosen, by=request.user)
    return Clicked(start, chosen, problems)


def _wall(request: HttpRequest, location: Location) -> datetime | None:
    try:
        day, wall = parse_date(request.GET.get("day", "")), parse_time(request.GET.get("time", ""))
    except ValueError:
        return None
    return instant(day, wall, location.tz) if day and wall else None


def _walk_in(
    request: HttpRequest, location: Location, patient: Patient, errands: list[Errand], errand: Errand
) -> HttpResponse:
    """Somebody who stands at the desk: booked for now, and noted as here."""
    try:
        row = actions.walk_in(visit=errand.visit, by=request.user, now=timezone.now())
    except DomainError as refusal:
        return _page(request, location, patient, errands, errand, sentences_of(refusal), refusal.status)
    messages.success(request, _("%(name)s is booked for now, and checked in.") % {"name": patient})
    return redirect(f"{reverse('bookings:board')}#a{row.pk}")


def _take(
    request: HttpRequest, location: Location, patient: Patient, errands: list[Errand], errand: Errand
) -> HttpResponse:
    """Books, or holds; a refusal shows the page again with the reasons and fresh times."""
    if "here" in request.POST and errand.code == request.POST.get("for"):
        return _walk_in(request, location, patient, errands, errand)
    wanted = chosen_in(request.POST.get("slot", ""))
    if wanted is None or errand.code != request.POST.get("for"):
        return _page(request, location, patient, errands, errand, [_("Choose one of the times.")], 422)
    starts_at, chosen = wanted
    common = {"visit": errand.visit, "starts_at": starts_at, "chosen": chosen, "by": request.user}
    try:
        if "hold" in request.POST:
            held = actions.hold(**common, now=timezone.now())  # type: ignore[arg-type]
            return redirect("bookings:appointment", pk=held.pk)
        row = actions.book(
            **common,  # type: ignore[arg-type]
            now=timezone.now(),
            note=request.POST.get("note", "").strip()[:300],
            is_told=request.POST.get("silent") != "yes",
        )
    except DomainError as refusal:
        return _page(request, location, patient, errands, errand, sentences_of(refusal), refusal.status)
    messages.success(request, _("Booked for %(name)s.") % {"name": patient})
    day = local_day(row.starts_at, row.location.tz)
    return redirect(f"{reverse('bookings:board')}?day={day.isoformat()}#a{row.pk}")
