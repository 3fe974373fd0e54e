"""How a session healed, against what was expected: part of the visit's page and of the practitioner's day."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.access import log_access, require
from clinic.roles import Permission
from treatments.models import SessionRecord, TreatmentSession
from treatments.queries.recovery import SymptomCurve, recovery_curve
from treatments.web.found import session_for
from treatments.web.record_page import said_zones
from treatments.web.recovery import drawn
from treatments.words import RecordStatus


@require_safe
@require(Permission.SEE_CLINICAL)
def healing(request: HttpRequest, pk: int) -> HttpResponse:
    """Of a performed session its own course; of one to come that of the session before it."""
    session = session_for(request, pk, Permission.SEE_CLINICAL)
    log_access(request, session.plan.patient, "recovery", now=timezone.now())
    about = session if session.performed_at else _before(session)
    curves = (
        [one for one in recovery_curve(about) if any(p.score is not None for p in one.points)]
        if about
        else []
    )
    found = _record(about) if about else None
    above = [one for one in curves if _is_above(one)]
    chosen = sorted(curves, key=lambda one: (not _is_above(one), -len(one.points)))[:1]
    context = {
        "about": about,
        "is_own": about is not None and about.pk == session.pk,
        "record": found,
        "zones": said_zones(found) if found else [],
        "curves": [drawn(_as_far_as_it_goes(one)) for one in chosen],
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


def _as_far_as_it_goes(curve: SymptomCurve) -> SymptomCurve:
    """The curve until nothing more is expected and the last answer is in: the flat rest says nothing."""
    gone = next((day for day, score in curve.envelope if score == 0), None)
    if gone is None:
        return curve
    end = max(gone, *(point.day for point in curve.points), 7)
    return replace(curve, envelope=tuple(one for one in curve.envelope if one[0] <= end))


def _is_above(curve: SymptomCurve) -> bool:
    return any(one.score is not None and one.score > one.expected for one in curve.points)
