"""What patients write back, from the provider's signed webhook to the appointment, in every language that we write."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookings.actions import appointments
from bookings.models import Appointment
from clinic.messaging.channels import forget_carriers
from clinic.messaging.models import ContactChoice, InboundMessage, Message
from clinic.models import Task
from tests.bookings.conftest import FIRST, Clinic

HOUR = timedelta(hours=1)
SECRET = "s3cret"
#: en, de, es, fr, tr, zh
CONFIRMS = ["C", "Ja!", "Sí", "Oui.", "Evet", "确认"]
HERES = ["I'm here", "Bin da", "Aquí", "Je suis là", "Geldim", "我到了"]
SICKS = ["sick", "Ich bin krank", "Enferma", "Malade", "Hastayım", "生病"]
STOPS = ["STOP", "Abmelden", "Baja", "Arrêt", "Dur", "退订"]


@pytest.fixture
def gateway(clinic: Clinic, settings: Any) -> Any:
    settings.SMS_CHANNEL, settings.SMS_URL = "http", f"https://sms.example/?webhook_secret={SECRET}"
    forget_carriers()
    yield
    forget_carriers()


@pytest.fixture
def visit(clinic: Clinic, gateway: Any) -> Appointment:
    return appointments.book(
        visit=clinic.visit(), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )


def writes(row: Appointment, text: str, *, number: str = "1", secret: str = SECRET) -> int:
    """The provider hands over what the patient of an appointment wrote; our answer to the provider."""
    told = {"id": number, "kind": "inbound", "from": str(row.patient.phone), "text": text}
    body = json.dumps(told).encode()
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    address = reverse("hooks:sms", args=["http"])
    headers = {"X-Signature": signature}
    return Client().post(address, body, content_type="application/json", headers=headers).status_code


@pytest.mark.parametrize("text", CONFIRMS)
def test_a_yes_confirms_the_next_appointment(visit: Appointment, text: str) -> None:
    assert [writes(visit, text), writes(visit, text)] == [204, 204]
    visit.refresh_from_db()
    assert visit.confirmed_at is not None
    assert InboundMessage.objects.get().effect == "confirmed Mon 30 Mar 09:00"
    assert not Task.objects.exists()


@pytest.mark.parametrize("text", HERES)
def test_here_checks_in_on_the_day(visit: Appointment, clock: Any, text: str) -> None:
    clock.move_to(FIRST - HOUR / 4)
    assert writes(visit, text) == 204
    visit.refresh_from_db()
    assert visit.status == "arrived"


def test_here_on_another_day_is_for_the_desk(visit: Appointment) -> None:
    writes(visit, "here")
    visit.refresh_from_db()
    assert (visit.status, Task.objects.get().kind) == ("booked", "reply")


@pytest.mark.parametrize("text", SICKS)
def test_sick_asks_the_desk_to_call_and_cancels_nothing(visit: Appointment, text: str) -> None:
    assert writes(visit, text) == 204
    visit.refresh_from_db()
    assert (visit.status, Task.objects.get().kind, Task.objects.get().urgency) == (
        "booked",
        "patient-unwell",
        "SAME_DAY",
    )


@pytest.mark.parametrize("text", STOPS)
def test_stop_ends_texts_at_once_for_what_is_planned_too(visit: Appointment, text: str) -> None:
    assert writes(visit, text) == 204
    assert set(ContactChoice.objects.values_list("channel", "is_wanted")) == {("sms", False)}
    texts = Message.objects.filter(channel="sms").about("appointment", visit.pk)
    assert {row.reason for row in texts.not_sent()} <= {"opted-out", ""}
    assert not texts.accepted().exists()


def test_other_words_wait_in_the_desks_inbox_and_forged_ones_nowhere(
    visit: Appointment, clinic: Clinic
) -> None:
    assert writes(visit, "Can I bring my sister?", secret="guess") == 403
    assert not InboundMessage.objects.exists()
    assert writes(visit, "Can I bring my sister?") == 204
    desk = Client()
    desk.force_login(clinic.desk)
    shown = desk.get(reverse("messaging:inbox")).content.decode()
    assert "Can I bring my sister?" in shown
    assert (Task.objects.get().kind, Task.objects.get().patient) == ("reply", visit.patient)
