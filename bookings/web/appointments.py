"""One appointment for staff: what it is, what stands against it, what can be done next."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bookings.actions import appointments as actions
from bookings.actions.moving import visit_for
from bookings.actions.visiting import EARLIEST_ARRIVAL
from bookings.boardvisits import BoardVisit
from bookings.care import care_problems
from bookings.models import Appointment
from bookings.readiness import readiness_of
from bookings.rooms import RoomChoice, room_choices
from bookings.web.marks import mark_of
from bookings.web.refusing import sentences_of
from bookings.words import AppointmentStatus, CancelReason
from clinic.access import log_access, may, require
from clinic.errors import Blocker, DomainError, NeedsApproval, Problem
from clinic.roles import Permission
from clinic.words import ResourceKind
from treatments.words import SessionStatus

S = AppointmentStatus
#: People first, then rooms, then devices.
KINDS = [str(kind) for kind in ResourceKind]
#: Verb → who may, the action, and what is said after it.
VERBS: dict[str, tuple[Permission, str, Any]] = {
    "confirm": (Permission.BOOK, "confirm", gettext_lazy("Confirmed.")),
    "arrive": (Permission.BOOK, "check_in", gettext_lazy("Checked in.")),
    "start": (Permission.TREAT, "start", gettext_lazy("The treatment has begun.")),
    "fulfil": (Permission.BOOK, "fulfil", gettext_lazy("The visit is over.")),
    "noshow": (Permission.BOOK, "mark_noshow", gettext_lazy("Noted: nobody came. The time is free.")),
    "keep": (Permission.BOOK, "confirm_hold", gettext_lazy("Booked.")),
    "undo": (Permission.BOOK, "undo", gettext_lazy("Undone.")),
}
#: Status → the verbs that make sense next, the first one first.
NEXT = {
    S.HELD: ("keep",),
    S.BOOKED: ("arrive", "confirm", "noshow"),
    S.ARRIVED: ("start", "fulfil", "undo"),
    S.FULFILLED: ("undo",),
    S.CANCELLED: ("undo",),
    S.NOSHOW: ("arrive", "undo"),
    S.ENTERED_IN_ERROR: (),
}
WORDS = {
    "confirm": (gettext_lazy("Confirmed by phone"), "phone"),
    "arrive": (gettext_lazy("Check in"), "door"),
    "start": (gettext_lazy("Begin treatment"), "play"),
    "fulfil": (gettext_lazy("Visit is over"), "check"),
    "noshow": (gettext_lazy("Did not come"), "cross-circle"),
    "keep": (gettext_lazy("Book it"), "check"),
    "undo": (gettext_lazy("Undo the last change"), "undo"),
}


def found_for(request: HttpRequest, pk: int, permission: Permission = Permission.SEE_BOARD) -> Appointment:
    """The appointment, if this person may see it; else 404."""
    mine = Appointment.objects.visible_to(request.user, permission).values("pk")
    return get_object_or_404(Appointment.objects.for_change().of(mine).for_board(), pk=pk)


@require_safe
@require(Permission.SEE_BOARD)
def appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one appointment on a page; as a dialog for the board."""
    row = found_for(request, pk)
    log_access(request, row.patient, "appointment", now=timezone.now())
    return render(request, _template(request), context_of(request, row))


def _template(request: HttpRequest) -> str:
    is_dialog = request.headers.get("HX-Target") == "dialog"
    return "bookings/appointment.html#card" if is_dialog else "bookings/appointment.html"


def context_of(request: HttpRequest, row: Appointment) -> dict[str, Any]:
    """What the page and the dialog show."""
    now = timezone.now()
    session = row.treatment_session
    problems = []
    if session is not None and row.status in (S.HELD, S.BOOKED):
        problems = care_problems(session, start=row.starts_at, now=now, without=[row.pk])
    return {
        "appointment": row,
        "session": session,
        "mark": mark_of(row, now=now),
        "problems": problems,
        "verbs": verbs_for(request.user, row, now),
        "ready": readiness_of(row, now=now) if _is_near(row, now) else [],
        "can_move": row.status in (S.HELD, S.BOOKED) and may(request.user, Permission.BOOK, row.location_id),
        "can_reflow": _can_reflow(request, row, problems),
        "rooms": _rooms(request, row, now),
        "back": back_of(request),
        "resources": sorted(
            {claim.resource for claim in row.claims.all()}, key=lambda one: (KINDS.index(one.kind), one.name)
        ),
        "history": _history(row),
        "is_clinical": may(request.user, Permission.SEE_CLINICAL, row.location_id),
    }


def _can_reflow(request: HttpRequest, row: Appointment, problems: Sequence[Problem]) -> bool:
    """Whether this visit may have put its series out of step: missed, cancelled, or no longer allowed on its day."""
    if row.treatment_session is None or not may(request.user, Permission.BOOK, row.location_id):
        return False
    is_stopped = any(isinstance(problem, Blocker | NeedsApproval) for problem in problems)
    return row.status in (S.NOSHOW, S.CANCELLED) or (row.status == S.BOOKED and is_stopped)


def _rooms(request: HttpRequest, row: Appointment, now: datetime) -> list[RoomChoice]:
    """Where the visit could be, for somebody who checks in or has done so."""
    is_now = row.status == S.ARRIVED or (row.status == S.BOOKED and _is_near(row, now))
    if not is_now or not may(request.user, Permission.BOOK, row.location_id):
        return []
    found = room_choices(row, visit_for(row), now=now)
    return found if len(found) > 1 else []


def _is_near(row: Appointment, now: datetime) -> bool:
    """Whether the visit is close enough to ask what is still missing."""
    return now > row.starts_at - EARLIEST_ARRIVAL


def verbs_for(user: Any, row: Appointment | BoardVisit, now: datetime) -> list[dict[str, Any]]:
    """What can be done next, the first one first; nothing that the day does not allow yet."""
    session = row.treatment_session
    impossible = {
        "arrive": now < row.starts_at - EARLIEST_ARRIVAL,
        "noshow": now < row.starts_at,
        "confirm": row.confirmed_at is not None,
        "start": session is None or session.status != SessionStatus.PREPARATION,
        "undo": getattr(row, "cancel_reason", "") == CancelReason.LAPSED,
        "keep": row.held_until is not None and row.held_until <= now,
    }
    return [
        {"code": verb, "word": WORDS[verb][0], "icon": WORDS[verb][1]}
        for verb in NEXT[S(row.status)]
        if not impossible.get(verb) and may(user, VERBS[verb][0], row.location_id)
    ]


def quick_verb(user: Any, row: Appointment | BoardVisit, now: datetime) -> dict[str, Any] | None:
    """The one thing that a list offers beside a name; never the undo."""
    return next((verb for verb in verbs_for(user, row, now) if verb["code"] != "undo"), None)


def back_of(request: HttpRequest) -> str:
    """Where the person came from, when it is one of our pages; else nothing."""
    told = request.POST.get("next") or request.GET.get("next", "")
    if not told and request.headers.get("HX-Current-URL"):
        parts = urlsplit(request.headers["HX-Current-URL"])
        told = urlunsplit(("", "", parts.path, parts.query, ""))
    return told if url_has_allowed_host_and_scheme(told, allowed_hosts={request.get_host()}) else ""


def _history(row: Appointment) -> list[Any]:
    """What happened, the latest first, each in words."""
    changes = list(row.status_changes.select_related("changed_by").order_by("-id"))
    for change in changes:
        change.said = change.reason or S(change.to_status).label  # type: ignore[attr-defined]
    return changes


@require_POST
@require(Permission.SEE_BOARD)
def do(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Carries out one verb; a refusal says why and changes nothing."""
    if verb not in VERBS:
        raise Http404
    permission, name, sentence = VERBS[verb]
    action = getattr(actions, name)
    row = found_for(request, pk, permission)
    more = {"room": _room_in(request)} if verb == "arrive" else {}
    return carry_out(
        request,
        row,
        lambda: action(
            appointment=row, by=request.user, now=timezone.now(), version=version_of(request), **more
        ),
        str(sentence),
    )


def _room_in(request: HttpRequest) -> int | None:
    """The room that was chosen; None when the form did not carry one."""
    text = request.POST.get("room", "")
    return int(text) if text.isdigit() else None


@require_POST
@require(Permission.BOOK)
def room(request: HttpRequest, pk: int) -> HttpResponse:
    """Another room for somebody who is expected or here; refused with until when it is taken."""
    row, wanted = found_for(request, pk, Permission.BOOK), _room_in(request)
    return carry_out(
        request,
        row,
        lambda: actions.assign_room(
            appointment=row,
            room=wanted or 0,
            by=request.user,
            now=timezone.now(),
            version=version_of(request),
        ),
        _("The room is changed."),
    )


@require(Permission.BOOK)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks for the reason and whether to tell the patient, POST cancels."""
    row = found_for(request, pk, Permission.BOOK)
    reason = request.POST.get("reason", "")
    if request.method == "POST" and reason in CancelReason.values and reason != CancelReason.LAPSED:
        return carry_out(
            request,
            row,
            lambda: actions.cancel(
                appointment=row,
                reason=reason,
                by=request.user,
                now=timezone.now(),
                version=version_of(request),
                is_told=request.POST.get("tell") == "yes",
                note=request.POST.get("note", "").strip()[:300],
            ),
            _("Cancelled. The time is free."),
        )
    reasons = [(value, label) for value, label in CancelReason.choices if value != CancelReason.LAPSED]
    wrong = request.method == "POST"
    context = {"appointment": row, "reasons": reasons, "wrong": wrong}
    return render(request, "bookings/cancel.html", context, status=422 if wrong else 200)


def toast(text: str, **more: str) -> HttpResponse:
    """Nothing to swap: a toast, and the board looks again."""
    words = json.dumps({"toast": {"text": text, **more}, "board-changed": True, "closeDialog": True})
    return HttpResponse(status=204, headers={"HX-Trigger": words})


def version_of(request: HttpRequest) -> int | None:
    """The version that the person saw; None when the form did not carry one."""
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() else None


def carry_out(
    request: HttpRequest,
    row: Appointment,
    act: Callable[[], Any],
    sentence: str,
    *,
    undo_of: Callable[[Any], str] | None = None,
) -> HttpResponse:
    """Runs an action; says what happened, or why nothing did, and goes back to where the person was.

    What happened can be undone by the button beside the sentence: as one step of this appointment, or at the address
    that `undo_of` makes of what the action gave.
    """
    is_live, back = bool(request.headers.get("HX-Request")), back_of(request)
    try:
        made = act()
    except DomainError as refusal:
        lines = sentences_of(refusal)
        if is_live:
            return toast(" ".join(lines), tone="red")
        for line in lines:
            messages.error(request, line)
    else:
        address = undo_of(made) if undo_of else reverse("bookings:appointment-do", args=[row.pk, "undo"])
        undo = _with_next(address, back)
        if is_live:
            return toast(sentence, undo=undo)
        messages.success(request, sentence, extra_tags="" if _is_undo(request) else undo)
    return redirect(back) if back else redirect("bookings:appointment", pk=row.pk)


def _is_undo(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and (match.kwargs.get("verb") == "undo" or match.url_name == "undo-together")


def _with_next(address: str, back: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'next': back})}" if back else address
