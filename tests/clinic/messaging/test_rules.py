"""Rules are switched per location: at once, also for what is planned; safety stays on; opinions wait for a yes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic import roles
from clinic.celery import app
from clinic.errors import DomainError
from clinic.messaging import waking
from clinic.messaging.actions.outbox import reconcile
from clinic.messaging.actions.rules import switch_rule
from clinic.messaging.engine.drain import drain
from clinic.messaging.models import Message
from clinic.messaging.rules import silenced
from clinic.messaging.words import MessageKind, Reason
from clinic.models import ClinicSettings, Location, Patient
from tests.clinic.messaging.conftest import HOUR, NOW, Visits, reminder
from tests.factories import LocationFactory, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(location: Location) -> Any:
    return staff(roles.MANAGER, at=location)


@pytest.fixture
def planned(visits: Visits, patient: Patient, location: Location) -> Message:
    visit = visits.add(patient, location, NOW + 8 * HOUR, reminder(NOW + HOUR))
    reconcile("visit", visit, now=NOW)
    return Message.objects.get()


def test_switching_off_calls_back_and_switching_on_brings_back(
    planned: Message, location: Location, manager: Any, visits: Visits
) -> None:
    assert switch_rule(location, "appointment_reminder", is_on=False, by=manager, now=NOW) == 1
    planned.refresh_from_db()
    assert (planned.status, planned.reason) == ("cancelled", Reason.MUTED)
    assert planned.reason_sentence() == "this message is switched off at the location"
    switch_rule(location, "appointment_reminder", is_on=True, by=manager, now=NOW)
    reconcile("visit", visits.rows[planned.subject_id], now=NOW)
    planned.refresh_from_db()
    assert planned.status == "pending"
    assert drain(now=NOW + HOUR) == {"sent": 1}


def test_what_is_switched_on_is_planned_right_after_the_commit(
    planned: Message,
    location: Location,
    manager: Any,
    visits: Visits,
    patient: Patient,
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, Any]] = []
    monkeypatch.setattr(app, "send_task", lambda name, args=(), **_how: asked.append((name, args)))
    elsewhere = LocationFactory()
    visits.add(patient, elsewhere, NOW + 8 * HOUR, reminder(NOW + HOUR))
    switch_rule(location, "appointment_reminder", is_on=False, by=manager, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        switch_rule(location, "appointment_reminder", is_on=True, by=manager, now=NOW)
        assert asked == []
    assert asked == [("clinic.messaging.tasks.replan", [location.pk])]
    assert waking.replan(location.pk, now=NOW) == 1
    planned.refresh_from_db()
    assert (planned.status, Message.objects.count()) == ("pending", 1)
    assert waking.replan(location.pk, now=NOW) == 0


def test_one_rule_of_a_kind_can_be_switched(planned: Message, location: Location, manager: Any) -> None:
    assert switch_rule(location, "R_2D", is_on=False, by=manager, now=NOW) == 0
    assert switch_rule(location, "R_3H", is_on=False, by=manager, now=NOW) == 1
    assert ClinicSettings.objects.get(location=location).muted_rules == ["R_2D", "R_3H"]


def test_safety_cannot_be_switched_off_by_page_or_by_file(location: Location, manager: Any) -> None:
    with pytest.raises(DomainError, match="always sent"):
        switch_rule(location, MessageKind.RECOVERY_EMERGENCY, is_on=False, by=manager, now=NOW)
    with pytest.raises(DomainError, match="no such rule"):
        switch_rule(location, "NOTHING", is_on=False, by=manager, now=NOW)
    assert MessageKind.RECOVERY_EMERGENCY not in silenced(ClinicSettings(muted_rules=["recovery_emergency"]))


def test_opinions_are_off_until_a_location_wants_them(location: Location, manager: Any) -> None:
    assert silenced(ClinicSettings()) == {MessageKind.REVIEW_REQUEST}
    switch_rule(location, "review_request", is_on=True, by=manager, now=NOW)
    assert silenced(ClinicSettings.objects.get(location=location)) == set()
    switch_rule(location, "review_request", is_on=False, by=manager, now=NOW)
    assert silenced(ClinicSettings.objects.get(location=location)) == {MessageKind.REVIEW_REQUEST}


def test_the_page_shows_every_kind_and_switches(location: Location, manager: Any, planned: Message) -> None:
    client = Client()
    client.force_login(manager)
    Message.objects.update(
        scheduled_for=timezone.now() + HOUR, expires_at=timezone.now() + timedelta(hours=5)
    )
    shown = client.get(reverse("messaging:rules")).content.decode()
    assert all(f"/{kind}/sms/" in shown for kind in MessageKind)
    assert "2 days before, at 10:00" in shown
    done = client.post(reverse("messaging:rule-switch", args=["R_3H"]), {"is_on": "no"}, follow=True)
    assert "called back: 1" in done.content.decode()
    assert Message.objects.get().reason == Reason.MUTED
