"""The questionnaire at the desk or in the treatment room."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import log_access, require
from clinic.errors import DomainError
from clinic.roles import Permission
from clinic.timekeeping import local_day
from treatments.actions.screening import answer_screening, questions_for
from treatments.models import TreatmentSession
from treatments.queries.catalogue import policy
from treatments.web.found import session_for
from treatments.web.saying import say_refusal
from treatments.web.screening_forms import ScreeningForm, zone_choices


@require(Permission.SCREEN)
def screening(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks what is still to be asked before this session, and says what the answers mean."""
    session = session_for(request, pk, Permission.SCREEN)
    log_access(request, session.plan.patient, "screening", now=timezone.now())
    form = form_for(session, request.POST or None, is_staff=True)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            found = answer_screening(
                session.plan,
                session=session,
                answers=form.answers(),
                by=request.user,
                now=now,
                on=local_day(now, session.plan.location.tz),
            )
        except DomainError as refusal:
            say_refusal(request, refusal)
        else:
            messages.success(request, _("Screening: %(outcome)s.") % {"outcome": found.get_outcome_display()})
            return redirect("treatments:visit", pk=pk)
    context = {"session": session, "plan": session.plan, "form": form}
    return render(request, "treatments/screening.html", context, status=422 if form.errors else 200)


def form_for(session: TreatmentSession, data: object, *, is_staff: bool) -> ScreeningForm:
    """The questionnaire of a session."""
    today = local_day(timezone.now(), session.plan.location.tz)
    asked = questions_for(session.plan, session, is_staff=is_staff, on=today)
    fresh = timedelta(hours=int(policy("SCREENING_ANSWERS_FRESH_H")))
    return ScreeningForm(data, asked=asked, zones=zone_choices(session), fresh_from=today - fresh)
