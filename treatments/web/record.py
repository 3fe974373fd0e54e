"""The session record: drafted with autosave, checked beside the fields, signed, then only added to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.access import log_access, require
from clinic.errors import DomainError, Stale
from clinic.models import Device, Practitioner, Room
from clinic.roles import Permission
from treatments.actions.records import add_addendum, open_record, save_draft, sign_record
from treatments.models import SessionRecord, TreatmentSession
from treatments.prefill import zone_defaults
from treatments.queries.catalogue import definition_of, shared
from treatments.record_form import fields_for
from treatments.web.found import session_for
from treatments.web.record_drafts import draft_from
from treatments.web.record_live import live
from treatments.web.record_page import draft_context
from treatments.web.record_products import from_template
from treatments.web.record_signed import signed_context
from treatments.web.saying import carry_out, say_refusal
from treatments.words import RecordStatus


@require(Permission.TREAT)
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """GET opens the record (a draft is begun by POST only); POST saves, or saves and signs."""
    session = session_for(request, pk, Permission.TREAT)
    found = SessionRecord.objects.of_session(session)
    if request.headers.get("X-Requested-With") != "autosave":
        log_access(request, session.plan.patient, "session record", now=timezone.now())
    if request.method == "POST":
        return _begin(request, session) if found is None else _save(request, session, found)
    if found is None:
        return redirect("treatments:visit", pk=pk)
    return _page(request, session, found)


def _begin(request: HttpRequest, session: TreatmentSession) -> HttpResponse:
    who = Practitioner.objects.at(session.plan.location)
    own = next((one for one in who if one.user_id == request.user.pk), None) or session.plan.clinician

    def act() -> None:
        if own is None:
            raise DomainError("no_practitioner", _("Only somebody who treats here can begin a record."))
        open_record(session, practitioner=own, by=request.user, now=timezone.now(), **_booked(session))

    return carry_out(request, act, _("The record is open."), to="treatments:record", pk=session.pk)


def _booked(session: TreatmentSession) -> dict[str, Any]:
    """The only device and room of the place, where there is no choice to make."""
    devices = list(Device.objects.filter(resource__locations=session.plan.location)[:2])
    rooms = list(Room.objects.filter(resource__locations=session.plan.location)[:2])
    return {
        "device": devices[0] if len(devices) == 1 else None,
        "room": rooms[0] if len(rooms) == 1 else None,
    }


def _posted(request: HttpRequest, session: TreatmentSession, found: SessionRecord) -> dict[str, Any]:
    definition = definition_of(session)
    specs = fields_for(shared().record_fields, str(definition.family))
    draft = draft_from(
        request.POST, found.draft, specs, zone=session.plan.location.tz, new_row=_new_row(session)
    )
    code, _colon, alone = request.POST.get("template", "").partition(":")
    for one in definition.mixtures:
        if one.code == code:
            draft["products"] = [*draft["products"], *from_template(one, alone=bool(alone))]
    return draft


def _new_row(session: TreatmentSession) -> Callable[[str, str], dict[str, Any]]:
    def row(zone: str, side: str) -> dict[str, Any]:
        return zone_defaults(session).get(f"{zone}-{side}", {"zone": zone, "side": side})

    return row


def _save(request: HttpRequest, session: TreatmentSession, found: SessionRecord) -> HttpResponse:
    if request.headers.get("X-Requested-With") == "autosave":
        return _autosave(request, session, found)
    draft, is_signing = _posted(request, session, found), "sign" in request.POST
    try:
        saved = save_draft(found.pk, version=_version(request), draft=draft)
        if is_signing:
            sign_record(saved.pk, version=saved.version, by=request.user, now=timezone.now())
    except Stale as refusal:
        say_refusal(request, refusal)
        return _page(request, session, found, typed=draft, status=412)
    except DomainError as refusal:
        if not refusal.problems:  # Else the page names each of them above the form and beside its field.
            say_refusal(request, refusal)
        return _page(request, session, SessionRecord.objects.get(pk=found.pk), status=422)
    return redirect("treatments:visit" if is_signing else "treatments:record", pk=session.pk)


def _autosave(request: HttpRequest, session: TreatmentSession, found: SessionRecord) -> HttpResponse:
    """Overwrites only what this page itself saved before: the version it last heard of."""
    try:
        saved = save_draft(found.pk, version=_version(request), draft=_posted(request, session, found))
    except Stale as refusal:
        return JsonResponse({"sentence": str(refusal.sentence)}, status=412)
    except DomainError as refusal:
        return JsonResponse({"sentence": str(refusal.sentence)}, status=409)
    return JsonResponse({"version": saved.version, **live(saved.pk, now=timezone.now()).document()})


def _version(request: HttpRequest) -> int:
    return int(text) if (text := request.POST.get("version", "")).isdigit() else 0


def _page(
    request: HttpRequest,
    session: TreatmentSession,
    found: SessionRecord,
    *,
    typed: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    if found.status == RecordStatus.SIGNED:
        return render(request, "treatments/record_signed.html", signed_context(session, found), status=status)
    context = draft_context(session, found, typed=typed, now=timezone.now(), is_refused=status == 422)
    return render(request, "treatments/record.html", context, status=status)


@require_POST
@require(Permission.TREAT)
def addendum(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds to a signed record; what was signed stays as it was."""
    session = session_for(request, pk, Permission.TREAT)
    found = SessionRecord.objects.of_session(session)
    text = request.POST.get("text", "").strip()

    def act() -> None:
        if found is None:
            raise DomainError("no_record", _("There is no record to add to."))
        add_addendum(found.pk, text=text, by=request.user, now=timezone.now())

    return carry_out(request, act, _("Added."), to="treatments:record", pk=pk)
