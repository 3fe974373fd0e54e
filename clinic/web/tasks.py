"""Tasks that wait for a person."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.access import require
from clinic.actions import tasks as actions
from clinic.errors import Stale
from clinic.models import Task
from clinic.roles import Permission
from clinic.words import TaskStatus

PAGE = 40


@require_safe
@require(Permission.SEE_BOARD)
def tasks(request: HttpRequest) -> HttpResponse:
    """What waits, worst first; `?whose=mine` for one's own, `?show=done` for what is finished."""
    mine, done = request.GET.get("whose") == "mine", request.GET.get("show") == "done"
    found = Task.objects.visible_to(request.user).select_related("patient", "owner", "location")
    found = found.finished() if done else found.waiting().worst_first()
    if mine:
        found = found.owned_by(request.user)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request, "clinic/tasks.html", {"page": page, "mine": mine, "done": done, "now": timezone.now()}
    )


@require_POST
@require(Permission.SEE_BOARD)
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """The task becomes this person's."""
    return _change(
        request,
        pk,
        lambda task: actions.acknowledge(task, by=request.user, now=timezone.now()),
        _("It is yours."),
    )


@require_POST
@require(Permission.SEE_BOARD)
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """The task is done, with what came of it."""
    outcome = request.POST.get("outcome", "").strip()[:500]
    return _change(
        request,
        pk,
        lambda task: actions.finish(task, by=request.user, now=timezone.now(), outcome=outcome),
        _("Done."),
    )


@require_POST
@require(Permission.SEE_BOARD)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """The task waits again."""
    return _change(
        request,
        pk,
        lambda task: actions.reopen(task, by=request.user, now=timezone.now()),
        _("It waits again."),
    )


def _change(request: HttpRequest, pk: int, act: Callable[[Task], object], sentence: str) -> HttpResponse:
    task = get_object_or_404(Task.objects.visible_to(request.user), pk=pk)
    try:
        act(task)
        messages.success(request, sentence)
    except Stale as refusal:
        messages.warning(request, refusal.sentence)
    if task.status == TaskStatus.OPEN and request.POST.get("next") == "patient":
        return redirect("clinic:patient", pk=task.patient_id)
    return redirect("clinic:tasks")
