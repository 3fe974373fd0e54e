"""Who signed an older wording than the newest, among plans with sessions to come."""

from __future__ import annotations

from collections import Counter
from typing import Any

from treatments.models import ConsentedText, ConsentText, TreatmentPlan, TreatmentSession


def booked_with_older_text(user: Any) -> Counter[str]:
    """Item code → running plans with sessions to come whose newest standing consent holds an older version of it."""
    plans = TreatmentPlan.objects.visible_to(user).running()
    open_plans = set(
        TreatmentSession.objects.to_come().filter(plan__in=plans).values_list("plan_id", flat=True)
    )
    newest: dict[tuple[str, str], int] = {}
    for code, language, version in ConsentText.objects.values_list("code", "language", "version"):
        newest[code, language] = max(version, newest.get((code, language), 0))
    standing: dict[int, int] = {}
    ticks = ConsentedText.objects.filter(
        consent__plan__in=open_plans, consent__withdrawn_at=None, is_agreed=True
    ).order_by("-consent__signed_at", "-consent_id")
    found: Counter[str] = Counter()
    values = ticks.values_list(
        "consent__plan_id", "consent_id", "text__code", "text__language", "text__version"
    )
    for plan, consent, code, language, version in values:
        if standing.setdefault(plan, consent) == consent and version < newest[code, language]:
            found[code] += 1
    return found
