"""Worklists: what waits for somebody. Each is a list of plans with the reason and the way on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clinic.access import may, require
from clinic.roles import Permission
from treatments.queries.catalogue import reaction_names
from treatments.queries.worklists import (
    consents_to_renew,
    open_reactions,
    packages_at_risk,
    records_to_sign,
    unfinished_lines,
)

#: Name → title, what is needed to see it, the lines.
LISTS: dict[str, tuple[Any, Permission, Callable[[Any, Any], Any]]] = {
    "unfinished": (
        _("Unfinished plans"),
        Permission.SEE_PATIENTS,
        lambda user, now: unfinished_lines(user, now=now),
    ),
    "packages": (
        _("Packages at risk"),
        Permission.SEE_PATIENTS,
        lambda user, now: packages_at_risk(user, now=now),
    ),
    "consents": (
        _("Consents to renew"),
        Permission.SEE_CLINICAL,
        lambda user, now: consents_to_renew(user, now=now),
    ),
    "to-sign": (_("Records to sign"), Permission.SEE_CLINICAL, lambda user, now: list(records_to_sign(user))),
    "reactions": (_("Open reactions"), Permission.SEE_CLINICAL, lambda user, now: list(open_reactions(user))),
}


@require_safe
@require(Permission.SEE_PATIENTS)
def unfinished(request: HttpRequest) -> HttpResponse:
    """Plans that began and wait, longest silence first."""
    return _page(request, "unfinished")


@require_safe
@require(Permission.SEE_PATIENTS)
def worklist(request: HttpRequest, kind: str) -> HttpResponse:
    """One of the lists."""
    if kind not in LISTS:
        raise Http404
    if not may(request.user, LISTS[kind][1]):
        raise PermissionDenied
    return _page(request, kind)


def _page(request: HttpRequest, kind: str) -> HttpResponse:
    now = timezone.now()
    shown = {
        name: (title, lines)
        for name, (title, permission, lines) in LISTS.items()
        if may(request.user, permission)
    }
    title, lines = shown[kind]
    context = {
        "kind": kind,
        "title": title,
        "lists": [(name, label) for name, (label, _lines) in shown.items()],
        "lines": lines(request.user, now),
        "reaction_names": reaction_names(),
        "can_book": may(request.user, Permission.BOOK),
    }
    return render(request, "treatments/worklist.html", context)
