"""A small subject of our own: a visit. Its facts live in memory, as an app above would hold them in a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from clinic.messaging import registry
from clinic.messaging.actions.outbox import reconcile
from clinic.messaging.channels import forget_carriers
from clinic.messaging.channels.local import MemorySms
from clinic.messaging.engine.drain import drain
from clinic.messaging.models import Message
from clinic.messaging.registry import Attachment, Wanted
from clinic.messaging.words import MessageKind, Policy
from clinic.models import Location, Patient
from clinic.words import LinkPurpose
from tests.clinic.messaging.carriers import Provider
from tests.factories import LocationFactory, PatientFactory

#: A Tuesday, 10:00 in Berlin: nobody sleeps.
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Visit:
    """Somebody comes at a time."""

    pk: int
    who: Patient
    where: Location
    starts_at: datetime
    version: int = 1
    is_cancelled: bool = False
    wants: list[Wanted] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)


class Visits:
    """The registered subject; `rows` are the visits there are."""

    name = "visit"

    def __init__(self) -> None:
        self.rows: dict[int, Visit] = {}
        self._numbers = count(1)

    def add(self, who: Patient, where: Location, starts_at: datetime, *wants: Wanted) -> Visit:
        """A visit that wants these messages."""
        visit = Visit(next(self._numbers), who, where, starts_at, wants=list(wants))
        self.rows[visit.pk] = visit
        return visit

    def load(self, pk: int, *, lock: bool = False) -> Visit | None:
        return self.rows.get(pk)

    def patient(self, obj: Visit) -> Patient:
        return obj.who

    def location(self, obj: Visit) -> Location:
        return obj.where

    def version(self, obj: Visit) -> int:
        return obj.version

    def wanted(self, obj: Visit, now: datetime) -> list[Wanted]:
        return [] if obj.is_cancelled else obj.wants

    def gate(self, obj: Visit, message: Message, now: datetime) -> str | None:
        return "visit-cancelled" if obj.is_cancelled else None

    def context(self, obj: Visit, message: Message, now: datetime) -> dict[str, Any]:
        return {"starts_at": obj.starts_at, **obj.values}

    def upcoming(self, now: datetime, until: datetime) -> Iterable[Visit]:
        return [visit for visit in self.rows.values() if now <= visit.starts_at < until]


def reminder(at: datetime = NOW, **changes: Any) -> Wanted:
    """A reminder by SMS that is due at `at` and useful for three hours."""
    wanted = Wanted(
        rule="R_3H",
        kind=MessageKind.APPOINTMENT_REMINDER,
        scheduled_for=at,
        expires_at=at + 3 * HOUR,
        channel="sms",
        link=LinkPurpose.APPOINTMENT,
    )
    return wanted._replace(**changes)


def once_at_most(at: datetime = NOW, **changes: Any) -> Wanted:
    """A reminder that must never come twice."""
    return reminder(at, policy=Policy.AT_MOST_ONCE, **changes)


@pytest.fixture
def visits() -> Iterator[Visits]:
    """The subject "visit", registered for one test."""
    subject = Visits()
    registry.register(subject)
    yield subject
    registry.unregister(subject.name)


@pytest.fixture
def location(db: None) -> Location:
    """A place in Berlin, quiet from 21:00 to 08:00."""
    return LocationFactory()


@pytest.fixture
def patient(location: Location) -> Patient:
    """Leyla, who prefers texts."""
    return PatientFactory(at=location)


@pytest.fixture(autouse=True)
def sms(settings: Any) -> Iterator[type[MemorySms]]:
    """Texts go to memory."""
    settings.SMS_CHANNEL = "memory"
    forget_carriers()
    MemorySms.forget()
    yield MemorySms
    MemorySms.forget()
    forget_carriers()


def pdf(name: str = "visit.ics") -> Attachment:
    """A file that goes with an e-mail."""
    return Attachment(name, b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar")


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """One for the whole run."""
    started = Provider(tmp_path_factory.mktemp("provider"))
    yield started
    started.program.kill()
    started.program.wait()


@pytest.fixture
def provider(provider_process: Provider) -> Provider:
    """It has accepted nothing yet, and works."""
    (provider_process.folder / "log.jsonl").unlink(missing_ok=True)
    provider_process.behave("ok")
    return provider_process


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
