"""How a session healed, against what was expected: part of the visit's page and of the practitioner's day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.access import log_access, require
from clinic.roles import Permission
from treatments.models import SessionRecord, TreatmentSession
from treatments.queries.recovery import recovery_curve
from treatments.web.courses import as_far_as_it_goes, drawn, is_above, is_answered
from treatments.web.found import session_for
from treatments.web.record_page import said_zones
from treatments.words import RecordStatus


@require_safe
@require(Permission.SEE_CLINICAL)
def healing(request: HttpRequest, pk: int) -> HttpResponse:
    """Of a performed session its own course; of one to come that of the session before it."""
    session = session_for(request, pk, Permission.SEE_CLINICAL)
    log_access(request, session.plan.patient, "recovery", now=timezone.now())
    about = session if session.performed_at else _before(session)
    curves = [one for one in recovery_curve(about) if is_answered(one)] if about else []
    found = _record(about) if about else None
    above = [one for one in curves if is_above(one)]
    chosen = sorted(curves, key=lambda one: (not is_above(one), -len(one.points)))[:1]
    context = {
        "about": about,
        "is_own": about is not None and about.pk == session.pk,
        "record": found,
        "zones": said_zones(found) if found else [],
        "curves": [drawn(as_far_as_it_goes(one)) for one in chosen],
        "above": [one.question for one in above],
        "is_answered": bool(curves),
    }
    return render(request, "treatments/panel_healing.html", context)


def _before(session: TreatmentSession) -> TreatmentSession | None:
    """The last performed session of the plan before this one."""
    rows = session.plan.sessions.performed().filter(number__lt=session.number)
    return (
        rows.select_related("plan__patient", "plan__location", "protocol_version").order_by("number").last()
    )


def _record(session: TreatmentSession) -> SessionRecord | None:
    return SessionRecord.objects.filter(session=session, status=RecordStatus.SIGNED).first()
