"""What a channel is: it takes one finished message and gives one of four answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from clinic.messaging.registry import Attachment
from clinic.messaging.words import Delivery

#: Connecting, sending and waiting for the answer, all together.
CALL_SECONDS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A finished message. `key` is the same for every attempt at it: idempotency key, client reference, Message-ID."""

    message_id: int
    key: str
    to: str
    text: str
    subject: str = ""
    html: str = ""
    sender_name: str = ""
    reply_to: str = ""
    language: str = "en"
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Temporary:
    """It was not taken now. `is_provider` when the provider itself is in trouble, which the breaker counts."""

    error: str
    retry_after: timedelta | None = None
    is_provider: bool = True


@dataclass(frozen=True, slots=True)
class Permanent:
    """It will never be taken: a number that does not exist, a refused address."""

    error: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The provider may have it or not: no answer, or a broken one."""

    error: str


Result = Accepted | Temporary | Permanent | Unknown


@dataclass(frozen=True, slots=True)
class NotThere:
    """The provider was asked and has no such message."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What may be relied on.

    `is_idempotent`: the same key twice is one message. `can_look_up`: it can be asked by key whether it has one.
    `is_local`: nothing leaves this machine, so no call can hang. `can_batch`: it takes many messages in one call
    (`CarriesMany`); only for one that is idempotent or can be asked, because a process that dies in between leaves
    all of them in doubt.
    """

    is_idempotent: bool = False
    can_look_up: bool = False
    is_local: bool = False
    can_batch: bool = False

    def __post_init__(self) -> None:
        if self.can_batch and not (self.is_idempotent or self.can_look_up):
            raise ValueError("Only a channel that knows our keys or can be asked may take messages together.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A provider's later word about a message; `message_id` when it hands our number back."""

    report_id: str
    reference: str
    delivery: Delivery
    message_id: int | None = None
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inbound:
    """What somebody wrote to our number."""

    report_id: str
    sender: str
    text: str


class BadSignature(Exception):
    """A webhook that does not come from the provider."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hook:
    """A webhook request as plain values: what its parser and signature check need."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    form: Mapping[str, str]
    query: Mapping[str, str]


class CarriesMany(Protocol):
    """What a backend with `can_batch` offers beside."""

    def send_many(self, outgoing: Sequence[Outgoing]) -> Sequence[Result]:
        """One try for all, at most `CALL_SECONDS`; one answer for each, in the same order."""


class Carrier(Protocol):
    """A channel's backend."""

    name: str
    capabilities: Capabilities

    def send(self, outgoing: Outgoing) -> Result:
        """One try, at most `CALL_SECONDS`; never raises for what a provider or network may do."""

    def lookup(self, key: str) -> Accepted | NotThere | None:
        """Whether the provider has the message of that key; None when it cannot say now."""

    def parse_webhook(self, hook: Hook) -> list[Report | Inbound]:
        """What a webhook says; raises `BadSignature`."""
