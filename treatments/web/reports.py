"""Adherence in numbers, by protocol and by practitioner, with the definitions on the page (P4)."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clinic.access import require
from clinic.roles import Permission
from treatments.queries.adherence import Adherence, adherence_by_practitioner, adherence_by_protocol

PERIODS = {"90": _("90 days"), "180": _("half a year"), "365": _("a year")}


@require_safe
@require(Permission.SEE_REPORTS)
def reports(request: HttpRequest) -> HttpResponse:
    """Plans opened in the last `?days=`: on-time share, drift in days, drop-off by session number."""
    days = request.GET.get("days", "365")
    days = days if days in PERIODS else "365"
    now = timezone.now()
    since = now - timedelta(days=int(days))
    tables = [
        (_("By protocol"), adherence_by_protocol(request.user, now=now, since=since)),
        (_("By practitioner"), adherence_by_practitioner(request.user, now=now, since=since)),
    ]
    context = {
        "tables": [(title, [(line, _drops(line)) for line in lines]) for title, lines in tables],
        "periods": PERIODS.items(),
        "days": days,
    }
    return render(request, "treatments/reports.html", context)


def _drops(line: Adherence) -> list[tuple[int, int, int, int]]:
    """Session number, plans it was due in, plans that performed it, per cent that stayed."""
    return [
        (number, due, done, round(100 * done / due) if due else 0)
        for number, (due, done) in sorted(line.by_number.items())
    ]
