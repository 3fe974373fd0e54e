"""What patients answer by text, and what each word does."""

from __future__ import annotations

import pytest
from django.test import Client

from clinic.messaging import replies
from clinic.messaging.models import ContactChoice, InboundMessage, Message
from clinic.messaging.words import InboundWord
from clinic.models import Patient, Task
from tests.clinic.messaging.carriers import post_hook


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("C", InboundWord.CONFIRM), (" c. ", InboundWord.CONFIRM), ("Yes!", InboundWord.CONFIRM),
        ("Ja", InboundWord.CONFIRM), ("Sí", InboundWord.CONFIRM), ("oui", InboundWord.CONFIRM),
        ("EVET", InboundWord.CONFIRM), ("确认", InboundWord.CONFIRM),
        ("STOP", InboundWord.STOP), ("Stopp", InboundWord.STOP), ("Abmelden", InboundWord.STOP),
        ("arrêt", InboundWord.STOP), ("BAJA", InboundWord.STOP), ("DUR", InboundWord.STOP), ("退订", InboundWord.STOP),
        ("HERE", InboundWord.HERE), ("I'm here", InboundWord.HERE), ("hier", InboundWord.HERE),
        ("aquí", InboundWord.HERE), ("ici", InboundWord.HERE), ("Geldim", InboundWord.HERE), ("到了", InboundWord.HERE),
        ("SICK", InboundWord.SICK), ("krank", InboundWord.SICK), ("Hastayım", InboundWord.SICK),
        ("生病", InboundWord.SICK), ("start", InboundWord.START), ("hilfe", InboundWord.HELP),
        ("stop by at ten?", InboundWord.FREE), ("Here is my question", InboundWord.FREE), ("", InboundWord.FREE),
    ],
)  # fmt: skip
def test_replies_are_understood(text: str, meaning: InboundWord) -> None:
    assert replies.meaning(text) == meaning


def inbound(client: Client, patient: Patient, text: str, number: str = "in-1") -> None:
    assert post_hook(client, id=number, kind="inbound", **{"from": str(patient.phone)}, text=text) == 204


def test_stop_acts_at_once_and_start_brings_care_back(
    sent: Message, client: Client, patient: Patient
) -> None:
    inbound(client, patient, "stop")
    assert set(ContactChoice.objects.values_list("channel", "is_wanted")) == {("sms", False)}
    assert ContactChoice.objects.count() == 3
    inbound(client, patient, "START", "in-2")
    assert list(ContactChoice.objects.filter(is_wanted=True).values_list("purpose", flat=True)) == ["care"]


def test_a_word_goes_to_whoever_knows_appointments(
    sent: Message, client: Client, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic.messaging import registry

    heard: list[str] = []

    def confirm(reply: registry.Reply) -> str:
        heard.append(reply.patient.full_name)
        return "confirmed Tue 10:00"

    monkeypatch.setitem(registry._replies, InboundWord.CONFIRM, confirm)
    inbound(client, patient, "C")
    assert heard == [patient.full_name]
    assert InboundMessage.objects.get().effect == "confirmed Tue 10:00"
    assert Task.objects.count() == 0


def test_a_word_that_fits_nothing_and_free_words_become_tasks_of_the_desk(
    sent: Message, client: Client, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic.messaging import registry

    monkeypatch.setitem(registry._replies, InboundWord.SICK, lambda reply: None)
    inbound(client, patient, "sick")
    inbound(client, patient, "Can I come later?", "in-2")
    inbound(client, patient, "Can I come later?", "in-2")
    assert list(Task.objects.order_by("id").values_list("kind", "urgency", "patient", "location")) == [
        ("reply", "SAME_DAY", patient.pk, sent.location_id),
        ("reply", "NEXT_DAY", patient.pk, sent.location_id),
    ]


def test_a_stranger_is_kept_without_a_patient(sent: Message, client: Client) -> None:
    post_hook(client, id="in-9", kind="inbound", **{"from": "+4999999999"}, text="Hello?")
    kept = InboundMessage.objects.get()
    assert (kept.patient, kept.word) == (None, "free")
