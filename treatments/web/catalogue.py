"""The catalogue for people: every protocol with its values, the source and grade beside each."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import current_location, may, require
from clinic.roles import Permission
from treatments.models import ProtocolVersion, ValueCheck
from treatments.queries.catalogue import definition_by
from treatments.queries.protocols import unconfirmed, unconfirmed_counts
from treatments.web.value_rows import Places, chapters_to_edit
from treatments.web.value_words import field_word

#: A chapter of so few rows is open from the start.
SHORT = 4
#: So many of the newest checks are on the page.
SHOWN_CHECKS = 12


@require_safe
@require(Permission.SEE_PATIENTS)
def catalogue(request: HttpRequest) -> HttpResponse:
    """All protocols: what they are for, how many sessions, in which rhythm, and whether they are offered."""
    rows = ProtocolVersion.objects.active().select_related("protocol").order_by("protocol__code")
    waiting = unconfirmed_counts(rows)
    drafts = set(ProtocolVersion.objects.filter(status="draft").values_list("protocol_id", flat=True))
    here = current_location(request)
    shown = [
        {
            "version": row,
            "definition": definition,
            "to_check": waiting[row.pk],
            "has_draft": row.protocol_id in drafts,
            "off_here": [rule for rule in definition.countries_off if here and rule.country == here.country],
        }
        for row in rows
        for definition in (definition_by(row.pk, row.checksum),)
    ]
    can_manage = may(request.user, Permission.MANAGE_CATALOGUE)
    return render(request, "treatments/catalogue.html", {"shown": shown, "can_manage": can_manage})


@require_safe
@require(Permission.SEE_PATIENTS)
def protocol(request: HttpRequest, code: str) -> HttpResponse:
    """One protocol, chapter by chapter."""
    row = ProtocolVersion.objects.active().of_protocol(code).select_related("protocol").first()
    if row is None:
        raise Http404
    definition = definition_by(row.pk, row.checksum)
    places = Places(definition)
    waiting = frozenset(one.path for one in unconfirmed(row))
    newest = row.value_checks.select_related("checked_by").order_by("-checked_at", "path")
    context = {
        "version": row,
        "definition": definition,
        "chapters": [(group, group.waiting(waiting)) for group in chapters_to_edit(definition) if group.rows],
        "waiting": waiting,
        "short": SHORT,
        "to_check": len(waiting),
        "versions": row.protocol.versions.select_related("created_by").order_by("-number"),
        "has_draft": row.protocol.versions.filter(status="draft").exists(),
        "can_manage": may(request.user, Permission.MANAGE_CATALOGUE),
        "places": {check: places.name(check) for check in places.values},
        "checks": [(one, _changes(one)) for one in newest[:SHOWN_CHECKS]],
        "older_checks": max(row.value_checks.count() - SHOWN_CHECKS, 0),
    }
    return render(request, "treatments/protocol.html", context)


def _changes(check: ValueCheck) -> list[tuple[str, object, object]]:
    """What the clinician changed, field by field with old and new; empty when the value was confirmed as it stood."""
    old, new = check.old_value or {}, check.new_value or {}
    return [
        (field_word(None, name), old.get(name), value)
        for name, value in new.items()
        if old.get(name) != value
    ]
