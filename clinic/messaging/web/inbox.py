"""What patients wrote back."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.access import current_location, require
from clinic.messaging.actions.inbound import mark_read
from clinic.messaging.models import InboundMessage
from clinic.roles import Permission

PAGE = 50


@require_safe
@require(Permission.SEE_MESSAGES)
def inbox(request: HttpRequest) -> HttpResponse:
    """Replies to this location, those that wait for a person first; `?show=all` for every one."""
    show_all = request.GET.get("show") == "all"
    rows = InboundMessage.objects.visible_to(request.user).at(current_location(request)).newest_first()
    page = Paginator(rows if show_all else rows.unread(), PAGE).get_page(request.GET.get("page"))
    return render(request, "messaging/inbox.html", {"page": page, "show_all": show_all})


@require_POST
@require(Permission.SEE_MESSAGES)
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has dealt with a reply."""
    row = get_object_or_404(InboundMessage.objects.visible_to(request.user), pk=pk)
    mark_read(row, by=request.user, now=timezone.now())
    messages.success(request, _("Marked as dealt with."))
    return redirect("messaging:inbox")
