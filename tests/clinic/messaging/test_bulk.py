"""Many messages in one call: the same rows, the same guards and the same answers as one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from clinic.messaging import faults
from clinic.messaging.actions.choices import stop_all
from clinic.messaging.channels.base import (
    Accepted,
    Capabilities,
    Outgoing,
    Permanent,
    Result,
    Temporary,
    Unknown,
)
from clinic.messaging.channels.local import MemorySms
from clinic.messaging.composing import compose
from clinic.messaging.engine import bulk
from clinic.messaging.engine.claim import LEASE_SECONDS
from clinic.messaging.engine.doubt import reap
from clinic.messaging.engine.drain import drain
from clinic.messaging.models import AttemptOutcome, Message, MessageAttempt
from clinic.messaging.words import Reason
from clinic.models import PatientLink
from tests.clinic.messaging.conftest import HOUR, NOW, Visit, Visits, reminder
from tests.factories import PatientFactory

Planner = Callable[..., tuple[Visit, Message]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """MemorySms takes many at once and can be asked; the numbers of the messages of each call."""
    made: list[list[int]] = []

    def send_many(self: MemorySms, outgoing: Sequence[Outgoing]) -> list[Result]:
        made.append([each.message_id for each in outgoing])
        return [self.send(each) for each in outgoing]

    can = Capabilities(is_local=True, can_look_up=True, can_batch=True)
    monkeypatch.setattr(MemorySms, "send_many", send_many, raising=False)
    monkeypatch.setattr(MemorySms, "capabilities", can)
    return made


@pytest.fixture
def planned(visits: Visits, location: Any) -> list[Message]:
    """Five reminders that are due, to five patients."""
    from clinic.messaging.actions.outbox import reconcile

    made = []
    for number in range(5):
        patient = PatientFactory(at=location, phone=f"+4915112345{number}0")
        visit = visits.add(patient, location, NOW + 5 * HOUR, reminder())
        reconcile("visit", visit, now=NOW)
        made.append(Message.objects.about("visit", visit.pk).get())
    return made


def states(planned: list[Message]) -> list[str]:
    found = dict(Message.objects.values_list("pk", "status"))
    return [found[message.pk] for message in planned]


def test_a_batch_is_one_call_and_every_message_has_its_own_rows(
    calls: list[list[int]], planned: list[Message], sms: type[MemorySms]
) -> None:
    assert drain(now=NOW) == {"sent": 5}
    numbers = [message.pk for message in planned]
    assert calls == [numbers]
    assert states(planned) == ["sent"] * 5
    assert list(MessageAttempt.objects.order_by("message").values_list("message", "number")) == [
        (number, 1) for number in numbers
    ]
    assert set(AttemptOutcome.objects.values_list("answer", "to_status")) == {("accepted", "sent")}
    assert PatientLink.objects.count() == 5
    assert len({outgoing.text for outgoing in sms.sent}) == 5  # each with its own link


def test_each_answer_moves_its_own_message(
    calls: list[list[int]], planned: list[Message], sms: type[MemorySms]
) -> None:
    sms.plan_answers(
        [Accepted("a"), Permanent("no such number"), Temporary("busy"), Unknown("?"), Accepted("e")]
    )
    assert drain(now=NOW) == {"sent": 2, "dead": 1, "pending": 2}
    assert states(planned) == ["sent", "dead", "pending", "pending", "sent"]
    waiting = Message.objects.get(pk=planned[2].pk)
    assert (waiting.attempts, waiting.last_error) == (1, "busy")
    assert Message.objects.get(fallback_of=planned[1]).channel == "email"
    assert planned[4].tries.get().outcome.provider_reference == "e"


def test_what_may_not_leave_stays_behind_and_the_rest_goes(
    calls: list[list[int]], planned: list[Message], visits: Visits
) -> None:
    visits.rows[planned[0].subject_id].is_cancelled = True
    del visits.rows[planned[1].subject_id]
    assert drain(now=NOW) == {"cancelled": 2, "sent": 3}
    assert calls == [[message.pk for message in planned[2:]]]
    assert Message.objects.get(pk=planned[1].pk).reason == Reason.GONE


def test_a_message_that_cannot_be_made_does_not_stop_the_batch(
    calls: list[list[int]], planned: list[Message], visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Visits, obj: Visit, message: Message, now: Any) -> dict[str, Any]:
        if message.pk == planned[3].pk:
            raise KeyError("nobody knows")
        return {"starts_at": obj.starts_at}

    monkeypatch.setattr(Visits, "context", broken)
    assert drain(now=NOW) == {"sent": 4, "pending": 1}
    assert Message.objects.get(pk=planned[3].pk).last_error == "could not be made: KeyError"


def test_a_stop_between_gate_and_dispatch_is_obeyed(
    calls: list[list[int]], planned: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statement itself looks at the patient's latest word."""

    def stopped(message: Message, *args: Any, **options: Any) -> Any:
        if message.pk == planned[4].pk:
            stop_all(planned[2].patient, channel="sms", source="reply", now=NOW)
        return compose(message, *args, **options)

    monkeypatch.setattr(bulk, "compose", stopped)
    assert drain(now=NOW)["sent"] == 4
    assert planned[2].pk not in calls[0]
    assert Message.objects.get(pk=planned[2].pk).reason == Reason.OPTED_OUT


@pytest.mark.parametrize("point", [faults.AFTER_DISPATCHING, faults.AFTER_ACCEPT])
def test_a_batch_in_doubt_resolves_by_itself(
    calls: list[list[int]],
    planned: list[Message],
    sms: type[MemorySms],
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    """The process dies with the whole batch on its way: asked afterwards, nothing is lost and nothing comes twice."""

    class Killed(BaseException):
        pass

    def die(name: str) -> None:
        if name == point:
            raise Killed

    with monkeypatch.context() as armed:
        armed.setattr(faults, "point", die)
        with pytest.raises(Killed):
            drain(now=NOW)
    assert states(planned) == ["dispatching"] * 5
    later = NOW + 2 * LEASE_SECONDS * (HOUR / 3600)
    assert reap(now=later) == {"freed": 0, "resolved": 5}
    drain(now=later)
    assert states(planned) == ["sent"] * 5
    assert sorted(outgoing.message_id for outgoing in sms.sent) == [message.pk for message in planned]


def test_another_worker_that_took_over_is_not_overwritten(
    calls: list[list[int]], planned: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(name: str) -> None:
        if name == faults.AFTER_ACCEPT:
            Message.objects.filter(pk=planned[1].pk).update(
                lease_token="6b0b7c9e-0000-4000-8000-000000000001"
            )

    monkeypatch.setattr(faults, "point", overtaken)
    assert drain(now=NOW) == {"sent": 4, "fenced": 1}
    assert states(planned)[1] == "dispatching"
    assert planned[1].tries.get().outcome.to_status == ""


def test_only_a_channel_that_resolves_doubt_may_take_many() -> None:
    with pytest.raises(ValueError, match="Only a channel that knows our keys or can be asked"):
        Capabilities(can_batch=True)
