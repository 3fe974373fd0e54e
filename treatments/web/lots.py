"""Stock: lots with what is left, received and quarantined; and recall, from a lot to the patients to tell (BR-07)."""

from __future__ import annotations

import csv
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clinic.access import current_location, log_access, require
from clinic.errors import DomainError
from clinic.forms import DateInput
from clinic.models import Location
from clinic.roles import Permission
from clinic.timekeeping import local_day
from treatments.actions.recalls import tell_patients
from treatments.actions.stock import free_lot, quarantine_lot, receive_lot
from treatments.models import Lot, Product
from treatments.queries.catalogue import shared
from treatments.queries.stock import recall, recall_messages, stock_at, with_stock
from treatments.web.saying import carry_out
from treatments.web.zone_maps import spoken_zone

#: A spreadsheet would run what begins with one of these.
_RUNS = ("=", "+", "-", "@", "\t", "\r")


class LotForm(forms.Form):
    """A batch that arrived."""

    product = forms.ModelChoiceField(label=gettext_lazy("Product"), queryset=Product.objects.in_use())
    number = forms.CharField(label=gettext_lazy("Lot number"), max_length=60)
    expires_on = forms.DateField(label=gettext_lazy("Expires on"), widget=DateInput())
    amount = forms.DecimalField(
        label=gettext_lazy("Received"),
        min_value=0,
        max_digits=10,
        decimal_places=3,
        help_text=gettext_lazy("In the product's unit."),
    )


@require(Permission.SEE_CLINICAL)
def lots(request: HttpRequest) -> HttpResponse:
    """GET lists the lots of the location, soonest to expire first; POST receives one."""
    location = current_location(request)
    if location is None:
        return redirect("home")
    form = LotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            receive_lot(location=location, by=request.user, now=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("treatments:lots")
    return _list(request, location, form)


def _list(request: HttpRequest, location: Location, form: LotForm) -> HttpResponse:
    today = local_day(timezone.now(), location.tz)
    lines = stock_at(location, on=today)
    wished = request.GET.get("show", "usable")
    groups = {
        "usable": [line for line in lines if line.is_usable],
        "quarantined": [line for line in lines if line.is_quarantined],
        "expired": [line for line in lines if line.is_expired],
    }
    shown = groups.get(wished, groups["usable"])
    context = {
        "lines": [(line, (line.lot.expires_on - today).days) for line in shown],
        "counts": {name: len(group) for name, group in groups.items()},
        "show": wished if wished in groups else "usable",
        "form": form,
    }
    return render(request, "treatments/lots.html", context, status=422 if form.errors else 200)


@require_safe
@require(Permission.SEE_CLINICAL)
def lot(request: HttpRequest, pk: int) -> HttpResponse:
    """One lot: who was treated with it and when; `?format=csv` gives the same as a table for the authority."""
    found = _found(request, pk)
    rows, now = recall(found), timezone.now()
    for patient in {row.patient.pk: row.patient for row in rows}.values():
        log_access(request, patient, "recall of a lot", now=now)
    if request.GET.get("format") == "csv":
        return _csv(found, rows)
    told = recall_messages(found)
    patients = {row.patient.pk for row in rows}
    context = {
        "lot": found,
        "rows": [(row, zones_in_words(row.zones), told.get(row.patient.pk)) for row in rows],
        "patients": len(patients),
        "untold": len(patients - set(told)),
        "is_expired": found.expires_on < local_day(now, found.location.tz),
    }
    return render(request, "treatments/lot.html", context)


def zones_in_words(zones: tuple[str, ...]) -> str:
    """ "Outer cheek, left; forehead" of `ZONE SIDE` names."""
    known = {zone.code: zone for zone in shared().zones}
    pairs = (name.partition(" ") for name in zones)
    return "; ".join(spoken_zone(known.get(code), code, side) for code, _space, side in pairs)


def _csv(found: Lot, rows: list[Any]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="lot-{found.pk}.csv"'
    table = csv.writer(answer)
    table.writerow(
        [
            "product",
            "lot",
            "patient",
            "born",
            "phone",
            "email",
            "performed",
            "session",
            "amount",
            "unit",
            "zones",
        ]
    )
    for row in rows:
        values = (
            found.product.name,
            found.number,
            row.patient.full_name,
            row.patient.born_on or "",
            row.patient.phone or "",
            row.patient.email,
            timezone.localtime(row.performed_at, found.location.tz).isoformat(timespec="minutes"),
            row.session.number,
            "" if row.amount is None else row.amount,
            row.unit,
            zones_in_words(row.zones),
        )
        table.writerow([harmless(value) for value in values])
    return answer


def harmless(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_RUNS) else text


@require_POST
@require(Permission.TREAT)
def quarantine(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a lot aside, or gives it free again."""
    found = _found(request, pk, Permission.TREAT)
    is_free = "free" in request.POST
    return carry_out(
        request,
        lambda: free_lot(found) if is_free else quarantine_lot(found, by=request.user, now=timezone.now()),
        _("The lot may be used again.") if is_free else _("From now on nobody can log this lot."),
        to="treatments:lot",
        pk=pk,
    )


@require_POST
@require(Permission.APPROVE)
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks every patient of a lot to call; whom it has asked already it does not ask again."""
    found = _found(request, pk, Permission.APPROVE)
    return carry_out(
        request,
        lambda: tell_patients(found, by=request.user, now=timezone.now()),
        _("The messages are on their way."),
        to="treatments:lot",
        pk=pk,
    )


def _found(request: HttpRequest, pk: int, permission: Permission = Permission.SEE_CLINICAL) -> Lot:
    mine = Location.objects.visible_to(request.user, permission)
    rows = with_stock(Lot.objects.filter(location__in=mine).select_related("product", "location"))
    found: Lot = get_object_or_404(rows, pk=pk)
    return found
