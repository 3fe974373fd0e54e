"""The waitlist: who would like to come, or to come earlier; what was offered; adding and withdrawing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.actions import offering, waiting
from bookings.due import days_over
from bookings.models import Appointment, WaitlistEntry
from bookings.offerable import most_urgent_first
from bookings.series import PartOfDay
from bookings.web.refusing import sentences_of
from bookings.words import AppointmentStatus
from clinic.access import current_location, require
from clinic.errors import DomainError
from clinic.forms import CheckboxChips, DateInput
from clinic.intervals import Interval
from clinic.models import Location, Practitioner, Resource
from clinic.models.hours import WEEKDAYS
from clinic.roles import Permission
from clinic.timekeeping import ONE_DAY, day_start, local_day
from treatments.models import TreatmentSession

PARTS = [
    (PartOfDay.MORNING, gettext_lazy("mornings")),
    (PartOfDay.AFTERNOON, gettext_lazy("afternoons")),
    (PartOfDay.EVENING, gettext_lazy("evenings")),
]
#: Without a booked appointment the wish reaches so far.
USUAL_DAYS = timedelta(days=28)


class WishForm(forms.Form):
    """When somebody would come. Only the days are needed."""

    from_on = forms.DateField(label=gettext_lazy("From"), widget=DateInput())
    until_on = forms.DateField(label=gettext_lazy("Until"), widget=DateInput())
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On"), required=False, coerce=int, choices=WEEKDAYS, widget=CheckboxChips()
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("At"), required=False, choices=PARTS, widget=CheckboxChips()
    )
    practitioners = forms.TypedMultipleChoiceField(
        label=gettext_lazy("With"), required=False, coerce=int, widget=CheckboxChips()
    )

    def __init__(self, *args: Any, location: Location, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(one.pk), one.resource.name) for one in Practitioner.objects.at(location)]
        self.fields["practitioners"].choices = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The last day comes after the first."""
        told: dict[str, Any] = super().clean() or {}
        first, last = told.get("from_on"), told.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", _("The last day comes after the first."))
        return told


@require_safe
@require(Permission.BOOK)
def waitlist(request: HttpRequest) -> HttpResponse:
    """Everybody who waits at the current location, the overdue first as in offering, with the offer that is open."""
    location = current_location(request)
    if location is None:
        return redirect("home")
    entries = list(WaitlistEntry.objects.visible_to(request.user).at(location).on_list())
    names = dict(Resource.objects.at(location).values_list("pk", "name"))
    booked = Appointment.objects.live().by_session([entry.treatment_session_id for entry in entries])
    now = timezone.now()
    over = days_over([entry.treatment_session for entry in entries], now=now)
    rows = [
        {
            "entry": entry,
            "offer": next((offer for offer in entry.offers.all() if offer.is_open(now)), None),
            "booked": _agreed(booked.get(entry.treatment_session_id)),
            "wishes": wish_words(entry, names),
            "days": over.get(entry.treatment_session_id, 0),
        }
        for entry in most_urgent_first(entries, over)
    ]
    return render(request, "bookings/waitlist.html", {"rows": rows, "now": now})


def _agreed(row: Appointment | None) -> Appointment | None:
    """An appointment that somebody would leave for an earlier one; the hold behind an offer is none."""
    return row if row is not None and row.status != AppointmentStatus.HELD else None


def wish_words(entry: WaitlistEntry, names: dict[int, str]) -> list[str]:
    """The wishes in words: mornings, on Tuesday, with Dr. Weiss."""
    parts, days = dict(PARTS), dict(WEEKDAYS)
    told = entry.wishes
    return [
        *(str(parts[part]) for part in told.get("parts", ()) if part in parts),
        *(str(days[day]) for day in told.get("weekdays", ()) if day in days),
        *(names[pk] for pk in told.get("practitioners", ()) if pk in names),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.BOOK)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts one session on the list."""
    mine = TreatmentSession.objects.visible_to(request.user)
    session = get_object_or_404(
        mine.select_related("plan__patient", "plan__location__settings", "protocol_version__protocol"), pk=pk
    )
    booked = Appointment.objects.live().by_session([session.pk]).get(session.pk)
    posted = request.POST if request.method == "POST" else None
    form = WishForm(posted, location=session.plan.location, initial=_usual(session, booked))
    if form.is_valid():
        try:
            waiting.add(session=session, by=request.user, now=timezone.now(), **_told(form))
            messages.success(request, _("%(name)s is on the waitlist.") % {"name": session.plan.patient})
            return redirect("bookings:waitlist")
        except DomainError as refusal:
            form.add_error(None, sentences_of(refusal)[0])
    context = {"session": session, "plan": session.plan, "booked": booked, "form": form}
    return render(request, "bookings/waitlist_add.html", context, status=422 if form.errors else 200)


def _told(form: WishForm) -> dict[str, Any]:
    told = form.cleaned_data
    wishes = {name: frozenset(told[name]) for name in ("weekdays", "parts", "practitioners")}
    return {"from_on": told["from_on"], "until_on": told["until_on"], **wishes}


def _usual(session: TreatmentSession, booked: Appointment | None) -> dict[str, date]:
    """From today until the day before the appointment that would be earlier, or for some weeks."""
    zone = session.plan.location.tz
    today = local_day(timezone.now(), zone)
    until = local_day(booked.starts_at, zone) - ONE_DAY if booked else today + USUAL_DAYS
    return {"from_on": today, "until_on": max(until, today)}


def _entry(request: HttpRequest, pk: int) -> WaitlistEntry:
    mine = WaitlistEntry.objects.visible_to(request.user, Permission.BOOK)
    return get_object_or_404(mine.select_related("location", "patient"), pk=pk)


@require_POST
@require(Permission.BOOK)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes somebody off the list."""
    entry = _entry(request, pk)
    return _do(
        request,
        lambda: waiting.withdraw(entry=entry, by=request.user, now=timezone.now()),
        _("%(name)s no longer waits.") % {"name": entry.patient},
    )


@require_POST
@require(Permission.BOOK)
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Looks for a time for one entry now, and offers it."""
    entry, now = _entry(request, pk), timezone.now()
    zone = entry.location.tz
    first, last = max(day_start(entry.from_on, zone), now), day_start(entry.until_on + ONE_DAY, zone)
    if first >= last:
        messages.warning(request, _("The wished days are over."))
        return redirect("bookings:waitlist")
    made = offering.offer_to(entry=entry, freed=Interval(first, last), by=request.user, now=now)
    if made is None:
        messages.warning(request, _("Nothing is free that suits."))
    else:
        messages.success(request, _("Offered and held. The patient is told now."))
    return redirect("bookings:waitlist")


@require_POST
@require(Permission.BOOK)
def answer(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """The patient answers an open offer on the phone: `accept` or `decline`."""
    entry = _entry(request, pk)
    open_offer = entry.offers.with_hold().last_open()
    if open_offer is None:
        messages.warning(request, _("This offer is over."))
        return redirect("bookings:waitlist")
    act = waiting.accept if verb == "accept" else waiting.decline
    done = _("Booked.") if verb == "accept" else _("Declined. The time goes to the next.")
    return _do(request, lambda: act(offer=open_offer, by=request.user, now=timezone.now()), done)


def _do(request: HttpRequest, act: Callable[[], object], sentence: str) -> HttpResponse:
    try:
        act()
        messages.success(request, sentence)
    except DomainError as refusal:
        for line in sentences_of(refusal):
            messages.error(request, line)
    return redirect("bookings:waitlist")
