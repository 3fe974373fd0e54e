"""Real conversations: SMTP with a server that listens, HTTP with a provider in a process of its own."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import hmac
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from anymail.webhooks.postmark import PostmarkTrackingWebhookView  # type: ignore[import-untyped]
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from clinic.messaging import replies
from clinic.messaging.actions.outbox import reconcile
from clinic.messaging.channels import forget_carriers
from clinic.messaging.channels.base import Accepted, NotThere, Outgoing, Permanent, Result, Temporary, Unknown
from clinic.messaging.channels.email import DjangoEmail, message_id
from clinic.messaging.channels.http import HttpSms
from clinic.messaging.channels.local import FileSms
from clinic.messaging.channels.twilio import TwilioSms
from clinic.messaging.channels.vonage import VonageSms, signature
from clinic.messaging.engine.calling import call
from clinic.messaging.engine.drain import drain
from clinic.messaging.models import ContactChoice, DeliveryReport, InboundMessage, Message
from clinic.messaging.words import InboundWord, MessageKind
from clinic.models import Location, Patient, Task
from tests.chaos import provider as provider_program
from tests.clinic.messaging.conftest import HOUR, NOW, Visits, pdf, reminder

TEXT = Outgoing(message_id=7, key="message-7", to="+491701234567", text="Riverside: see you. ä € 到")
LETTER = Outgoing(
    message_id=8,
    key="message-8",
    to="leyla@patients.example",
    subject="Ihr Termin am Dienstag",
    text="Guten Tag",
    html="<p>Guten Tag</p>",
    sender_name="Riverside",
    reply_to="desk@riverside.example",
    language="de",
    attachments=(pdf(),),
    headers={"List-Unsubscribe": "<https://care.example.org/p/unsubscribe/x/>"},
)


class Provider:
    """The other process, and what it has accepted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = subprocess.Popen([sys.executable, provider_program.__file__, str(folder)])
        self.port = self._port()

    def _port(self) -> int:
        for _try in range(500):
            if (self.folder / "port").exists():
                return int((self.folder / "port").read_text())
            threading.Event().wait(0.02)
        raise AssertionError("the provider did not start")

    def behave(self, mode: str) -> None:
        (self.folder / "mode").write_text(mode)

    def accepted(self) -> list[dict[str, Any]]:
        log = self.folder / "log.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def url(self, shape: str, query: str) -> str:
        return f"http://account:secret@127.0.0.1:{self.port}/{shape}?{query}"


@pytest.fixture(scope="module")
def provider_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    started = Provider(tmp_path_factory.mktemp("provider"))
    yield started
    started.program.kill()
    started.program.wait()


@pytest.fixture
def provider(provider_process: Provider) -> Provider:
    (provider_process.folder / "log.jsonl").unlink(missing_ok=True)
    provider_process.behave("ok")
    return provider_process


@pytest.fixture
def generic(provider: Provider) -> HttpSms:
    return HttpSms(provider.url("http", "from=Riverside&webhook_secret=s3cret"))


@pytest.fixture
def twilio(provider: Provider) -> TwilioSms:
    return TwilioSms(provider.url("twilio", "from=%2B4930123"))


@pytest.fixture
def vonage(provider: Provider) -> VonageSms:
    return VonageSms(provider.url("vonage", "from=Riverside&signature_secret=s3cret"))


def told(provider: Provider) -> list[tuple[str, str, str]]:
    return [(line["key"], line["to"], line["text"]) for line in provider.accepted()]


def test_generic_hands_a_text_over_once_however_often_it_tries(generic: HttpSms, provider: Provider) -> None:
    first = generic.send(TEXT)
    assert generic.send(TEXT) == first
    assert told(provider) == [("message-7", TEXT.to, TEXT.text)]


def test_generic_takes_many_at_once_and_answers_for_each(provider: Provider) -> None:
    carrier = HttpSms(provider.url("http", "from=Riverside&batch=yes"))
    assert (carrier.capabilities.can_batch, HttpSms(provider.url("http", "")).capabilities.can_batch) == (
        True,
        False,
    )
    batch = [
        replace(TEXT, key="message-71"),
        replace(TEXT, key="message-72", to="+15005550001"),
        replace(TEXT, key="message-73"),
    ]
    first, refused, third = carrier.send_many(batch)
    assert isinstance(first, Accepted)
    assert isinstance(refused, Permanent)
    assert isinstance(third, Accepted)
    assert [first, refused, third] == carrier.send_many(batch)  # the same keys again are the same texts
    assert [line["key"] for line in provider.accepted()].count("message-71") == 1
    provider.behave("500")
    assert {type(result) for result in carrier.send_many(batch)} == {Temporary}
    provider.behave("drop")
    assert {type(result) for result in carrier.send_many(batch)} == {Unknown}


def test_generic_can_be_asked(generic: HttpSms) -> None:
    assert generic.lookup("message-7") == NotThere()
    sent = generic.send(TEXT)
    assert isinstance(sent, Accepted)
    assert generic.lookup("message-7") == sent


def test_twilio_shape(twilio: TwilioSms, provider: Provider) -> None:
    assert isinstance(twilio.send(TEXT), Accepted)
    assert told(provider) == [("message-7", TEXT.to, TEXT.text)]
    refused = Outgoing(message_id=9, key="message-9", to="+15005550001", text="x")
    assert twilio.send(refused) == Permanent("error 21211")


def test_vonage_shape(vonage: VonageSms, provider: Provider) -> None:
    assert isinstance(vonage.send(TEXT), Accepted)
    assert told(provider) == [("message-7", TEXT.to.lstrip("+"), TEXT.text)]


@pytest.mark.parametrize("shape", ["generic", "twilio", "vonage"])
@pytest.mark.parametrize(("mode", "answer"), [("500", Temporary), ("429", Temporary), ("drop", Unknown)])
def test_a_provider_in_trouble_gets_an_honest_answer(
    shape: str, mode: str, answer: type[Result], provider: Provider, request: pytest.FixtureRequest
) -> None:
    carrier = request.getfixturevalue(shape)
    provider.behave(mode)
    assert isinstance(carrier.send(TEXT), answer)
    assert len(provider.accepted()) == (1 if mode == "drop" else 0)


def test_429_says_how_long_to_wait(generic: HttpSms, provider: Provider) -> None:
    provider.behave("429")
    answer = generic.send(TEXT)
    assert isinstance(answer, Temporary)
    assert answer.retry_after is not None
    assert answer.retry_after.total_seconds() == 1


def test_a_provider_that_hangs_is_left_alone_in_time(generic: HttpSms, provider: Provider) -> None:
    provider.behave("hang")
    begun = time.monotonic()
    assert call(generic, TEXT, seconds=0.3) == Unknown("no answer within 0.3 s")
    assert time.monotonic() - begun < 2


def test_nobody_there_is_certainly_not_sent() -> None:
    answer = HttpSms("http://127.0.0.1:9/http").send(TEXT)
    assert answer == Temporary("not reached: ConnectionRefusedError")


def test_the_file_channel_writes_one_line_per_text(tmp_path: Path, settings: Any) -> None:
    settings.OUTBOX_DIR = tmp_path
    FileSms().send(TEXT)
    FileSms().send(TEXT)
    lines = (tmp_path / "sms.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == [TEXT.text, TEXT.text]


class Mailbox:
    """An SMTP server's handler that keeps what it gets, or answers as told."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.answer = "250 OK"
        self.recipient_answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - the server's own name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(  # noqa: N802 - the server's own name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answer.startswith("250"):
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            self.letters.append(email.message_from_bytes(content, policy=email.policy.default))
        return self.answer


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    handler = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield handler
    server.stop()


def test_smtp_carries_text_html_file_and_headers(mailbox: Mailbox) -> None:
    assert DjangoEmail().send(LETTER) == Accepted(message_id("message-8"))
    letter = mailbox.letters[0]
    headers = ("Message-ID", "Subject", "From", "Reply-To", "Content-Language", "List-Unsubscribe")
    assert [str(letter[name]) for name in headers] == [
        "<message-8@localhost>",
        "Ihr Termin am Dienstag",
        "Riverside <care@clinic.example>",
        "desk@riverside.example",
        "de",
        "<https://care.example.org/p/unsubscribe/x/>",
    ]
    assert letter.get_body(("plain",)).get_content().strip() == "Guten Tag"
    assert letter.get_body(("html",)).get_content().strip() == "<p>Guten Tag</p>"
    assert [part.get_filename() for part in letter.iter_attachments()] == ["visit.ics"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("451 try later", Temporary("SMTP 451 try later", is_provider=False)),
        ("554 spam", Permanent("SMTP 554 spam")),
    ],
)
def test_smtp_answers_are_told_apart(mailbox: Mailbox, answer: str, expected: Result) -> None:
    mailbox.answer = answer
    assert DjangoEmail().send(LETTER) == expected


def test_smtp_refuses_an_unknown_mailbox_for_good(mailbox: Mailbox) -> None:
    mailbox.recipient_answer = "550 no such user"
    assert DjangoEmail().send(LETTER) == Permanent("SMTP 550 no such user")


def test_no_smtp_server_is_certainly_not_sent(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert DjangoEmail().send(LETTER) == Temporary("not reached: ConnectionRefusedError")


def test_the_demo_folder_keeps_one_file_per_message(tmp_path: Path, settings: Any) -> None:
    settings.OUTBOX_DIR = tmp_path
    settings.EMAIL_BACKEND = "clinic.messaging.channels.eml.EmlFolderBackend"
    DjangoEmail().send(LETTER)
    DjangoEmail().send(LETTER)
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["message-8@localhost.eml"]
    assert email.message_from_bytes(files[0].read_bytes())["To"] == "leyla@patients.example"


def test_an_email_leaves_the_outbox_by_smtp(
    db: None, mailbox: Mailbox, visits: Visits, patient: Patient, location: Location
) -> None:
    visit = visits.add(patient, location, NOW + 8 * HOUR, reminder(channel="email"))
    visit.values = {"practitioner": "Dr. Weiss", "what": "<b>Second</b> visit", "attachments": [pdf()]}
    reconcile("visit", visit, now=NOW)
    forget_carriers()
    assert drain(now=NOW) == {"sent": 1}
    letter = mailbox.letters[0]
    assert letter["Subject"] == "Reminder: Tuesday 3 March at 18:00"
    html = letter.get_body(("html",)).get_content()
    assert "&lt;b&gt;Second&lt;/b&gt; visit" in html
    assert 'dir="ltr"' in html
    assert letter["List-Unsubscribe"] is None


def test_follow_up_mail_can_be_stopped_by_one_click_and_never_by_looking(
    db: None, mailoutbox: Any, visits: Visits, patient: Patient, location: Location, client: Client
) -> None:
    wanted = reminder(rule="MAINT", kind=MessageKind.MAINTENANCE_DUE, channel="email", link=None)
    reconcile("visit", visits.add(patient, location, NOW, wanted), now=NOW)
    drain(now=NOW)
    address = (
        mailoutbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    )
    assert mailoutbox[0].extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert client.get(address).status_code == 200
    assert ContactChoice.objects.count() == 0
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert list(ContactChoice.objects.values_list("channel", "purpose", "is_wanted")) == [
        ("email", "follow-up", False)
    ]
    assert client.get(address[:-3] + "x/").status_code == 410


# --- Webhooks ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(
    db: None, visits: Visits, patient: Patient, location: Location, settings: Any, provider: Provider
) -> Message:
    """A text that left through the generic gateway."""
    settings.SMS_CHANNEL, settings.SMS_URL = "http", provider.url("http", "webhook_secret=s3cret")
    forget_carriers()
    now = timezone.now()
    wanted = reminder(now, ignores_quiet_hours=True)
    reconcile("visit", visits.add(patient, location, now + 8 * HOUR, wanted), now=now)
    assert drain() == {"sent": 1}
    return Message.objects.get()


def post_hook(client: Client, secret: str = "s3cret", **words: Any) -> int:
    body = json.dumps(words).encode()
    signed = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    address = reverse("hooks:sms", args=["http"])
    response = client.post(address, body, content_type="application/json", headers={"X-Signature": signed})
    return response.status_code


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


# --- Replies ----------------------------------------------------------------------------------------------------------


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
