"""The consents of one patient as the desk may see them: signed or not, when, until when, which wording; no content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.models import Patient
from clinic.timekeeping import local_day
from treatments.facts import Moment
from treatments.models import Consent, TreatmentPlan
from treatments.queries.plan_facts import facts_of
from treatments.rules.consents import consent_problems
from treatments.words import OPEN_SESSIONS

#: A consent that ends within this time is to be renewed.
SOON = timedelta(days=30)
#: Code of the gate's remark → what the desk is told.
WHY: dict[str, str | Promise] = {
    "consent_missing": _("not signed yet"),
    "consent_expired": _("it ends soon or has ended"),
    "consent_incomplete": _("an item that the plan needs is missing"),
    "consent_changed": _("the plan changed after it was signed"),
    "consent_newer_text": _("there is a newer wording"),
}


@dataclass(frozen=True, kw_only=True)
class ConsentState:
    """One plan's consent. `consent` carries `agreed`, `asked` and `wording` (the newest version signed)."""

    plan: TreatmentPlan
    consent: Consent | None
    why: tuple[str | Promise, ...] = ()

    @property
    def is_good(self) -> bool:
        """Signed, and nothing asks for a new signature."""
        return self.consent is not None and self.consent.withdrawn_at is None and not self.why


def consent_states(patient: Patient, *, now: datetime) -> list[ConsentState]:
    """Running plans first: what is signed and what must be signed again before the next session."""
    plans = list(patient.plans.select_related("location").order_by("pk"))
    newest = _newest(plans)
    found = [_state(plan, newest.get(plan.pk), now) for plan in plans]
    shown = [one for one in found if one.consent is not None or one.why]
    return sorted(shown, key=lambda one: (one.is_good, -one.plan.pk))


def _newest(plans: Iterable[TreatmentPlan]) -> dict[int, Consent]:
    """Plan → its newest consent, withdrawn ones only where there is no other."""
    rows = Consent.objects.filter(plan__in=list(plans)).annotate(
        agreed=Count("ticks", filter=Q(ticks__is_agreed=True)),
        asked=Count("ticks"),
        wording=Max("texts__version"),
    )
    ordered = sorted(rows, key=lambda row: (row.withdrawn_at is None, row.signed_at))
    return {row.plan_id: row for row in ordered}


def _state(plan: TreatmentPlan, consent: Consent | None, now: datetime) -> ConsentState:
    facts = facts_of(plan)
    to_come = [one for one in facts.sessions if one.status in OPEN_SESSIONS]
    if not to_come:
        return ConsentState(plan=plan, consent=consent)
    at = Moment(on=local_day(now + SOON, facts.tz), now=now, is_start=False, anchors={})
    codes = dict.fromkeys(problem.code for problem in consent_problems(facts, to_come[0], at))
    return ConsentState(plan=plan, consent=consent, why=tuple(WHY[code] for code in codes if code in WHY))
