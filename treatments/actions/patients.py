"""Clinical facts about a patient: the profile, and patch tests (catalogue 3.4, 3.5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.tasks import open_task
from clinic.errors import DomainError
from clinic.models import Location, Patient
from clinic.timekeeping import local_day
from clinic.words import Urgency
from treatments.definitions import PatchTestRule
from treatments.models import ClinicalProfile, PatchTest
from treatments.queries.catalogue import shared
from treatments.signals import patient_facts_changed


@transaction.atomic
def save_profile(
    patient: Patient,
    *,
    skin_type: int | None = None,
    weight_kg: Decimal | None = None,
    hsv_prescribed: bool = False,
    shaves_area: bool = False,
    note: str = "",
    by: Any,
    now: datetime,
) -> ClinicalProfile:
    """The patient's clinical profile as it is now: Fitzpatrick skin type 1–6, weight in kg.

    The texts before visits that are booked follow it.
    """
    if skin_type is not None and skin_type not in range(1, 7):
        raise DomainError("skin_type", _("The skin type is a number from 1 to 6."))
    profile, _is_new = ClinicalProfile.objects.update_or_create(
        patient=patient,
        defaults={
            "skin_type": skin_type,
            "weight_kg": weight_kg,
            "hsv_prescribed": hsv_prescribed,
            "shaves_area": shaves_area,
            "note": note,
        },
    )
    _follow(patient, by=by, now=now)
    return profile


def patch_rule(code: str) -> PatchTestRule:
    """The rule of catalogue 3.5; `unknown_test` for another code."""
    for rule in shared().patch_tests:
        if rule.code == code:
            return rule
    raise DomainError("unknown_test", _("The catalogue has no such patch test."))


@transaction.atomic
def apply_patch_test(
    patient: Patient, *, rule: str, components: Sequence[str] = (), by: Any, now: datetime
) -> PatchTest:
    """Notes that a test was applied now; it counts once it was read and is negative."""
    test = PatchTest.objects.create(
        patient=patient, rule=patch_rule(rule).code, components=list(components), applied_at=now
    )
    _follow(patient, by=by, now=now)
    return test


@transaction.atomic
def read_patch_test(
    test: PatchTest, *, is_positive: bool, location: Location, by: Any, now: datetime
) -> PatchTest:
    """Notes the reading; not before the rule's first reading time. A negative test is valid for the rule's days.

    A positive one blocks what was tested and becomes a task for a clinician.
    """
    test = PatchTest.objects.select_for_update().get(pk=test.pk)
    rule = patch_rule(test.rule)
    first = test.applied_at + timedelta(hours=float(rule.read_at_hours[0]))
    if now < first and not is_positive:
        raise DomainError("too_early", _("This test can only be read later; a reaction may still come."))
    test.read_at, test.read_by, test.is_positive = now, by, is_positive
    applied_on = local_day(test.applied_at, location.tz)
    test.valid_until_on = None if is_positive else applied_on + timedelta(days=rule.valid_days)
    test.save(update_fields=["read_at", "read_by", "is_positive", "valid_until_on"])
    if is_positive:
        _tell(test, rule, location, by=by, now=now)
    _follow(test.patient, by=by, now=now)
    return test


def _follow(patient: Patient, *, by: Any, now: datetime) -> None:
    """What is booked is spoken of again: some texts are for a skin type, a prescription, a test that is due."""
    patient_facts_changed.send(sender=Patient, patient=patient, by=by, now=now)


def _tell(test: PatchTest, rule: PatchTestRule, location: Location, *, by: Any, now: datetime) -> None:
    open_task(
        kind="patch-test",
        location=location,
        patient=test.patient,
        owner=by,
        urgency=Urgency.NEXT_DAY,
        is_clinical=True,
        sentence=_("Patch test positive: %(what)s")[:290] % {"what": rule.what[:200]},
        subject_type="patch-test",
        subject_id=test.pk,
        dedupe_key=f"patch-test:{test.pk}",
        now=now,
        by=by,
    )
