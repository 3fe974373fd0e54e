"""What the newest standing consent of each plan says: items, validity, wordings that were replaced since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Max

from treatments.facts import SignedConsent
from treatments.models import Consent, ConsentedText, ConsentText


def signed_consents(plans: Collection[int]) -> dict[int, SignedConsent]:
    """By plan, in three queries whatever their number; a plan without a standing consent is left out."""
    newest = Consent.objects.filter(plan__in=plans, withdrawn_at__isnull=True).order_by(
        "plan_id", "-signed_at"
    )
    standing = list(newest.distinct("plan_id"))
    if not standing:
        return {}
    agreed: dict[int, list[ConsentText]] = defaultdict(list)
    ticks = ConsentedText.objects.filter(consent__in=standing, is_agreed=True).select_related("text")
    for tick in ticks:
        agreed[tick.consent_id].append(tick.text)
    versions = _newest_versions({text.code for texts in agreed.values() for text in texts})
    return {one.plan_id: _signed(one, agreed[one.pk], versions) for one in standing}


def _signed(consent: Consent, agreed: list[ConsentText], newest: dict[tuple[str, str], int]) -> SignedConsent:
    return SignedConsent(
        signed_at=consent.signed_at,
        valid_until=consent.valid_until_on,
        codes=frozenset(text.code for text in agreed),
        outdated=frozenset(
            text.code for text in agreed if newest.get((text.code, text.language), 0) > text.version
        ),
        covers=consent.covers,
    )


def _newest_versions(codes: Collection[str]) -> dict[tuple[str, str], int]:
    rows = ConsentText.objects.filter(code__in=codes).values_list("code", "language")
    return {(code, language): newest for code, language, newest in rows.annotate(newest=Max("version"))}
