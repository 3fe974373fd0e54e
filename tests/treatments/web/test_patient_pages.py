"""Aftercare and recovery checks on the phone: each page and each question small, without script, the clinic on top."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from clinic.words import LinkPurpose
from tests.patient_page import faults, follow, times_without_zone
from tests.treatments.day import NOW, Clinic, treated
from treatments.models import RecoveryCheck
from treatments.queries.catalogue import shared
from treatments.queries.recovery import wording
from treatments.web.patient_check import NEVER_ON_THE_PHONE

pytestmark = pytest.mark.django_db


def test_the_pages_after_a_visit_are_small_and_say_who_and_when(clinic: Clinic, client: Client) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    session = plan.sessions.get(number=1)
    with time_machine.travel(NOW + timedelta(hours=20), tick=False):
        address = follow(
            client,
            patient=plan.patient,
            place=clinic.location,
            purpose=LinkPurpose.AFTERCARE,
            subject=session,
            now=NOW,
        )
        assert address == "/p/aftercare/"
        assert faults(client, address, clinic.location, with_form=False) == []
        assert times_without_zone(client, address, clinic.location) == []
        assert faults(client, "/p/report/", clinic.location) == []


def test_every_question_of_the_bank_is_a_small_page_of_its_own(clinic: Clinic, client: Client) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    check = RecoveryCheck.objects.get(session__plan=plan, code="C1", session__number=1)
    bank = [one for one in shared().questions if one.code not in NEVER_ON_THE_PHONE]
    RecoveryCheck.objects.filter(pk=check.pk).update(questions=[one.code for one in bank])
    with time_machine.travel(check.due_at + timedelta(hours=1), tick=False):
        address = follow(
            client,
            patient=plan.patient,
            place=clinic.location,
            purpose=LinkPurpose.RECOVERY_CHECK,
            subject=check,
            now=NOW,
        )
        found = []
        for question in bank:
            page = f"{address}?q={question.code}"
            found += faults(client, page, clinic.location, says=wording(question, check))
        assert found == []
        for question in bank:
            client.post(address, {"q": question.code, "skip": "1"})
        assert faults(client, address, clinic.location) == []
        client.post(address)
        assert faults(client, "/p/check/done/", clinic.location, with_form=False) == []
