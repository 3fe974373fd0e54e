"""Outcomes: scores on scales, within their range and step (catalogue 8)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.errors import DomainError
from treatments.definitions import Scale
from treatments.models import Outcome, TreatmentPlan, TreatmentSession
from treatments.outcome_questions import QUESTIONS
from treatments.outcomes import CLINICIAN, PATIENT
from treatments.queries.catalogue import shared
from treatments.queries.patient_scores import Asked


def scale_of(code: str) -> Scale:
    """The scale of catalogue 8.1; `unknown_scale` for another code."""
    for scale in shared().scales:
        if scale.code == code:
            return scale
    raise DomainError("unknown_scale", _("The catalogue has no such scale."))


@transaction.atomic
def score_outcome(
    plan: TreatmentPlan,
    *,
    scale: str,
    moment: str,
    score: Decimal,
    by: Any,
    now: datetime,
    session: TreatmentSession | None = None,
    by_patient: bool = False,
    site: str = "",
    scale_version: str = "",
) -> Outcome:
    """One score. It must lie in the scale's range and on its step, and be scored by whom the scale is for.

    Scales scored at each site need `site`; scales that exist in opposite directions need `scale_version`.
    """
    row = scale_of(scale)
    _check(row, score, by_patient=by_patient, site=site, version=scale_version)
    return Outcome.objects.create(
        plan=plan,
        session=session,
        scale=scale,
        moment=moment,
        score=score,
        by_patient=by_patient,
        site=site,
        scale_version=scale_version,
        scored_at=now,
        scored_by=by,
    )


@transaction.atomic
def score_by_patient(plan: TreatmentPlan, *, asked: Asked, score: Decimal, now: datetime) -> Outcome:
    """What the patient answered on the phone to one question. A page sent twice keeps the first answer."""
    plan = TreatmentPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    session = plan.sessions.filter(number=asked.session).first() if asked.session is not None else None
    before = plan.outcomes.filter(
        scale=asked.scale, moment=asked.moment, session=session, by_patient=True, scored_by=None
    ).first()
    return before or score_outcome(
        plan,
        scale=asked.scale,
        moment=asked.moment,
        score=score,
        by=None,
        now=now,
        session=session,
        by_patient=True,
        scale_version=QUESTIONS[asked.scale].version,
    )


def _check(row: Scale, score: Decimal, *, by_patient: bool, site: str, version: str) -> None:
    if not row.lowest <= score <= row.highest or (score - row.lowest) % row.step != 0:
        raise DomainError(
            "score_out_of_range",
            _("%(scale)s runs from %(low)s to %(high)s in steps of %(step)s.")
            % {"scale": row.name, "low": row.lowest, "high": row.highest, "step": row.step},
        )
    if (PATIENT if by_patient else CLINICIAN) not in row.scored_by:
        raise DomainError("wrong_scorer", _("%(scale)s is not scored by this person.") % {"scale": row.name})
    if row.is_per_site and not site:
        raise DomainError(
            "site_missing", _("%(scale)s is scored at a site: write which.") % {"scale": row.name}
        )
    if row.has_versions and not version:
        raise DomainError(
            "version_missing", _("%(scale)s exists in several versions: write which.") % {"scale": row.name}
        )
