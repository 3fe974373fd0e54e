"""Staff pages: who may see what, what they say, and that looking changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic import roles
from clinic.messaging import heartbeat
from clinic.messaging.actions.inbound import take_inbound
from clinic.messaging.actions.outbox import reconcile
from clinic.messaging.channels.base import Inbound, Permanent
from clinic.messaging.engine.drain import drain
from clinic.messaging.models import (
    ContactChoice,
    Heartbeat,
    InboundMessage,
    Message,
    PeriodicRun,
    TextVersion,
)
from clinic.models import Location, Patient, PatientLink, Task
from tests.clinic.messaging.conftest import HOUR, Visits, reminder
from tests.factories import LocationFactory, staff

pytestmark = pytest.mark.django_db


def signed_in(role: roles.Role, at: Location) -> Client:
    client = Client()
    client.force_login(staff(role, at=at))
    return client


@pytest.fixture
def desk(location: Location) -> Client:
    return signed_in(roles.FRONT_DESK, location)


@pytest.fixture
def manager(location: Location) -> Client:
    return signed_in(roles.MANAGER, location)


@pytest.fixture
def planned(visits: Visits, patient: Patient, location: Location) -> Message:
    now = timezone.now()
    visit = visits.add(patient, location, now + 8 * HOUR, reminder(now + HOUR))
    reconcile("visit", visit, now=now)
    return Message.objects.get()


@pytest.fixture
def dead(visits: Visits, patient: Patient, location: Location, sms: Any) -> Message:
    now = timezone.now()
    Patient.objects.filter(pk=patient.pk).update(email="")
    sms.plan_answers([Permanent("no such number")])
    wanted = reminder(now, ignores_quiet_hours=True)
    reconcile("visit", visits.add(patient, location, now + 8 * HOUR, wanted), now=now)
    drain()
    return Message.objects.get(status="dead")


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_outbox_shows_what_is_planned(desk: Client, planned: Message) -> None:
    shown = text(desk.get(reverse("messaging:outbox")))
    assert planned.patient.full_name in shown
    assert '<td data-label="Why"></td>' in shown  # a phone leaves out the line that says nothing
    assert "reminder" in shown


def test_outbox_says_why_a_message_was_not_sent(desk: Client, planned: Message) -> None:
    Message.objects.update(status="cancelled", reason="opted-out")
    shown = text(desk.get(reverse("messaging:outbox"), {"which": "not-sent"}))
    assert "the patient does not want messages this way" in shown


@pytest.mark.parametrize("which", ["planned", "sent", "delivered", "failed", "not-sent", "nonsense"])
def test_outbox_has_an_empty_state_for_every_choice(desk: Client, which: str) -> None:
    assert "Nothing here" in text(desk.get(reverse("messaging:outbox"), {"which": which}))


def test_message_previews_what_is_planned_without_making_a_link(desk: Client, planned: Message) -> None:
    shown = text(desk.get(reverse("messaging:message", args=[planned.pk])))
    assert "As it would read now" in shown
    assert "Riverside: see you on" in shown
    assert "/p/…/" in shown
    assert PatientLink.objects.count() == 0


def test_message_shows_what_left_word_for_word_without_the_secret(
    desk: Client, visits: Visits, patient: Patient, location: Location, sms: Any
) -> None:
    now = timezone.now()
    wanted = reminder(now, ignores_quiet_hours=True)
    reconcile("visit", visits.add(patient, location, now + 8 * HOUR, wanted), now=now)
    drain()
    sent = sms.sent[0].text
    secret = sent.split("/p/")[1].split("/")[0]
    shown = text(desk.get(reverse("messaging:message", args=[Message.objects.get().pk])))
    assert secret not in shown
    assert sent.replace(secret, "…") in shown
    assert "As the patient got it" in shown


def test_strangers_see_no_message(planned: Message) -> None:
    stranger = signed_in(roles.FRONT_DESK, LocationFactory(message_name="Elsewhere"))
    for name in ("messaging:message", "messaging:timeline"):
        pk = planned.pk if name == "messaging:message" else planned.patient_id
        assert stranger.get(reverse(name, args=[pk])).status_code == 404
    assert planned.patient.full_name not in text(stranger.get(reverse("messaging:outbox")))
    assert stranger.post(reverse("messaging:handled", args=[planned.pk])).status_code == 404


def test_a_dead_message_can_be_sent_again(desk: Client, dead: Message) -> None:
    desk.post(reverse("messaging:retry", args=[dead.pk]))
    drain()
    dead.refresh_from_db()
    assert (dead.status, list(dead.tries.values_list("number", flat=True))) == ("sent", [1, 2])


def test_a_dead_message_can_become_a_call(desk: Client, dead: Message) -> None:
    desk.post(reverse("messaging:call", args=[dead.pk]))
    assert list(Task.objects.values_list("kind", "patient")) == [("call-patient", dead.patient_id)]
    assert list(Message.objects.troubled()) == []


def test_a_message_without_trouble_refuses_to_be_sent_again(desk: Client, planned: Message) -> None:
    response = desk.post(reverse("messaging:retry", args=[planned.pk]), follow=True)
    assert "This message needs nothing any more." in text(response)


def test_timeline_tells_past_and_future_with_texts(desk: Client, planned: Message) -> None:
    shown = text(desk.get(reverse("messaging:timeline", args=[planned.patient_id])))
    assert ("3 hours before" in shown, "R_3H" in shown) == (True, False)
    assert "Riverside: see you on" in shown


def test_the_desk_keeps_what_the_patient_wants(desk: Client, planned: Message) -> None:
    told = {"channel": "sms", "purpose": "care", "is_wanted": "no"}
    desk.post(reverse("messaging:choice", args=[planned.patient_id]), told)
    assert list(ContactChoice.objects.values_list("channel", "purpose", "is_wanted")) == [
        ("sms", "care", False)
    ]
    assert list(Message.objects.order_by("id").values_list("channel", "status")) == [
        ("sms", "cancelled"),
        ("email", "pending"),
    ]


def test_heartbeat_banner_appears_after_two_minutes(desk: Client) -> None:
    address = reverse("messaging:heartbeat")
    assert "no sending round has run yet" in text(desk.get(address))
    heartbeat.beat()
    assert text(desk.get(address)) == ""
    Heartbeat.objects.update(beaten_at=timezone.now() - timedelta(minutes=3))
    assert "Messages have not left since" in text(desk.get(address))


def test_outbox_tells_the_drift_of_a_day(desk: Client) -> None:
    address, now = reverse("messaging:outbox"), timezone.now()
    assert "checked at" not in text(desk.get(address))
    runs = {"name": "heal-outbox", "found": {"looked_at": 9, "planned": 0, "cancelled": 0}}
    PeriodicRun.objects.create(period="a", ran_at=now, **runs)
    assert "nothing amiss" in text(desk.get(address))
    drifted = runs | {"found": {"looked_at": 9, "planned": 3, "cancelled": 1}}
    PeriodicRun.objects.create(period="b", ran_at=now - timedelta(hours=23), **drifted)
    PeriodicRun.objects.create(period="c", ran_at=now - timedelta(hours=25), **drifted)
    assert "3 messages planned, 1 called back" in text(desk.get(address))


def test_inbox_shows_replies_and_takes_them_off(desk: Client, patient: Patient) -> None:
    now = datetime(2026, 3, 3, 9, tzinfo=UTC)
    take_inbound(
        "memory", Inbound(report_id="1", sender=str(patient.phone), text="Can I bring my dog?"), now=now
    )
    assert "Can I bring my dog?" in text(desk.get(reverse("messaging:inbox")))
    desk.post(reverse("messaging:inbox-read", args=[InboundMessage.objects.get().pk]))
    assert "Nobody waits for an answer" in text(desk.get(reverse("messaging:inbox")))


def test_a_manager_changes_a_text_and_what_is_planned_follows(
    manager: Client, planned: Message, desk: Client
) -> None:
    address = reverse("messaging:text", args=["appointment_reminder", "sms", "en"])
    manager.post(address, {"body": "{clinic}: come on {day}. {link}"})
    assert "Riverside: come on" in text(desk.get(reverse("messaging:message", args=[planned.pk])))
    manager.post(reverse("messaging:text-shipped", args=["appointment_reminder", "sms", "en"]))
    assert "Riverside: see you on" in text(desk.get(reverse("messaging:message", args=[planned.pk])))
    assert list(TextVersion.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_a_text_that_breaks_rules_is_kept_in_the_form_and_not_in_use(manager: Client) -> None:
    address = reverse("messaging:text", args=["appointment_reminder", "sms", "en"])
    response = manager.post(address, {"body": "{clinic}: your microneedling"})
    assert response.status_code == 422
    assert "your microneedling" in text(response)
    assert TextVersion.objects.count() == 0


def test_the_editor_previews_and_counts_without_saving(manager: Client) -> None:
    address = reverse("messaging:text-preview", args=["appointment_reminder", "email", "de"])
    shown = text(
        manager.post(address, {"subject": "Bis {day}", "body": "Guten Tag {given_name},\n\nbis {when}."})
    )
    assert "Guten Tag Leyla," in shown
    assert TextVersion.objects.count() == 0


def test_texts_are_listed_in_every_language(manager: Client) -> None:
    assert "as shipped" in text(manager.get(reverse("messaging:texts"), {"language": "tr"}))


def test_the_desk_may_not_change_texts(desk: Client) -> None:
    assert desk.get(reverse("messaging:texts")).status_code == 403
