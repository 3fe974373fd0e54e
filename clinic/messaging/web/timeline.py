"""Parts of other pages, fetched by URL: what a patient will get, when and why; whether messages leave at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.access import require
from clinic.messaging import heartbeat
from clinic.messaging.actions.choices import choose
from clinic.messaging.consent import reach
from clinic.messaging.models import Message
from clinic.messaging.previewing import Known, Preview, as_it_would_read, as_sent, load_known
from clinic.messaging.rules import told_when
from clinic.messaging.web.marks import channel_icon, mark_of
from clinic.messaging.wordings import Wordings
from clinic.messaging.words import UNSENT, Channel, MessageStatus, Purpose
from clinic.models import Patient
from clinic.roles import Permission
from clinic.templatetags.clinictime import day_clock

#: So many messages are shown, the furthest ahead first.
MOST = 60
#: So many of the past ones are open; the rest is folded.
LATEST = 4


@require_safe
@require(Permission.SEE_MESSAGES)
def timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """A patient's messages past and future with their texts, and why one was not sent."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
    rows = (
        Message.objects.visible_to(request.user).for_patient(patient).with_people().prefetch_related("tries")
    )
    found = list(rows.order_by("-scheduled_for", "-id")[:MOST])
    wordings, now = Wordings(), timezone.now()
    known = load_known(row for row in found if row.status in UNSENT)
    told = {place: told_when(place) for place in {row.location for row in found}}
    parts: dict[str, list[dict[str, Any]]] = {"past": [], "coming": [], "called_back": []}
    for row in reversed(found):
        preview = _preview(row, wordings, known, now)
        parts[_part(row, now)].append(_entry(row, preview, told[row.location]))
    earlier, latest = parts["past"][:-LATEST], parts["past"][-LATEST:]
    context = {
        **parts,
        "count": len(found),
        "earlier": earlier,
        "latest": latest,
        "choices": _choices(patient),
        "patient": patient,
    }
    return render(request, "messaging/panel_timeline.html", context)


@require_POST
@require(Permission.EDIT_PATIENTS)
def change_choice(request: HttpRequest, pk: int) -> HttpResponse:
    """The patient told the desk what they want and do not want."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user, Permission.EDIT_PATIENTS), pk=pk)
    channel, purpose = request.POST.get("channel", ""), request.POST.get("purpose", "")
    if channel not in set(Channel) or purpose not in set(Purpose):
        return HttpResponse(status=400)
    choose(
        patient,
        channel=channel,
        purpose=purpose,
        is_wanted=request.POST.get("is_wanted") == "yes",
        source="told the desk",
        now=timezone.now(),
        by=request.user,
    )
    return redirect("messaging:timeline", pk=patient.pk)


@require_safe
@require(Permission.SEE_MESSAGES)
def heartbeat_banner(request: HttpRequest) -> HttpResponse:
    """A banner when nothing has left for two minutes; empty otherwise."""
    now = timezone.now()
    context = {"is_asleep": heartbeat.is_asleep(now), "last_tick": heartbeat.last_tick()}
    return render(request, "messaging/panel_heartbeat.html", context)


def _preview(row: Message, wordings: Wordings, known: Known, now: datetime) -> Preview | None:
    tries = list(row.tries.all())
    if tries:
        return as_sent(tries[-1], row.patient.language)
    if row.status in (MessageStatus.CANCELLED, MessageStatus.EXPIRED):
        return None
    return as_it_would_read(row, now=now, wordings=wordings, known=known)


def _part(row: Message, now: datetime) -> str:
    """Where it stands: over, still to come, or called back before its time had come."""
    if row.status in UNSENT or row.status == MessageStatus.DISPATCHING:
        return "coming"
    return "called_back" if row.status == MessageStatus.CANCELLED and row.scheduled_for > now else "past"


def _entry(row: Message, preview: Preview | None, told: dict[str, str]) -> dict[str, Any]:
    mark = mark_of(row)
    with timezone.override(row.location.tz):
        when = day_clock(
            row.sent_at or row.next_attempt_at if row.status != "cancelled" else row.scheduled_for
        )
    return {
        "when": when,
        "what": row.get_kind_display(),
        "mark": mark,
        "icon": channel_icon(row.channel),
        "channel": row.get_channel_display(),
        "rule": told.get(row.rule) or told.get(row.kind, ""),
        "why": row.reason_sentence() or row.last_error,
        "preview": preview,
        "url": reverse("messaging:message", args=[row.pk]),
    }


def _choices(patient: Patient) -> list[dict[str, Any]]:
    """Each channel and purpose: whether it is wanted, and why nothing can go there."""
    known = reach(patient)
    shown = []
    for channel in Channel:
        for purpose in Purpose:
            refusal = known.refusal(channel, purpose)
            shown.append(
                {
                    "channel": channel,
                    "purpose": purpose,
                    "is_on": refusal is None,
                    "has_address": bool(known.address(channel)),
                    "why": "" if refusal is None else str(refusal.label),
                    "label": _("%(channel)s for %(purpose)s")
                    % {"channel": channel.label, "purpose": purpose.label},
                }
            )
    return shown
