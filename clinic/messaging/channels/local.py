"""Carriers that send nothing anywhere: a file for the demo, the console, memory for tests, nothing for measuring."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.conf import settings

from clinic.messaging.channels.base import (
    Accepted,
    Capabilities,
    Hook,
    Inbound,
    NotThere,
    Outgoing,
    Report,
    Result,
)


class LocalCarrier:
    """Common part: nothing can hang, nobody reports back."""

    name = "local"
    capabilities = Capabilities(is_local=True)

    def __init__(self, url: str = "") -> None:
        self.url = url

    def send(self, outgoing: Outgoing) -> Result:
        """Takes everything."""
        return Accepted(outgoing.key)

    def lookup(self, key: str) -> Accepted | NotThere | None:
        """Cannot say."""
        return None

    def parse_webhook(self, hook: Hook) -> list[Report | Inbound]:
        """Nobody reports back."""
        return []


class NullCarrier(LocalCarrier):
    """Takes everything and forgets it: what the engine itself costs."""

    name = "null"


class NullBatchCarrier(NullCarrier):
    """The same for channels that know our keys: takes five hundred at once."""

    capabilities = Capabilities(is_local=True, is_idempotent=True, can_batch=True)

    def send_many(self, outgoing: Sequence[Outgoing]) -> list[Result]:
        """Takes everything."""
        return [Accepted(each.key) for each in outgoing]


class FileSms(LocalCarrier):
    """One JSON line per text in OUTBOX_DIR/sms.jsonl."""

    name = "file"

    def send(self, outgoing: Outgoing) -> Result:
        """Appends one line in one write, so that two processes cannot mix theirs."""
        settings.OUTBOX_DIR.mkdir(parents=True, exist_ok=True)
        line = json.dumps(_as_line(outgoing), ensure_ascii=False) + "\n"
        handle = os.open(settings.OUTBOX_DIR / "sms.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)
        return Accepted(outgoing.key)


class ConsoleSms(LocalCarrier):
    """Prints texts; for a developer's screen."""

    name = "console"

    def send(self, outgoing: Outgoing) -> Result:
        """Prints one text."""
        sys.stdout.write(f"SMS to {outgoing.to}: {outgoing.text}\n")
        return Accepted(outgoing.key)


class MemorySms(LocalCarrier):
    """Keeps texts in a list of the class; for tests in one process. Can be asked what it has."""

    name = "memory"
    capabilities = Capabilities(is_local=True, can_look_up=True)
    sent: ClassVar[list[Outgoing]] = []
    #: Answers to give instead of accepting, first one first.
    script: ClassVar[list[Result]] = []

    def send(self, outgoing: Outgoing) -> Result:
        """Keeps the text, or gives the next answer of the script."""
        answer = self.script.pop(0) if self.script else Accepted(outgoing.key)
        if isinstance(answer, Accepted):
            self.sent.append(outgoing)
        return answer

    def lookup(self, key: str) -> Accepted | NotThere | None:
        """Whether the list has it."""
        return Accepted(key) if key in {outgoing.key for outgoing in self.sent} else NotThere()

    @classmethod
    def plan_answers(cls, answers: Iterable[Result]) -> None:
        """The next answers, in order."""
        cls.script[:] = list(answers)

    @classmethod
    def forget(cls) -> None:
        """An empty list and no script."""
        cls.sent.clear()
        cls.script.clear()


def _as_line(outgoing: Outgoing) -> dict[str, Any]:
    return {"id": outgoing.message_id, "key": outgoing.key, "to": outgoing.to, "text": outgoing.text}
