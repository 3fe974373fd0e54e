"""The visit: what stands against beginning, screening, consent, tests, and the record, on one page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.access import log_access, require
from clinic.errors import Blocker, NeedsApproval
from clinic.roles import Permission
from clinic.timekeeping import local_day
from treatments.actions.patients import apply_patch_test, read_patch_test, save_profile
from treatments.actions.sessions import start_problems
from treatments.actions.sign_offs import sign_off
from treatments.models import PatchTest, SessionRecord, TreatmentSession
from treatments.queries.catalogue import definition_of, shared
from treatments.web.found import session_for
from treatments.web.saying import back_to, carry_out
from treatments.words import SessionStatus

SKIN_TYPES = [(1, "I"), (2, "II"), (3, "III"), (4, "IV"), (5, "V"), (6, "VI")]


@require_safe
@require(Permission.SEE_CLINICAL)
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything before, during and after one session, in the order in which it is done."""
    session = session_for(request, pk, Permission.SEE_CLINICAL)
    log_access(request, session.plan.patient, "visit", now=timezone.now())
    return render(request, "treatments/visit.html", _context(session))


def _context(session: TreatmentSession) -> dict[str, Any]:
    now = timezone.now()
    is_before = session.status == SessionStatus.PREPARATION
    problems = start_problems(session, now=now) if is_before else []
    patient = session.plan.patient
    profile = getattr(patient, "clinical_profile", None)
    return {
        "session": session,
        "plan": session.plan,
        "patient": patient,
        "definition": definition_of(session),
        "is_before": is_before,
        "blockers": [one for one in problems if isinstance(one, Blocker)],
        "to_sign": [one for one in problems if isinstance(one, NeedsApproval)],
        "remarks": [one for one in problems if not isinstance(one, Blocker | NeedsApproval)],
        "record": SessionRecord.objects.filter(session=session).first(),
        "screenings": session.plan.screenings.prefetch_related("answers")[:4],
        "consent": session.plan.consents.standing().first(),
        "item_names": {item.code: item.question for item in shared().screening},
        "test_names": {rule.code: rule.what for rule in shared().patch_tests},
        "tests": PatchTest.objects.of_patient(patient),
        "test_rules": definition_of(session).patch_tests,
        "profile": profile,
        "skin_types": SKIN_TYPES,
        "skin_word": dict(SKIN_TYPES).get(profile.skin_type or 0) if profile else "",
        "start_url": reverse("bookings:session-start", args=[session.pk]),
        "photos": session.photos.all(),
    }


@require_POST
@require(Permission.SEE_CLINICAL)
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """A clinician takes responsibility for one named problem, with a reason."""
    session = session_for(request, pk, Permission.SEE_CLINICAL)
    now = timezone.now()
    return carry_out(
        request,
        lambda: sign_off(
            session,
            request.POST.get("problem", ""),
            reason=request.POST.get("reason", ""),
            by=request.user,
            now=now,
            on=local_day(now, session.plan.location.tz),
        ),
        _("Signed."),
        to=back_to(request),
        pk=pk,
    )


@require_POST
@require(Permission.SCREEN)
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """The skin type and what else stays true about the patient."""
    session = session_for(request, pk, Permission.SCREEN)
    text = request.POST.get("skin_type", "")
    before = getattr(session.plan.patient, "clinical_profile", None)
    return carry_out(
        request,
        lambda: save_profile(
            session.plan.patient,
            skin_type=int(text) if text.isdigit() else None,
            weight_kg=before.weight_kg if before else None,
            hsv_prescribed="hsv_prescribed" in request.POST,
            shaves_area="shaves_area" in request.POST,
            note=request.POST.get("note", before.note if before else ""),
            by=request.user,
            now=timezone.now(),
        ),
        _("Saved."),
        to="treatments:visit",
        pk=pk,
    )


@require_POST
@require(Permission.SCREEN)
def patch_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Applies a patch test, or notes how one was read."""
    session = session_for(request, pk, Permission.SCREEN)
    now, patient = timezone.now(), session.plan.patient
    test = PatchTest.objects.of_patient(patient).filter(pk=_number(request.POST.get("test", ""))).first()
    if test is None:
        return carry_out(
            request,
            lambda: apply_patch_test(
                patient,
                rule=request.POST.get("rule", ""),
                components=session.plan.components,
                by=request.user,
                now=now,
            ),
            _("The test is noted; read it when its time has come."),
            to="treatments:visit",
            pk=pk,
        )
    return carry_out(
        request,
        lambda: read_patch_test(
            test,
            is_positive=request.POST.get("result") == "positive",
            location=session.plan.location,
            by=request.user,
            now=now,
        ),
        _("The reading is noted."),
        to="treatments:visit",
        pk=pk,
    )


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
