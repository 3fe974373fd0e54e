"""E-mail over SMTP, with a server that listens."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import Client

from clinic.messaging.actions.outbox import reconcile
from clinic.messaging.channels import forget_carriers
from clinic.messaging.channels.base import Accepted, Outgoing, Permanent, Result, Temporary
from clinic.messaging.channels.email import DjangoEmail, message_id
from clinic.messaging.engine.drain import drain
from clinic.messaging.models import ContactChoice
from clinic.messaging.words import MessageKind
from clinic.models import Location, Patient
from tests.clinic.messaging.conftest import HOUR, NOW, Visits, pdf, reminder

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
