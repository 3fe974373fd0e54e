"""What the gate reads for a whole batch at once: the patients' choices, and the things that messages are about."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from clinic.messaging import registry
from clinic.messaging.consent import Choices, Reach, choices_of
from clinic.messaging.engine.reading import read
from clinic.messaging.models import Message
from clinic.messaging.words import Channel

#: Facts of a batch are read again when they are older. A cancel needs none of them: it calls the row itself back.
SECONDS = 2.0


class Facts:
    """Read once for these messages; `thing` falls back to one query each where a subject cannot load many."""

    def __init__(self, messages: Iterable[Message]) -> None:
        messages = list(messages)
        self.choices: dict[int, Choices] = choices_of({message.patient_id for message in messages})
        self._things = dict(_loaded(messages))
        self._read_at = time.monotonic()

    @property
    def are_old(self) -> bool:
        """Whether they should be read again."""
        return time.monotonic() - self._read_at > SECONDS

    def reach(self, message: Message) -> Reach:
        """How its patient may be reached."""
        written = (
            {str(Channel.SMS): number} if (number := getattr(message, "number", None)) is not None else {}
        )
        return Reach(message.patient, self.choices[message.patient_id], written)

    def thing(self, message: Message) -> Any | None:
        """What the message is about, or None when it is gone."""
        if (loaded := self._things.get(message.subject_type)) is not None:
            return loaded.get(message.subject_id)
        return registry.subject(message.subject_type).load(message.subject_id)


def read_again(left: Iterable[Message]) -> tuple[deque[Message], Facts]:
    """Fresh rows and facts for the rest of a batch; rows that are no longer ours fall to the guards."""
    order = [message.pk for message in left]
    found = {message.pk: message for message in read(order)}
    fresh = deque(found[pk] for pk in order if pk in found)
    return fresh, Facts(fresh)


def _loaded(messages: list[Message]) -> Iterable[tuple[str, Mapping[int, Any]]]:
    for name in {message.subject_type for message in messages}:
        load_many = getattr(registry.subject(name), "load_many", None) if registry.is_known(name) else None
        if load_many is not None:
            yield (
                name,
                load_many({message.subject_id for message in messages if message.subject_type == name}),
            )
