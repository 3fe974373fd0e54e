"""The outbox: what is planned, sent, delivered, failed, and not sent and why; one message as the patient sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clinic.access import current_location, require
from clinic.errors import DomainError
from clinic.messaging import heartbeat
from clinic.messaging.actions import troubled as actions
from clinic.messaging.healing import drift_since
from clinic.messaging.history import history_of
from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.models.messages import MessageQuerySet
from clinic.messaging.previewing import as_it_would_read, as_sent
from clinic.messaging.rules import told_when
from clinic.messaging.web.marks import channel_icon, mark_of
from clinic.roles import Permission

PAGE = 50
TROUBLED = "failed"
#: (code in the address, label, which messages, in which order).
FILTERS: dict[str, tuple[str | Promise, Callable[[MessageQuerySet], MessageQuerySet], str]] = {
    "planned": (gettext_lazy("planned"), MessageQuerySet.planned, "next_attempt_at"),
    "sent": (gettext_lazy("sent"), MessageQuerySet.accepted, "-sent_at"),
    "delivered": (gettext_lazy("delivered"), MessageQuerySet.delivered, "-delivered_at"),
    TROUBLED: (gettext_lazy("failed"), MessageQuerySet.troubled, "-id"),
    "not-sent": (gettext_lazy("not sent"), MessageQuerySet.not_sent, "-scheduled_for"),
}


@require_safe
@require(Permission.SEE_MESSAGES)
def outbox(request: HttpRequest) -> HttpResponse:
    """The current location's messages, by what became of them; `?which=` chooses."""
    which = request.GET.get("which", "planned")
    which = which if which in FILTERS else "planned"
    mine = Message.objects.visible_to(request.user).at(current_location(request))
    _label, choose, order = FILTERS[which]
    page = Paginator(choose(mine).with_people().order_by(order, "-id"), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "which": which,
        "filters": [(code, label) for code, (label, _choose, _order) in FILTERS.items()],
        "page": page,
        "shown": [(row, mark_of(row), channel_icon(row.channel)) for row in page],
        "troubled": mine.troubled().count(),
        "unread": InboundMessage.objects.visible_to(request.user)
        .at(current_location(request))
        .unread()
        .count(),
        "last_tick": heartbeat.last_tick(),
        "drift": drift_since(timezone.now() - timedelta(days=1)),
    }
    return render(request, "messaging/outbox.html", context)


@require_safe
@require(Permission.SEE_MESSAGES)
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: as the patient sees it, why and when it goes, and all that became of it."""
    row = _mine(request, pk)
    last = row.tries.order_by("-id").first()
    preview = as_sent(last, row.patient.language) if last else as_it_would_read(row, now=timezone.now())
    told = told_when(row.location)
    context = {
        "message": row,
        "mark": mark_of(row),
        "icon": channel_icon(row.channel),
        "preview": preview,
        "is_troubled": Message.objects.troubled().contains(row),
        "history": history_of(row),
        "rule": told.get(row.rule) or told.get(row.kind, ""),
    }
    return render(request, "messaging/message.html", context)


@require_POST
@require(Permission.SEE_MESSAGES)
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends it again."""
    return _change(request, pk, actions.retry, _("It is being sent again."))


@require_POST
@require(Permission.SEE_MESSAGES)
def handled(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has dealt with it."""
    return _change(request, pk, actions.mark_handled, _("Marked as dealt with."))


@require_POST
@require(Permission.SEE_MESSAGES)
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes it a task to call the patient."""
    return _change(request, pk, actions.make_call, _("A task to call the patient is open."))


def _change(request: HttpRequest, pk: int, action: Callable[..., object], done: str) -> HttpResponse:
    row = _mine(request, pk)
    try:
        action(row, by=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, done)
    return redirect("messaging:message", pk=row.pk)


def _mine(request: HttpRequest, pk: int) -> Message:
    return get_object_or_404(Message.objects.visible_to(request.user).with_people(), pk=pk)
