"""E-mail into a folder: one .eml file per message, as a mail program would open it. For the demo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmlFolderBackend(BaseEmailBackend):
    """A Django e-mail backend that writes OUTBOX_DIR/<Message-ID>.eml; the same message twice is one file."""

    def __init__(self, *, fail_silently: bool = False, **options: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.folder = Path(settings.OUTBOX_DIR)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Writes every message, each under its final name at once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for email in email_messages:
            content = email.message()
            name = "".join(c for c in str(content["Message-ID"]) if c.isalnum() or c in "-_.@")
            unfinished = self.folder / f".{name}.part"
            unfinished.write_bytes(content.as_bytes())
            unfinished.rename(self.folder / f"{name}.eml")
        return len(email_messages)
