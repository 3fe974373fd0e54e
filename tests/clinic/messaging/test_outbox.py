"""Planning: rows match what should be said, in the transaction of the change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from clinic.messaging.actions.choices import choose
from clinic.messaging.actions.outbox import Reconciled, reconcile, say, withdraw
from clinic.messaging.channels.local import MemorySms
from clinic.messaging.engine.drain import drain
from clinic.messaging.history import history_of
from clinic.messaging.models import Message
from clinic.models import Location, Patient
from tests.clinic.messaging.conftest import HOUR, NOW, Visits, reminder

pytestmark = pytest.mark.django_db


def facts(*names: str) -> list[tuple[Any, ...]]:
    """The outbox in order of planning."""
    return list(Message.objects.order_by("id").values_list(*names))


def test_reconcile_plans_what_is_wanted_and_says_so(
    visits: Visits, patient: Patient, location: Location
) -> None:
    visit = visits.add(patient, location, NOW + 3 * HOUR, reminder(NOW + HOUR))
    assert reconcile("visit", visit, now=NOW) == Reconciled(planned=1, kept=0, cancelled=0)
    assert facts("rule", "channel", "status", "next_attempt_at", "dedupe_key") == [
        ("R_3H", "sms", "pending", NOW + HOUR, f"R_3H:visit:{visit.pk}:1:sms")
    ]
    assert [(move.at, move.to_status) for move in history_of(Message.objects.get())] == [(NOW, "pending")]


def test_reconcile_twice_changes_nothing(visits: Visits, patient: Patient, location: Location) -> None:
    visit = visits.add(patient, location, NOW + 3 * HOUR, reminder(NOW + HOUR))
    reconcile("visit", visit, now=NOW)
    assert reconcile("visit", visit, now=NOW) == Reconciled(planned=0, kept=1, cancelled=0)


def test_a_move_calls_back_the_old_and_plans_the_new(
    visits: Visits, patient: Patient, location: Location
) -> None:
    visit = visits.add(patient, location, NOW + 3 * HOUR, reminder(NOW + HOUR))
    reconcile("visit", visit, now=NOW)
    visit.version, visit.wants = 2, [reminder(NOW + 5 * HOUR)]
    assert reconcile("visit", visit, now=NOW) == Reconciled(planned=1, kept=0, cancelled=1)
    assert facts("status", "reason", "scheduled_for") == [
        ("cancelled", "not-wanted", NOW + HOUR),
        ("pending", "", NOW + 5 * HOUR),
    ]


def test_a_new_version_at_the_same_time_says_nothing_twice(
    visits: Visits, patient: Patient, location: Location
) -> None:
    visit = visits.add(patient, location, NOW + 3 * HOUR, reminder(NOW))
    reconcile("visit", visit, now=NOW)
    drain(now=NOW)
    visit.version = 2
    assert reconcile("visit", visit, now=NOW) == Reconciled(planned=0, kept=1, cancelled=0)
    assert len(MemorySms.sent) == 1


def test_what_was_called_back_returns_when_it_is_wanted_again(
    visits: Visits, patient: Patient, location: Location
) -> None:
    visit = visits.add(patient, location, NOW + 3 * HOUR, reminder(NOW + HOUR, once=True))
    reconcile("visit", visit, now=NOW)
    visit.is_cancelled = True
    reconcile("visit", visit, now=NOW)
    visit.is_cancelled = False
    assert reconcile("visit", visit, now=NOW) == Reconciled(planned=1, kept=1, cancelled=0)
    assert facts("status", "reason") == [("pending", "")]


def test_once_moves_with_the_visit_instead_of_coming_twice(
    visits: Visits, patient: Patient, location: Location
) -> None:
    visit = visits.add(patient, location, NOW + 3 * HOUR, reminder(NOW + HOUR, once=True))
    reconcile("visit", visit, now=NOW)
    visit.version, visit.wants = 2, [reminder(NOW + 5 * HOUR, once=True)]
    reconcile("visit", visit, now=NOW)
    assert facts("status", "scheduled_for", "next_attempt_at") == [
        ("pending", NOW + 5 * HOUR, NOW + 5 * HOUR)
    ]


def test_a_no_of_the_gate_is_not_overruled_by_reconciling(
    visits: Visits, patient: Patient, location: Location
) -> None:
    visit = visits.add(patient, location, NOW + 3 * HOUR, reminder(NOW))
    patient.phone, patient.email = "", ""
    patient.save()
    reconcile("visit", visit, now=NOW)
    drain(now=NOW)
    assert reconcile("visit", visit, now=NOW) == Reconciled(planned=0, kept=1, cancelled=0)
    assert facts("status", "reason") == [("cancelled", "no-address")]


def test_what_is_switched_off_here_is_not_planned(
    visits: Visits, patient: Patient, location: Location
) -> None:
    location.settings.muted_rules = ["R_3H"]
    location.settings.save()
    visit = visits.add(patient, location, NOW + 3 * HOUR, reminder(NOW + HOUR))
    assert reconcile("visit", visit, now=NOW) == Reconciled(planned=0, kept=0, cancelled=0)


def test_what_is_too_late_is_not_planned(visits: Visits, patient: Patient, location: Location) -> None:
    visit = visits.add(patient, location, NOW + 3 * HOUR, reminder(NOW - 4 * HOUR))
    assert reconcile("visit", visit, now=NOW) == Reconciled(planned=0, kept=0, cancelled=0)


def test_preferred_is_the_channel_that_reaches_the_patient(
    visits: Visits, patient: Patient, location: Location
) -> None:
    choose(patient, channel="sms", purpose="care", is_wanted=False, source="told the desk", now=NOW)
    visit = visits.add(patient, location, NOW + 3 * HOUR, reminder(NOW + HOUR, channel="preferred"))
    reconcile("visit", visit, now=NOW)
    assert facts("channel") == [("email",)]


def test_quiet_hours_move_to_the_morning_or_to_the_evening_before(
    visits: Visits, patient: Patient, location: Location
) -> None:
    at_six = NOW + timedelta(hours=20)
    soon_useless = reminder(at_six, rule="R_A")
    useless = reminder(at_six, rule="R_B", expires_at=at_six + HOUR)
    never_earlier = reminder(at_six, rule="R_C", expires_at=at_six + HOUR, never_earlier=True)
    anyway = reminder(at_six, rule="R_D", ignores_quiet_hours=True)
    visit = visits.add(patient, location, NOW + 30 * HOUR, soon_useless, useless, never_earlier, anyway)
    reconcile("visit", visit, now=NOW)
    at_eight, at_half_past_eight_pm = NOW + timedelta(hours=22), NOW + timedelta(hours=10.5)
    assert facts("rule", "next_attempt_at") == [
        ("R_A", at_eight),
        ("R_B", at_half_past_eight_pm),
        ("R_C", at_eight),
        ("R_D", at_six),
    ]


def test_withdraw_calls_back_everything_about_it(
    visits: Visits, patient: Patient, location: Location
) -> None:
    visit = visits.add(patient, location, NOW + 3 * HOUR, reminder(NOW + HOUR))
    reconcile("visit", visit, now=NOW)
    say("visit", visit, reminder(NOW + HOUR, rule="ASKED"), now=NOW)
    assert withdraw("visit", visit.pk, now=NOW) == 2
    assert facts("status", "reason") == [("cancelled", "withdrawn"), ("cancelled", "withdrawn")]


def test_say_is_not_called_back_by_reconciling_and_says_once(
    visits: Visits, patient: Patient, location: Location
) -> None:
    visit = visits.add(patient, location, NOW + 3 * HOUR)
    first = say("visit", visit, reminder(NOW + HOUR, rule="ASKED"), now=NOW)
    assert say("visit", visit, reminder(NOW + HOUR, rule="ASKED"), now=NOW) == first
    assert reconcile("visit", visit, now=NOW) == Reconciled(planned=0, kept=0, cancelled=0)
    assert facts("status") == [("pending",)]


def test_an_undone_change_leaves_no_message(visits: Visits, patient: Patient, location: Location) -> None:
    visit = visits.add(patient, location, NOW + 3 * HOUR, reminder(NOW + HOUR))
    with transaction.atomic():
        reconcile("visit", visit, now=NOW)
        transaction.set_rollback(True)
    assert facts("status") == []
