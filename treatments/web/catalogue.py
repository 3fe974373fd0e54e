"""The catalogue for people: every protocol with its values, the source and grade beside each."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import require
from clinic.roles import Permission
from treatments.models import ProtocolVersion
from treatments.queries.catalogue import definition_by
from treatments.web.chapters import chapters_of


@require_safe
@require(Permission.SEE_PATIENTS)
def catalogue(request: HttpRequest) -> HttpResponse:
    """All protocols: what they are for, how many sessions, in which rhythm, and whether they are offered."""
    rows = ProtocolVersion.objects.active().select_related("protocol").order_by("protocol__code")
    shown = [(row, definition_by(row.pk, row.checksum)) for row in rows]
    return render(request, "treatments/catalogue.html", {"shown": shown})


@require_safe
@require(Permission.SEE_PATIENTS)
def protocol(request: HttpRequest, code: str) -> HttpResponse:
    """One protocol, chapter by chapter."""
    row = ProtocolVersion.objects.active().of_protocol(code).select_related("protocol").first()
    if row is None:
        raise Http404
    definition = definition_by(row.pk, row.checksum)
    context = {"version": row, "definition": definition, "chapters": chapters_of(definition)}
    return render(request, "treatments/protocol.html", context)
