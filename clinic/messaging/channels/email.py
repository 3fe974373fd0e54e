"""E-mail through Django's backend: SMTP, a provider through anymail, or the demo's folder."""

from __future__ import annotations

import smtplib
from email.utils import formataddr, parseaddr
from typing import Any
from urllib.parse import urlsplit

from anymail.exceptions import (  # type: ignore[import-untyped]
    AnymailAPIError,
    AnymailRecipientsRefused,
)
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from clinic.messaging.channels.base import (
    Accepted,
    Capabilities,
    Hook,
    Inbound,
    NotThere,
    Outgoing,
    Permanent,
    Report,
    Result,
    Temporary,
    Unknown,
)

#: Backends that never leave this machine.
_LOCAL = (
    "django.core.mail.backends.locmem.EmailBackend",
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
    "clinic.messaging.channels.eml.EmlFolderBackend",
)


class DjangoEmail:
    """One e-mail per message, with a Message-ID that every attempt repeats: mail programs show it once."""

    name = "email"

    def __init__(self, url: str = "") -> None:
        self.capabilities = Capabilities(is_local=settings.EMAIL_BACKEND in _LOCAL)

    def send(self, outgoing: Outgoing) -> Result:
        """Opens a connection, then sends: what fails before the second step has certainly not left."""
        connection = get_connection()
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            return Temporary(f"not reached: {type(error).__name__}")
        try:
            email = as_email(outgoing, connection)
            connection.send_messages([email])
            return Accepted(reference_of(email, outgoing))
        except (OSError, smtplib.SMTPException, AnymailAPIError, AnymailRecipientsRefused) as error:
            return judged(error)
        finally:
            _close(connection)

    def lookup(self, key: str) -> Accepted | NotThere | None:
        """Cannot say: SMTP has no such question."""
        return None

    def parse_webhook(self, hook: Hook) -> list[Report | Inbound]:
        """A provider's webhooks for e-mail arrive through anymail: `email_reports.py`."""
        return []


def as_email(outgoing: Outgoing, connection: Any = None) -> EmailMultiAlternatives:
    """The e-mail as Django sends it: text and HTML, files, and headers that say it was sent by a program."""
    email = EmailMultiAlternatives(
        subject=outgoing.subject,
        body=outgoing.text,
        from_email=sender(outgoing.sender_name),
        to=[outgoing.to],
        reply_to=[outgoing.reply_to] if outgoing.reply_to else None,
        connection=connection,
        headers={
            "Message-ID": message_id(outgoing.key),
            "Content-Language": outgoing.language,
            "Auto-Submitted": "auto-generated",
            **outgoing.headers,
        },
    )
    email.attach_alternative(outgoing.html, "text/html")
    for attachment in outgoing.attachments:
        email.attach(attachment.name, attachment.content, attachment.mime_type)
    return email


def reference_of(email: EmailMultiAlternatives, outgoing: Outgoing) -> str:
    """What its reports will call it: the provider's own number where there is one, else our Message-ID."""
    status = getattr(email, "anymail_status", None)
    return str(getattr(status, "message_id", None) or message_id(outgoing.key))


def message_id(key: str) -> str:
    """The same for every attempt."""
    return f"<{key}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}>"


def sender(name: str) -> str:
    """The location's neutral name in front of the clinic's address."""
    default_name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or default_name, address))


def judged(error: Exception) -> Result:
    """What an exception after connecting means."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _by_code(code, words)
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code, error.smtp_error)
    if isinstance(error, AnymailRecipientsRefused):
        return Permanent("the provider refused the address")
    if isinstance(error, AnymailAPIError):
        return _by_http(getattr(error, "status_code", None))
    return Unknown(f"the connection was lost: {type(error).__name__}")


def _by_code(code: int, words: bytes | str) -> Result:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    error = f"SMTP {code} {said}"
    return Permanent(error) if 500 <= code < 600 else Temporary(error, is_provider=False)


def _by_http(status: int | None) -> Result:
    if status is None:
        return Unknown("the provider's answer was lost")
    is_final = 400 <= status < 500 and status not in (401, 403, 408, 429)
    return Permanent(f"HTTP {status}") if is_final else Temporary(f"HTTP {status}")


def _close(connection: Any) -> None:
    """The message has left; a server that hangs up early changes nothing."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        return
