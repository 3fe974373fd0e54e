"""“Book”, first page: who. Part of a name or digits of the phone, or somebody new with a name and a number."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from phonenumber_field.formfields import PhoneNumberField

from bookings.search import people
from bookings.web.refusing import sentences_of
from clinic.access import current_location, require
from clinic.actions.patients import Duplicate, find_duplicates, register_patient
from clinic.errors import DomainError
from clinic.forms import DateInput, PhoneInput
from clinic.models import Location, Patient
from clinic.roles import Permission

#: What travels from page to page: the time on the board that was clicked, and what was asked for.
CARRIED = ("day", "time", "practitioner", "room", "device", "for", "here")


class NewPatientForm(forms.Form):
    """Just enough for somebody on the phone; the rest is asked when they come."""

    given_name = forms.CharField(label=_("Given name"), max_length=80)
    family_name = forms.CharField(label=_("Family name"), max_length=80)
    phone = forms.CharField(label=_("Mobile phone"))
    born_on = forms.DateField(label=_("Date of birth"), required=False, widget=DateInput())

    def __init__(self, *args: Any, location: Location, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"] = PhoneNumberField(
            label=_("Mobile phone"),
            region=location.country,
            widget=PhoneInput(),
            error_messages={
                "invalid": _("Write the number as you would dial it, or with + and the country code.")
            },
        )


@require_safe
@require(Permission.BOOK)
def find(request: HttpRequest) -> HttpResponse:
    """Who comes: matches of `?q=` while it is typed. Enter goes on when there is exactly one."""
    location = current_location(request)
    if location is None:
        return redirect("home")
    words = request.GET.get("q", "").strip()
    found = people(request.user, words)
    if "go" in request.GET and len(found) == 1:
        return redirect(onward(found[0], request.GET))
    context = _context(request, location, words, found)
    is_part = request.headers.get("HX-Target") == "found"
    return render(request, "bookings/find.html#found" if is_part else "bookings/find.html", context)


@require_POST
@require(Permission.BOOK)
def new(request: HttpRequest) -> HttpResponse:
    """Registers somebody new and goes on to the times; shows who is known already before doing it."""
    location = current_location(request)
    if location is None:
        return redirect("home")
    form = NewPatientForm(request.POST, location=location)
    alike: list[Duplicate] = []
    if form.is_valid():
        among = Patient.objects.visible_to(request.user)
        alike = find_duplicates(among=among, **form.cleaned_data)
        if not alike or request.POST.get("anyway") == "yes":
            try:
                patient = register_patient(
                    location=location, by=request.user, now=timezone.now(), **form.cleaned_data
                )
                return redirect(onward(patient, request.POST))
            except DomainError as refusal:
                form.add_error(None, sentences_of(refusal)[0])
    context = {**_context(request, location, "", [], form), "alike": alike}
    return render(request, "bookings/find.html", context, status=422)


def carried(data: QueryDict) -> dict[str, str]:
    """What goes on to the next page."""
    return {name: data[name] for name in CARRIED if data.get(name)}  # type: ignore[misc]


def onward(patient: Patient, data: QueryDict) -> str:
    """The address of the second page for a patient."""
    address = reverse("bookings:find-times", args=[patient.pk])
    return f"{address}?{urlencode(told)}" if (told := carried(data)) else address


def _context(
    request: HttpRequest,
    location: Location,
    words: str,
    found: list[Patient],
    form: NewPatientForm | None = None,
) -> dict[str, Any]:
    told = request.POST if request.method == "POST" else request.GET
    names = [patient.full_name for patient in found]
    return {
        "words": words,
        "found": [(patient, onward(patient, told), names.count(patient.full_name) > 1) for patient in found],
        "carried": carried(told).items(),
        "form": form or NewPatientForm(location=location, initial=typed(words)),
        "is_new_open": form is not None or (len(words) > 2 and not found),
        "told": carried(told),
    }


def typed(words: str) -> dict[str, str]:
    """What was searched for, as the start of a new patient: a number is the phone, words are the name."""
    if any(letter.isdigit() for letter in words):
        return {"phone": words}
    given, _space, family = words.partition(" ")
    return {"given_name": given.capitalize(), "family_name": family.capitalize()}
