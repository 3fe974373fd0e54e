"""What slow healing or a reaction proposes for the next session, and what was agreed about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from treatments.facts import OneSession, PlanFacts
from treatments.models import GentlerStep, TreatmentPlan, TreatmentSession
from treatments.queries.catalogue import definition_of, policy
from treatments.queries.plan_sessions import series_facts
from treatments.queries.recovery import SymptomCurve, recovery_curve
from treatments.rules.intervals import step_to
from treatments.words import OPEN_SESSIONS, ReactionStatus

#: No needle goes less deep than this, in mm.
SHALLOWEST_MM = Decimal("0.25")


@dataclass(frozen=True, kw_only=True, slots=True)
class Gentler:
    """A proposal after slow healing, for a practitioner to accept: more days, less depth (mm), with the reason."""

    min_days: int
    usual_days: int
    depth_mm: Decimal | None
    reason: str


def gentler_after(session: TreatmentSession) -> Gentler | None:
    """The proposal of a session as it healed so far; None when it healed as expected, or when one is agreed."""
    if GentlerStep.objects.standing().filter(after=session).exists():
        return None
    return gentler_next(session, findings=slow_findings(session))


def gentler_next(session: TreatmentSession, *, findings: Sequence[str]) -> Gentler | None:
    """What slow healing after this session proposes for the next one (own derivation, D).

    Half as long again as the protocol's ideal interval, within its longest; one depth step (0.25 mm) less. None
    without findings or without a next session.
    """
    facts = series_facts([session.plan])[session.plan_id]
    one = facts.session(session.pk)
    following = next_of(facts, one)
    step = step_to(facts, following) if following else None
    if not findings or step is None:
        return None
    depth = one.deepest_mm - policy("SKIN_TYPE_DEPTH_STEP_MM") if one.deepest_mm is not None else None
    needled = definition_of(session).family in ("MN", "RFMN")
    return Gentler(
        min_days=max(min(step.ideal_days * 3 // 2, step.max_days), step.min_days),
        usual_days=step.ideal_days,
        depth_mm=max(depth, SHALLOWEST_MM) if depth is not None and needled else None,
        reason=_("Healing was slower than expected: %(findings)s.") % {"findings": ", ".join(findings)},
    )


def next_of(facts: PlanFacts, one: OneSession) -> OneSession | None:
    """The next session of the same protocol that is still to be delivered."""
    for other in facts.sessions:
        if other.number > one.number and other.code == one.code and other.status in OPEN_SESSIONS:
            return other
    return None


def slow_findings(session: TreatmentSession) -> list[str]:
    """What was not as expected: the session's reactions, the plan's open ones, symptoms last told above the band."""
    labels = {flag.code: flag.label for flag in definition_of(session).red_flags}
    rows = session.plan.reactions.order_by("id")
    codes = [row.code for row in rows if row.status == ReactionStatus.OPEN or row.session_id == session.pk]
    above = [curve.symptom.replace("_", " ") for curve in recovery_curve(session) if _ends_above(curve)]
    return list(dict.fromkeys([*(labels.get(code, code) for code in codes), *above]))


def _ends_above(curve: SymptomCurve) -> bool:
    told = [point for point in curve.points if point.score is not None]
    return bool(told) and (told[-1].score or 0) > told[-1].expected


def agreements_of(plan: TreatmentPlan) -> list[GentlerStep]:
    """Everything that was ever agreed in a plan, newest first, taken back or not."""
    rows = GentlerStep.objects.filter(after__plan=plan)
    return list(rows.select_related("after", "accepted_by", "withdrawn_by").order_by("-id"))
