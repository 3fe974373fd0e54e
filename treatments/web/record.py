"""The session record: drafted with autosave, checked beside the fields, signed, then only added to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.access import log_access, require
from clinic.errors import DomainError, NeedsApproval, Stale
from clinic.models import Device, Practitioner, Room
from clinic.roles import Permission
from treatments.actions.records import add_addendum, open_record, record_problems, save_draft, sign_record
from treatments.models import Lot, Product, SessionRecord, TreatmentSession
from treatments.queries.catalogue import definition_of, shared
from treatments.record_form import fields_for
from treatments.web.found import session_for
from treatments.web.record_form import (
    EMPTY_PRODUCTS,
    draft_from,
    inputs_of,
    problems_by_field,
    zone_rows,
)
from treatments.web.saying import carry_out, say_refusal
from treatments.words import ProductRole, RecordStatus


@require(Permission.TREAT)
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """GET opens the record (a draft is begun by POST only); POST saves, or saves and signs."""
    session = session_for(request, pk, Permission.TREAT)
    log_access(request, session.plan.patient, "session record", now=timezone.now())
    found = SessionRecord.objects.of_session(session)
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


def _save(request: HttpRequest, session: TreatmentSession, found: SessionRecord) -> HttpResponse:
    is_autosave = request.headers.get("X-Requested-With") == "autosave"
    version = int(text) if (text := request.POST.get("version", "")).isdigit() else 0
    draft = draft_from(request.POST, found.draft, _specs(session))
    try:
        # Autosave overwrites only what this page itself saved before: the version it last heard of, or the first.
        saved = save_draft(
            found.pk, version=found.version if is_autosave and version == 0 else version, draft=draft
        )
        if "sign" in request.POST:
            sign_record(saved.pk, version=saved.version, by=request.user, now=timezone.now())
    except Stale as refusal:
        if is_autosave:
            return JsonResponse({"sentence": str(refusal.sentence)}, status=412)
        say_refusal(request, refusal)
        return _page(request, session, found, typed=draft, status=412)
    except DomainError as refusal:
        say_refusal(request, refusal)
        return _page(request, session, SessionRecord.objects.get(pk=found.pk), status=422)
    if is_autosave:
        return JsonResponse({"version": saved.version})
    return redirect("treatments:visit" if "sign" in request.POST else "treatments:record", pk=session.pk)


def _specs(session: TreatmentSession) -> tuple[Any, ...]:
    return fields_for(shared().record_fields, str(definition_of(session).family))


def _page(
    request: HttpRequest,
    session: TreatmentSession,
    found: SessionRecord,
    *,
    typed: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    location, draft = session.plan.location, typed if typed is not None else found.draft
    is_signed = found.status == RecordStatus.SIGNED
    problems = [] if is_signed else record_problems(found.pk, now=timezone.now())
    by_field = problems_by_field(problems)
    specs, definition = _specs(session), definition_of(session)
    zones = {zone.code: zone for zone in definition.zones}
    products = list(draft.get("products") or [])
    context = {
        "session": session,
        "plan": session.plan,
        "record": found,
        "draft": draft,
        "is_signed": is_signed,
        "to_sign_off": [one for one in problems if isinstance(one, NeedsApproval)],
        "problems": by_field.get("", []) + by_field.get("products", []) + by_field.get("zones", []),
        "device_problems": by_field.get("device", []),
        "room_problems": by_field.get("room", []),
        "inputs": inputs_of(specs, draft, by_field),
        "zones": zone_rows(specs, draft, zones, by_field),
        "products": list(enumerate([*products, *({} for _ in range(EMPTY_PRODUCTS))])),
        "product_problems": [
            s for key, lines in by_field.items() if key.startswith("products.") for s in lines
        ],
        "known_products": Product.objects.in_use(),
        "lots": Lot.objects.at(location).select_related("product"),
        "roles": ProductRole.choices,
        "devices": Device.objects.filter(resource__locations=location).select_related("resource", "model"),
        "rooms": Room.objects.filter(resource__locations=location).select_related("resource"),
        "people": Practitioner.objects.at(location),
        "photos": session.photos.all(),
        "views": shared().photo_views,
        "units": ("mL", "mg", "IU", "g", "piece"),
        "opened_now": timezone.now().isoformat(timespec="minutes"),
    }
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
