"""What can race is raced: two tablets on one draft, two signatures, two processes asking one check."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from clinic.errors import DomainError
from clinic.models import Task
from tests.treatments.day import NOW, drafted, make_clinic, needling, started, treated
from treatments.actions.records import save_draft, sign_record
from treatments.actions.recovery import ask_due, close_silent
from treatments.models import RecoveryCheck, SessionRecord, ZoneRecord

pytestmark = pytest.mark.django_db(transaction=True)


def together(*work: Callable[[], Any]) -> list[Any]:
    """Runs the functions at the same moment, each on a connection of its own; refusals are results."""
    start = Barrier(len(work))

    def run(one: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return one()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


def test_one_of_two_tablets_wins_and_the_other_is_told() -> None:
    clinic = make_clinic()
    record = drafted(started(clinic.plan(), clinic), clinic, needling(clinic))
    results = together(
        *[
            lambda number=number: (
                save_draft(record.pk, version=record.version, draft={"note": f"tablet {number}"}).version
            )
            for number in range(4)
        ]
    )
    assert sorted(map(str, results)) == ["3", "stale_record", "stale_record", "stale_record"]
    assert SessionRecord.objects.get().version == 3


def test_record_is_signed_once() -> None:
    clinic = make_clinic()
    record = drafted(started(clinic.plan(), clinic), clinic, needling(clinic))

    def sign() -> str:
        now = NOW + timedelta(hours=1)
        return sign_record(record.pk, version=record.version, by=clinic.doctor_user, now=now).record.status

    assert sorted(together(sign, sign)) == ["record_signed", "signed"]
    assert ZoneRecord.objects.count() == 2


def test_check_is_asked_and_its_silence_noticed_once() -> None:
    clinic = make_clinic()
    treated(clinic.plan(), clinic)
    due = NOW + timedelta(hours=26)
    assert sum(together(*[lambda: ask_due(due)] * 3)) == 1
    late = RecoveryCheck.objects.get(code="C1").answer_until
    assert sum(together(*[lambda: close_silent(late)] * 3)) == 1
    assert Task.objects.filter(kind="call").count() == 1
