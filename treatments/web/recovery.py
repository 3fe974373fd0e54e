"""The practitioner's recovery inbox, worst first; one case with its curve, what was done, lots; reactions."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.access import log_access, may, require
from clinic.actions.tasks import acknowledge
from clinic.models import Task
from clinic.roles import Permission
from treatments.actions.calls import log_call
from treatments.actions.reactions import close_reaction
from treatments.models import AdverseReaction, RecoveryCheck
from treatments.queries.catalogue import shared
from treatments.queries.recovery import inbox, recovery_case
from treatments.web.courses import as_far_as_it_goes, drawn, labelled
from treatments.web.record_page import said_zones
from treatments.web.recovery_inbox import rows_of
from treatments.web.saying import carry_out
from treatments.words import CallOutcome, PlanStatus

PAGE = 30
#: Answered in one tap from the list; the others from the case.
QUICK = (CallOutcome.FINE, CallOutcome.NO_ANSWER)
#: Answers that nothing follows from: folded away beside the others.
NOTHING = frozenset({"no", "0", "None"})


@require_safe
@require(Permission.SEE_RECOVERY)
def recovery(request: HttpRequest) -> HttpResponse:
    """What wants a look: red, amber, silent; with `?show=all` every answered check."""
    show_all = request.GET.get("show") == "all"
    rows = RecoveryCheck.objects.visible_to(request.user).answered() if show_all else inbox(request.user)
    rows = rows.select_related(
        "session__plan__patient", "session__plan__location", "session__protocol_version__protocol"
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": rows_of(list(page.object_list), user=request.user, now=timezone.now()),
        "show_all": show_all,
        "quick": QUICK,
    }
    return render(request, "treatments/recovery.html", context)


@require_safe
@require(Permission.SEE_RECOVERY)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One check: answers, why it is graded so, curves, the record, lots, reactions, and what can be done."""
    check = _found(request, pk)
    now = timezone.now()
    found = recovery_case(check, now=now)
    log_access(request, found.patient, "recovery check", now=now)
    context = {
        "case": found,
        "findings": labelled(found.findings),
        "check": check,
        "zones": said_zones(found.record) if found.record else [],
        "told": [row for row in found.answers if row[1] not in NOTHING],
        "not_told": [row for row in found.answers if row[1] in NOTHING],
        "plan": check.session.plan,
        "curves": [drawn(as_far_as_it_goes(one)) for one in found.curves if one.points],
        "reactions": [{"row": row, "label": _reaction_label(row)} for row in found.reactions],
        "calls": check.calls.select_related("called_by"),
        "outcomes": CallOutcome,
        "is_held": check.session.plan.status == PlanStatus.ON_HOLD,
        "held_because": _held_because(check),
        "can_release": may(request.user, Permission.SEE_CLINICAL, check.session.plan.location),
        "photos": check.session.photos.order_by("-taken_at")
        if may(request.user, Permission.SEE_CLINICAL, check.session.plan.location)
        else [],
        "tasks": Task.objects.visible_to(request.user, Permission.SEE_RECOVERY).about(
            "recovery_check", check.pk
        ),
    }
    return render(request, "treatments/case.html", context)


def _held_because(check: RecoveryCheck) -> str:
    """The reason that the plan was last put on hold with, in words where it is a red flag."""
    plan = check.session.plan
    last = plan.status_changes.filter(to_status=PlanStatus.ON_HOLD).order_by("-id").first()
    labels = {flag.code: flag.label for flag in shared().red_flags}
    return labels.get(last.reason, last.reason.replace("_", " ")) if last else ""


def _reaction_label(row: AdverseReaction) -> str:
    labels = {flag.code: flag.label for flag in shared().red_flags}
    return labels.get(row.code, row.code.replace("_", " "))


@require_POST
@require(Permission.SEE_RECOVERY)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the task of a check, or keeps what came of a call; a patient who was reached ends the task."""
    check, now = _found(request, pk), timezone.now()
    waiting = (
        Task.objects.visible_to(request.user, Permission.SEE_RECOVERY)
        .about("recovery_check", check.pk)
        .waiting()
    )
    note = request.POST.get("note", "")

    def carry() -> Any:
        if "take" not in request.POST:
            return log_call(
                check, outcome=request.POST.get("outcome", ""), note=note, by=request.user, now=now
            )
        return [acknowledge(task, by=request.user, now=now) for task in waiting]

    sentence = _("It is yours.") if "take" in request.POST else _("Noted.")
    back = "treatments:recovery" if request.POST.get("back") == "inbox" else "treatments:case"
    return carry_out(request, carry, sentence, to=back, **({"pk": pk} if back == "treatments:case" else {}))


@require_POST
@require(Permission.SEE_CLINICAL)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Closes an adverse reaction with what was done."""
    reaction = get_object_or_404(AdverseReaction.objects.visible_to(request.user), pk=pk)
    return carry_out(
        request,
        lambda: close_reaction(
            reaction,
            action_taken=request.POST.get("action_taken", ""),
            by=request.user,
            now=timezone.now(),
            reported_to_authority="reported" in request.POST,
        ),
        _("The reaction is closed."),
        to="treatments:reaction",
        pk=pk,
    )


def _found(request: HttpRequest, pk: int) -> RecoveryCheck:
    mine = RecoveryCheck.objects.visible_to(request.user).select_related(
        "session__plan__patient", "session__plan__location", "session__protocol_version__protocol"
    )
    return get_object_or_404(mine, pk=pk)
