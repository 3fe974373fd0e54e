"""Consent: the texts of a plan, the signature, the withdrawal (catalogue 10.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinic.errors import DomainError
from clinic.timekeeping import local_day
from treatments.definitions import ConsentItem
from treatments.models import Consent, ConsentedText, ConsentText, TreatmentPlan
from treatments.queries.catalogue import policy, shared
from treatments.queries.plan_facts import facts_of
from treatments.rules.consents import covers_of, items_of_plan

LANGUAGE = "en"


@dataclass(frozen=True, kw_only=True, slots=True)
class TextToSign:
    """One tick of the consent page: the item, its newest wording, and whether the patient may decline it."""

    item: ConsentItem
    text: ConsentText

    @property
    def is_optional(self) -> bool:
        """Optional items are off by default and can be revoked."""
        return self.item.is_optional


def texts_for(plan: TreatmentPlan, *, now: datetime) -> list[TextToSign]:
    """The texts of this plan in the patient's language, newest version; English where a translation is missing.

    A catalogue item without a text yet is shown as the catalogue words it; signing keeps those words as version 1.
    Reads only.
    """
    items = items_of_plan(facts_of(plan))
    known = _newest([item.code for item in items], (LANGUAGE, plan.patient.language))
    return [TextToSign(item=item, text=known.get(item.code) or as_worded(item, now=now)) for item in items]


def _newest(codes: Sequence[str], languages: Sequence[str]) -> dict[str, ConsentText]:
    """Code → newest wording, a later language before an earlier one; one query."""
    rows = list(ConsentText.objects.filter(code__in=codes, language__in=languages).order_by("version"))
    return {row.code: row for language in languages for row in rows if row.language == language}


def as_worded(item: ConsentItem, *, now: datetime) -> ConsentText:
    """Version 1 in the catalogue's own words, not stored yet."""
    words = f"{capfirst(item.label)}."
    return ConsentText(code=item.code, language=LANGUAGE, version=1, text=words, created_at=now)


def _kept(texts: Sequence[TextToSign]) -> dict[str, ConsentText]:
    """Code → the stored row of each wording; the catalogue's own words become version 1 when first signed."""
    fresh = [one.text for one in texts if not one.text.pk]
    ConsentText.objects.bulk_create(fresh, ignore_conflicts=True)
    stored = ConsentText.objects.filter(code__in=[text.code for text in fresh], language=LANGUAGE, version=1)
    return {one.item.code: one.text for one in texts} | {row.code: row for row in stored}


@transaction.atomic
def write_text(*, code: str, language: str, text: str, now: datetime) -> ConsentText:
    """A new version of a wording; consents signed for an older one are then asked to be renewed."""
    if code not in {item.code for item in shared().consents}:
        raise DomainError("unknown_item", _("The catalogue has no such consent item."))
    if not text.strip():
        raise DomainError("text_missing", _("A consent text needs words."))
    newest = ConsentText.objects.filter(code=code, language=language).order_by("-version").first()
    return ConsentText.objects.create(
        code=code, language=language, version=newest.version + 1 if newest else 1, text=text, created_at=now
    )


@transaction.atomic
def sign_consent(
    plan: TreatmentPlan,
    *,
    ticks: Mapping[str, bool],
    discussed_at: datetime,
    discussed_by: Any,
    signed_name: str,
    now: datetime,
    questions: str = "",
    signature_path: str = "",
) -> Consent:
    """The patient's signature under the newest texts, after a discussion that is recorded with it.

    `ticks`: item code → agreed. Every required item must be agreed to (`consent_incomplete`), the discussion must have
    been before the signature (`discussion_missing`), and somebody must sign (`signature_missing`).
    """
    if not signed_name.strip():
        raise DomainError("signature_missing", _("Please type your name as your signature."))
    if discussed_at > now:
        raise DomainError("discussion_missing", _("The discussion must come before the signature."))
    texts = texts_for(plan, now=now)
    refused = [one.item.label for one in texts if not one.is_optional and not ticks.get(one.item.code)]
    if refused:
        raise DomainError(
            "consent_incomplete",
            _("Without these items the treatment is not possible: %(items)s.")
            % {"items": "; ".join(refused)},
        )
    valid = timedelta(days=int(policy("CONSENT_VALID_D")))
    consent = Consent.objects.create(
        plan=plan,
        discussed_at=discussed_at,
        discussed_by=discussed_by,
        questions=questions,
        signed_name=signed_name.strip(),
        signature_path=signature_path,
        signed_at=now,
        covers=covers_of(facts_of(plan)),
        valid_until_on=local_day(now, plan.location.tz) + valid,
    )
    kept = _kept(texts)
    ConsentedText.objects.bulk_create(
        ConsentedText(consent=consent, text=kept[one.item.code], is_agreed=bool(ticks.get(one.item.code)))
        for one in texts
    )
    return consent


@transaction.atomic
def withdraw_consent(consent: Consent, *, now: datetime) -> Consent:
    """The patient takes the consent back: no session starts any more until a new one is signed.

    What was signed earlier for the same plan goes with it: a renewal that is withdrawn does not revive the older one.
    """
    standing = Consent.objects.standing().select_for_update().filter(plan=consent.plan_id)
    for one in standing:
        one.withdrawn_at = now
        one.save(update_fields=["withdrawn_at"])
    consent.refresh_from_db()
    return consent
