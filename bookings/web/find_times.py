"""“Book”, second page: for what and when. Five free times, held while on the phone; one press books one of them."""

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
from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from bookings.actions import appointments as actions
from bookings.actions.choosing import release_choices, take_choice
from bookings.assignment import Slot
from bookings.models import Appointment
from bookings.phases import PRACTITIONER
from bookings.problems import is_past_quota, problems_for
from bookings.series import PartOfDay, Wishes
from bookings.slots import settings_of
from bookings.visits import Visit
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

    @property
    def past_quota(self) -> bool:
        """Whether the day's number is reached: booking it all the same is on purpose."""
        return is_past_quota(self.problems)


@dataclass(frozen=True)
class Call:
    """Who is on the phone, at which place, and what for."""

    location: Location
    patient: Patient
    errands: list[Errand]
    errand: Errand

    @property
    def visit(self) -> Visit:
        """What is to be booked."""
        return self.errand.visit


def call_of(request: HttpRequest, location: Location, pk: int) -> Call:
    """The call that an address is about; 404 for a patient of elsewhere."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
    errands = errands_of(patient, location, now=timezone.now())
    code = request.POST.get("for") or request.GET.get("for", "")
    errand = next((one for one in errands if one.code == code), errands[0])
    return Call(location, patient, errands, errand)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.BOOK)
def times(request: HttpRequest, pk: int) -> HttpResponse:
    """GET offers times for one errand of a patient; POST books or holds one of them."""
    location = current_location(request)
    if location is None:
        return redirect("home")
    call = call_of(request, location, pk)
    if request.method == "POST":
        return _take(request, call)
    log_access(request, call.patient, "booking", now=timezone.now())
    return times_page(request, call, offered(request, call))


def offered(request: HttpRequest, call: Call) -> list[Slot]:
    """The next times for what was asked, of those that are free now."""
    now, there = timezone.now(), call.visit.location
    form = _wishes(request, there)
    return _choices(call.errand, form.wishes(), _first_day(request, call, form, now), now)


def _wishes(request: HttpRequest, location: Location) -> WhenForm:
    asks = any(name in request.GET for name in ("who", "parts", "since"))
    return WhenForm(request.GET if asks else None, location=location)


def _first_day(request: HttpRequest, call: Call, form: WhenForm, now: datetime) -> date:
    there = call.visit.location
    start = _wall(request, there)
    return form.since_day() or (
        local_day(start, there.tz) if start else call.errand.first_day(local_day(now, there.tz))
    )


def times_page(
    request: HttpRequest,
    call: Call,
    slots: list[Slot],
    *,
    held: list[Appointment] | None = None,
    refusals: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, or only its choices for a request that asks for them; `held` are the holds on the slots."""
    now, there = timezone.now(), call.visit.location
    form = _wishes(request, there)
    held_until = [row.held_until for row in held or [] if row.held_until]
    context = {
        "patient": call.patient,
        "errands": call.errands,
        "errand": call.errand,
        "form": form,
        "times": [(slot, value_of(slot)) for slot in slots],
        "held": held,
        "held_until": min(held_until, default=None),
        "seconds_left": int((min(held_until, default=now) - now).total_seconds()),
        "names": dict(Resource.objects.at(there).values_list("pk", "name")),
        "clicked": clicked_time(request, call.errand, now),
        "refusals": refusals or [],
        "carried": [(name, text) for name, text in carried(request.GET).items() if name != "for"],
        "asked": request.GET.urlencode(),
        "coming": [(row, mark_of(row, now=now)) for row in _coming(request, call.patient, now)],
        "missed": Appointment.objects.visible_to(request.user).of_patient(call.patient).missed().count(),
        "hold_minutes": settings_of(there).hold_minutes,
        "is_here": request.GET.get("here") == "yes",
    }
    part = "#choices" if request.headers.get("HX-Target") == "choices" else ""
    return render(request, f"bookings/find_times.html{part}", context, status=status)


def _choices(errand: Errand, wishes: Wishes, first: date, now: datetime) -> list[Slot]:
    """The next free times; with exactly one practitioner wished, only with that one."""
    only = {PRACTITIONER: next(iter(wishes.practitioners))} if len(wishes.practitioners) == 1 else None
    return times_for(errand.visit, now=now, from_day=first, count=CHOICES, wishes=wishes, only=only)


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
    mine = [row.pk for row in Appointment.objects.choices_of(desk_of(request))]
    problems = problems_for(errand.visit, start=start, now=now, chosen=chosen, by=request.user, without=mine)
    return Clicked(start, chosen, problems)


def _wall(request: HttpRequest, location: Location) -> datetime | None:
    try:
        day, wall = parse_date(request.GET.get("day", "")), parse_time(request.GET.get("time", ""))
    except ValueError:
        return None
    return instant(day, wall, location.tz) if day and wall else None


def desk_of(request: HttpRequest) -> str:
    """The name under which this login keeps its choices: nobody else can guess it, and two requests at once agree."""
    return salted_hmac("choices of a desk", request.session.session_key or "").hexdigest()[:24]


def _take(request: HttpRequest, call: Call) -> HttpResponse:
    """Books, or holds; a refusal shows the page again with the reasons and fresh times."""
    is_meant = call.errand.code == request.POST.get("for")
    wanted = chosen_in(request.POST.get("slot", ""))
    try:
        if "here" in request.POST and is_meant:
            return _walk_in(request, call)
        if wanted is None or not is_meant:
            sentence = _("Choose one of the times.")
            return times_page(request, call, offered(request, call), refusals=[sentence], status=422)
        return _book(request, call, *wanted)
    except DomainError as refusal:
        fresh = offered(request, call)
        return times_page(request, call, fresh, refusals=sentences_of(refusal), status=refusal.status)


def _walk_in(request: HttpRequest, call: Call) -> HttpResponse:
    """Somebody who stands at the desk: booked for now, and noted as here."""
    release_choices(desk=desk_of(request), now=timezone.now())
    row = actions.walk_in(visit=call.visit, by=request.user, now=timezone.now())
    messages.success(request, _("%(name)s is booked for now, and checked in.") % {"name": call.patient})
    return redirect(f"{reverse('bookings:board')}#a{row.pk}")


def _book(request: HttpRequest, call: Call, starts_at: datetime, chosen: dict[str, int]) -> HttpResponse:
    is_kept = "hold" in request.POST
    row = take_choice(
        visit=call.visit,
        starts_at=starts_at,
        chosen=chosen,
        desk=desk_of(request),
        by=request.user,
        now=timezone.now(),
        note=request.POST.get("note", "").strip()[:300],
        is_told=request.POST.get("silent") != "yes",
        is_kept=is_kept,
        past_quota=request.POST.get("past_quota") == "yes",
    )
    if is_kept:
        return redirect("bookings:appointment", pk=row.pk)
    messages.success(request, _("Booked for %(name)s.") % {"name": call.patient})
    day = local_day(row.starts_at, row.location.tz)
    return redirect(f"{reverse('bookings:board')}?day={day.isoformat()}#a{row.pk}")
