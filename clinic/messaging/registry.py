"""What apps above tell the outbox about the things that messages are about. Nothing above is imported here.

An app above writes a class with the methods of `Subject` and calls `register` in its `AppConfig.ready()`. The outbox
asks it three things: what should be said (`wanted`), whether it may still be said (`gate`), and with which words
(`context`). A reply of a patient goes to the handler of its word (`register_reply`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from clinic.messaging.words import PREFERRED, InboundWord, MessageKind, Policy, Purpose, Reason
from clinic.words import LinkPurpose

if TYPE_CHECKING:
    from clinic.messaging.models import Message
    from clinic.models import Location, Patient


_NOTHING: Mapping[str, Any] = {}


class Wanted(NamedTuple):
    """One thing that should be said, and when. All instants are aware.

    `scheduled_for` is what the rule asks for; quiet hours are applied later. Before `expires_at` it is useful, at or
    after it never sent. `rule` names the rule inside the subject ("R_2D"); `once` means at most once for the subject
    however often it changes, otherwise once for each time it is scheduled for. `never_earlier` forbids moving it to
    the evening before when it falls into quiet hours. `extra` are codes for `context`, never a patient's data.
    """

    rule: str
    kind: MessageKind
    scheduled_for: datetime
    expires_at: datetime
    channel: str = PREFERRED
    policy: Policy = Policy.AT_LEAST_ONCE
    purpose: Purpose | None = None
    ignores_quiet_hours: bool = False
    never_earlier: bool = False
    once: bool = False
    link: LinkPurpose | None = None
    extra: Mapping[str, Any] = _NOTHING


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for an e-mail, given by `context` under "attachments"."""

    name: str
    content: bytes
    mime_type: str


class Subject(Protocol):
    """One kind of thing that messages are about: an appointment, a session, a recovery check, …"""

    name: str

    def load(self, pk: int, *, lock: bool = False) -> Any | None:
        """The thing, with what the other methods read; locked for update on demand; None when it is gone."""

    def patient(self, obj: Any) -> Patient:
        """Who is told."""

    def location(self, obj: Any) -> Location:
        """Whose zone, quiet hours and name count."""

    def version(self, obj: Any) -> int:
        """Rises when the thing changes."""

    def wanted(self, obj: Any, now: datetime) -> list[Wanted]:
        """All that should be said about it from now on, and what was due already and is still useful."""

    def gate(self, obj: Any, message: Message, now: datetime) -> str | None:
        """None to go, or the code of the reason why this must no longer be said."""

    def context(self, obj: Any, message: Message, now: datetime) -> dict[str, Any]:
        """The variables of the text, as allowed for the kind; "attachments" for e-mail."""

    def upcoming(self, now: datetime, until: datetime) -> Iterable[Any]:
        """The things that may have something to say between now and then, for the hourly healing."""


class LoadsMany(Protocol):
    """What a subject may offer beside: loading a batch's things in one query."""

    def load_many(self, pks: Iterable[int]) -> Mapping[int, Any]:
        """The things by number, each as `load` gives it; a missing one is gone."""


class SaysWhyNot(Protocol):
    """What a subject may offer beside: the plain reason why what was planned about it is no longer wanted."""

    def why_not(self, obj: Any) -> Reason:
        """One of the reasons after which a message may come back (`RETURNING_REASONS`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What a patient wrote back; `location` is where they are registered."""

    patient: Patient
    location: Location
    text: str
    received_at: datetime


#: A handler says in a few words what followed ("confirmed Tue 3 Mar 10:00"), or None when the word fits nothing.
ReplyHandler = Callable[[Reply], str | None]

_subjects: dict[str, Subject] = {}
_replies: dict[InboundWord, ReplyHandler] = {}


def register(subject: Subject) -> None:
    """Makes a kind of thing known; registering the same name again replaces it."""
    _subjects[subject.name] = subject


def unregister(name: str) -> None:
    """Forgets a kind of thing; its pending messages will not be sent."""
    _subjects.pop(name, None)


def subject(name: str) -> Subject:
    """The subject of that name; LookupError names the ones that are known."""
    try:
        return _subjects[name]
    except KeyError:
        raise LookupError(
            f"No subject {name!r} is registered; known: {', '.join(sorted(_subjects))}."
        ) from None


def known_subjects() -> list[Subject]:
    """All subjects, by name."""
    return [_subjects[name] for name in sorted(_subjects)]


def is_known(name: str) -> bool:
    """Whether somebody can answer for such a thing."""
    return name in _subjects


def register_reply(word: InboundWord, handler: ReplyHandler) -> None:
    """Says who acts on CONFIRM, HERE or SICK. The handler runs inside the inbound message's transaction."""
    _replies[word] = handler


def reply_handler(word: InboundWord) -> ReplyHandler | None:
    """Who acts on a word, if anybody."""
    return _replies.get(word)
