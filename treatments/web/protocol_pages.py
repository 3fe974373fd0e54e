"""Versions of a protocol on pages: review by a clinician, drafting by a manager, the difference, activation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clinic.access import require
from clinic.errors import DomainError
from clinic.roles import Permission
from treatments.actions.protocols import (
    activate_version,
    add_step,
    begin_draft,
    confirm_values,
    discard_draft,
    edit_draft,
    may_confirm,
    offer_protocol,
    remove_step,
    set_country,
)
from treatments.models import Protocol, ProtocolVersion
from treatments.queries.catalogue import definition_by
from treatments.queries.protocols import unconfirmed
from treatments.versions import differences
from treatments.web.saying import carry_out, say_refusal
from treatments.web.value_differences import told_differences
from treatments.web.value_rows import as_typed, chapters_to_edit, grouped


@require(Permission.MANAGE_CATALOGUE)
def review(request: HttpRequest, code: str) -> HttpResponse:
    """GET lists what waits for a check, chapter by chapter; POST confirms the ticked values as they stand (BR-01)."""
    version = _active(code)
    if request.method == "POST":
        try:
            count = confirm_values(
                version,
                paths=set(request.POST.getlist("path")),
                everywhere="everywhere" in request.POST,
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as refusal:
            say_refusal(request, refusal)
        else:
            sentence = ngettext("%(n)d value confirmed.", "%(n)d values confirmed.", count)
            messages.success(request, sentence % {"n": count})
        return redirect(reverse("treatments:protocol-review", args=[code]) + _next_chapter(request, version))
    definition = definition_by(version.pk, version.checksum)
    waiting = unconfirmed(version)
    total = len(definition.values_to_check())
    context = {
        "version": version,
        "definition": definition,
        "groups": grouped(definition, waiting),
        "left": len(waiting),
        "total": total,
        "done": total - len(waiting),
        "may_confirm": may_confirm(request.user),
    }
    return render(request, "treatments/protocol_review.html", context)


def _next_chapter(request: HttpRequest, version: ProtocolVersion) -> str:
    """The fragment of the chapter after the one that was confirmed, so that Tab and Enter go on from there."""
    definition = definition_by(version.pk, version.checksum)
    order = [one.slug for one in grouped(definition, definition.values_to_check())]
    here = request.POST.get("chapter", "")
    after = order[order.index(here) + 1 :] if here in order else []
    waiting = {one.slug for one in grouped(definition, unconfirmed(version))}
    return next((f"#{slug}" for slug in after if slug in waiting), "")


@require(Permission.MANAGE_CATALOGUE)
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """GET shows the draft by chapter (`?chapter=`) with what differs; POST begins one, or changes one row of it."""
    protocol = get_object_or_404(Protocol, code=code)
    if request.method == "POST" and "country" in request.POST:
        return _country(request, protocol)
    if request.method == "POST" and "step" in request.POST:
        return _steps(request, protocol)
    if request.method == "POST" and "path" not in request.POST:
        return carry_out(
            request,
            lambda: begin_draft(protocol, by=request.user, now=timezone.now()),
            _("Change what you need; nothing is used before you activate it."),
            to="treatments:protocol-draft",
            code=code,
        )
    found = protocol.versions.filter(status="draft").first()
    if found is None:
        return redirect("treatments:protocol", code=code)
    if request.method == "POST":
        return _edit(request, found)
    return _page(request, found, {})


def _country(request: HttpRequest, protocol: Protocol) -> HttpResponse:
    found = get_object_or_404(protocol.versions.filter(status="draft"))
    return carry_out(
        request,
        lambda: set_country(
            found,
            country=request.POST["country"].strip(),
            reason=request.POST.get("reason", "")[:200],
            by=request.user,
            now=timezone.now(),
        ),
        _("Noted in the draft."),
        to="treatments:protocol-draft",
        code=protocol.code,
    )


def _steps(request: HttpRequest, protocol: Protocol) -> HttpResponse:
    """One more step, or one less (`step` is "add" or its code)."""
    found = get_object_or_404(protocol.versions.filter(status="draft"))
    code, now = request.POST["step"], timezone.now()

    def act() -> ProtocolVersion:
        if code == "add":
            return add_step(found, by=request.user, now=now)
        return remove_step(found, code, by=request.user, now=now)

    return carry_out(
        request, act, _("Noted in the draft."), to="treatments:protocol-draft", code=protocol.code
    )


def _edit(request: HttpRequest, found: ProtocolVersion) -> HttpResponse:
    path = request.POST["path"]
    typed = {
        key.removeprefix("v."): "\n".join(one for one in request.POST.getlist(key) if one)
        for key in request.POST
        if key.startswith("v.")
    }
    try:
        saved = edit_draft(found, path=path, typed=typed, by=request.user, now=timezone.now())
    except DomainError as refusal:
        say_refusal(request, refusal)
        return _page(request, found, {path: typed}, status=422)
    return _page(request, saved, {}, saved_path=path)


def _page(
    request: HttpRequest,
    found: ProtocolVersion,
    typed: dict[str, dict[str, str]],
    *,
    saved_path: str | None = None,
    status: int = 200,
) -> HttpResponse:
    definition = definition_by(found.pk, found.checksum)
    active = found.protocol.versions.active().first()
    groups = chapters_to_edit(definition)
    wished = request.GET.get("chapter", "steps")
    one = next((group for group in groups if group.slug == wished), groups[0])
    before = definition_by(active.pk, active.checksum) if active else definition
    context = {
        "version": found,
        "active": active,
        "definition": definition,
        "chapters": [(group.slug, group.title, len(group.found)) for group in groups],
        "chapter": one,
        "rows": [as_typed(row, typed.get(row.path, {})) for row in one.rows],
        "differences": told_differences(differences(before, definition), before=before, after=definition),
        "refused": set(typed),
        "left": len(unconfirmed(found)),
        "saved_path": saved_path,
    }
    return render(request, "treatments/protocol_draft.html", context, status=status)


@require_POST
@require(Permission.MANAGE_CATALOGUE)
def settle(request: HttpRequest, code: str) -> HttpResponse:
    """Activates or discards the draft, or switches the protocol on or off."""
    protocol = get_object_or_404(Protocol, code=code)
    found = protocol.versions.filter(status="draft").first()
    now, what = timezone.now(), request.POST.get("what", "")
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "on": (lambda: offer_protocol(protocol, is_on=True, by=request.user), _("It is offered now.")),
        "off": (
            lambda: offer_protocol(protocol, is_on=False, by=request.user),
            _("It is no longer offered; sessions of running plans do not begin until it is on again."),
        ),
    }
    if found is not None:
        acts["activate"] = (
            lambda: activate_version(found, by=request.user, now=now),
            _("New plans get this version; running plans keep theirs."),
        )
        acts["discard"] = (
            lambda: discard_draft(found, by=request.user, now=now),
            _("The draft is put away."),
        )
    if what not in acts:
        return redirect("treatments:protocol", code=code)
    act, sentence = acts[what]
    return carry_out(request, act, sentence, to="treatments:protocol", code=code)


def _active(code: str) -> ProtocolVersion:
    rows = ProtocolVersion.objects.active().of_protocol(code).select_related("protocol")
    return get_object_or_404(rows)
