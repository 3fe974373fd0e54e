"""What providers report later: signed, counted once, never backwards."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from anymail.webhooks.postmark import PostmarkTrackingWebhookView  # type: ignore[import-untyped]
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from clinic.messaging.actions.outbox import reconcile
from clinic.messaging.channels import forget_carriers
from clinic.messaging.channels.twilio import TwilioSms
from clinic.messaging.channels.vonage import signature
from clinic.messaging.engine.drain import drain
from clinic.messaging.models import ContactChoice, DeliveryReport, InboundMessage, Message
from clinic.messaging.words import InboundWord
from clinic.models import Location, Patient
from tests.clinic.messaging.carriers import Provider, post_hook
from tests.clinic.messaging.conftest import HOUR, Visits, reminder


def report(message: Message, number: str, status: str) -> dict[str, str]:
    return {"id": number, "kind": "status", "reference": message.provider_reference, "status": status}


def test_a_delivery_is_counted_once(sent: Message, client: Client) -> None:
    assert [post_hook(client, **report(sent, "1", "delivered")) for _twice in range(2)] == [204, 204]
    sent.refresh_from_db()
    assert (sent.status, sent.delivered_at is not None) == ("delivered", True)
    assert DeliveryReport.objects.count() == 1


def test_a_report_never_goes_backwards(sent: Message, client: Client) -> None:
    for number, status in enumerate(("delivered", "sent", "undelivered")):
        post_hook(client, **report(sent, str(number), status))
    sent.refresh_from_db()
    assert sent.status == "delivered"


def test_undelivered_falls_back_to_email(sent: Message, client: Client, mailoutbox: Any) -> None:
    post_hook(client, **report(sent, "1", "undelivered"))
    assert list(Message.objects.order_by("id").values_list("channel", "status")) == [
        ("sms", "undelivered"),
        ("email", "pending"),
    ]


def test_a_report_that_comes_before_our_own_settle_waits_for_it(sent: Message, client: Client) -> None:
    from clinic.messaging.actions.reports import apply_waiting_reports

    Message.objects.update(provider_reference="")
    post_hook(client, **report(sent, "1", "delivered"))
    assert apply_waiting_reports(now=timezone.now()) == 0
    Message.objects.update(provider_reference=sent.provider_reference)
    assert apply_waiting_reports(now=timezone.now()) == 1
    sent.refresh_from_db()
    assert sent.status == "delivered"


def test_a_report_by_our_own_number_settles_a_doubt(sent: Message, client: Client) -> None:
    Message.objects.update(status="unknown", sent_at=None, provider_reference="")
    post_hook(client, id="1", kind="status", reference="late", key=f"message-{sent.pk}", status="delivered")
    sent.refresh_from_db()
    assert (sent.status, sent.provider_reference) == ("delivered", "late")


@pytest.fixture
def letter(
    db: None, visits: Visits, patient: Patient, location: Location, settings: Any, mailoutbox: Any
) -> Message:
    """An e-mail that was sent, while the clinic's provider is Postmark."""
    settings.ANYMAIL = {"WEBHOOK_SECRET": "clinic:s3cret"}
    now = timezone.now()
    wanted = reminder(now, ignores_quiet_hours=True, channel="email")
    reconcile("visit", visits.add(patient, location, now + 8 * HOUR, wanted), now=now)
    assert drain() == {"sent": 1}
    return Message.objects.get()


def postmark_says(letter: Message, record: str, secret: str = "s3cret", **words: str) -> int:
    """Postmark's webhook as it is documented; our answer."""
    told = {"RecordType": record, "MessageID": letter.provider_reference, "Recipient": "x@y.example", **words}
    basic = base64.b64encode(f"clinic:{secret}".encode()).decode()
    request = RequestFactory().post(
        "/", json.dumps(told), content_type="application/json", headers={"Authorization": f"Basic {basic}"}
    )
    return int(PostmarkTrackingWebhookView.as_view()(request).status_code)


def test_an_email_that_bounces_falls_back_to_sms_and_is_counted_once(letter: Message) -> None:
    bounce = {
        "ID": "901",
        "Type": "HardBounce",
        "BouncedAt": "2026-03-03T10:00:00Z",
        "Description": "unknown",
    }
    assert [postmark_says(letter, "Bounce", **bounce) for _twice in range(2)] == [200, 200]
    assert list(Message.objects.order_by("id").values_list("channel", "status", "last_error")) == [
        ("email", "undelivered", "unknown"),
        ("sms", "pending", ""),
    ]
    assert DeliveryReport.objects.count() == 1


def test_an_email_is_delivered_and_an_opening_is_nobodys_business(letter: Message) -> None:
    postmark_says(letter, "Open", ReceivedAt="2026-03-03T10:00:00Z")
    assert DeliveryReport.objects.count() == 0
    postmark_says(letter, "Delivery", DeliveredAt="2026-03-03T10:00:00Z")
    letter.refresh_from_db()
    assert (letter.status, letter.delivered_at is not None) == ("delivered", True)


def test_a_complaint_about_spam_ends_emails(letter: Message) -> None:
    postmark_says(letter, "SpamComplaint", ID="7", Type="SpamComplaint", BouncedAt="2026-03-03T10:00:00Z")
    wanted = ContactChoice.objects.filter(channel="email").values_list("purpose", "is_wanted")
    assert dict(wanted) == {"care": False, "follow-up": False, "feedback": False}


def test_a_word_about_an_email_without_the_secret_changes_nothing(letter: Message) -> None:
    with pytest.raises(SuspiciousOperation):
        postmark_says(letter, "Delivery", secret="guessed", DeliveredAt="2026-03-03T10:00:00Z")
    letter.refresh_from_db()
    assert letter.status == "sent"


def test_a_wrong_signature_is_refused(sent: Message, client: Client) -> None:
    assert post_hook(client, secret="guess", **report(sent, "1", "delivered")) == 403
    assert DeliveryReport.objects.count() == 0


def test_a_hook_of_another_provider_is_not_there(db: None, client: Client) -> None:
    assert client.post(reverse("hooks:sms", args=["twilio"])).status_code == 404


def test_get_of_a_hook_does_nothing(db: None, client: Client) -> None:
    assert client.get(reverse("hooks:sms", args=["http"])).status_code == 405


def test_twilio_webhooks_are_signed_and_read(
    db: None, client: Client, settings: Any, patient: Patient
) -> None:
    settings.SMS_CHANNEL, settings.SMS_URL = "twilio", "https://AC1:token@api.twilio.example/?from=x"
    forget_carriers()
    address = reverse("hooks:sms", args=["twilio"])
    form = {"MessageSid": "SM1", "From": str(patient.phone), "Body": "Stop"}
    signed = TwilioSms(settings.SMS_URL).signature(f"{settings.PUBLIC_URL}{address}", form)
    assert client.post(address, form, headers={"X-Twilio-Signature": "guess"}).status_code == 403
    assert client.post(address, form, headers={"X-Twilio-Signature": signed}).status_code == 204
    assert InboundMessage.objects.get().word == InboundWord.STOP


def hand_over(shape: str, message: Message, status: str, *, is_forged: bool = False) -> int:
    """The provider of a shape reports what became of a text, as its documentation says; our answer."""
    address = reverse("hooks:sms", args=[shape])
    if shape == "twilio":
        address += f"?message={message.pk}"
        form = {"MessageSid": message.provider_reference, "MessageStatus": status}
        signed = TwilioSms(settings.SMS_URL).signature(f"{settings.PUBLIC_URL}{address}", form)
        headers = {"X-Twilio-Signature": "guess" if is_forged else signed}
        return Client().post(address, form, headers=headers).status_code
    words = {"messageId": message.provider_reference, "client-ref": f"message-{message.pk}", "status": status}
    words["sig"] = signature(words, "guess" if is_forged else "s3cret")
    return Client().post(address, json.dumps(words), content_type="application/json").status_code


@pytest.mark.parametrize("shape", ["twilio", "vonage"])
def test_a_text_is_followed_from_the_outbox_to_the_phone(
    shape: str,
    db: None,
    visits: Visits,
    patient: Patient,
    location: Location,
    settings: Any,
    provider: Provider,
) -> None:
    settings.SMS_CHANNEL, settings.SMS_URL = shape, provider.url(shape, "from=x&signature_secret=s3cret")
    forget_carriers()
    now = timezone.now()
    wanted = reminder(now, ignores_quiet_hours=True)
    reconcile("visit", visits.add(patient, location, now + 8 * HOUR, wanted), now=now)
    assert drain() == {"sent": 1}
    message = Message.objects.get()
    assert message.provider_reference == provider.accepted()[0]["id"]
    assert hand_over(shape, message, "delivered", is_forged=True) == 403
    assert Message.objects.get().status == "sent"
    assert [hand_over(shape, message, "delivered") for _twice in range(2)] == [204, 204]
    assert hand_over(shape, message, "failed") == 204
    message.refresh_from_db()
    assert (message.status, list(DeliveryReport.objects.values_list("delivery", flat=True))) == (
        "delivered",
        ["delivered", "undelivered"],
    )


def test_the_twilio_signature_is_the_published_example() -> None:
    url = "https://example.com/myapp.php?foo=1&bar=2"
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    assert (
        TwilioSms("https://AC1:12345@api.twilio.example/").signature(url, form)
        == "L/OH5YylLD5NRKLltdqwSvS0BnU="
    )


def test_vonage_webhooks_are_signed_and_read(
    db: None, client: Client, settings: Any, patient: Patient
) -> None:
    settings.SMS_CHANNEL = "vonage"
    settings.SMS_URL = "https://key:secret@rest.nexmo.example/?from=x&signature_secret=s3cret"
    forget_carriers()
    address = reverse("hooks:sms", args=["vonage"])
    words = {"messageId": "V1", "msisdn": str(patient.phone).lstrip("+"), "text": "a=b & c"}
    words["sig"] = signature(words, "s3cret").upper()
    assert client.post(address, json.dumps(words), content_type="application/json").status_code == 204
    forged = {**words, "text": "other"}
    assert (
        client.post(address, urlencode(forged), content_type="application/x-www-form-urlencoded").status_code
        == 403
    )
    assert InboundMessage.objects.get().text == "a=b & c"
