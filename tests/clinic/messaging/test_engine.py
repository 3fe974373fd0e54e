"""The pass: claim, gate, dispatch, settle; leases, fencing, doubt, retries, the breaker."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from clinic.messaging.actions.choices import choose, stop_all
from clinic.messaging.actions.outbox import reconcile
from clinic.messaging.channels.base import Accepted, Permanent, Temporary, Unknown
from clinic.messaging.channels.local import MemorySms
from clinic.messaging.engine.claim import claim
from clinic.messaging.engine.doubt import reap
from clinic.messaging.engine.drain import drain
from clinic.messaging.history import history_of
from clinic.messaging.models import AttemptOutcome, Message, MessageAttempt, ProviderHealth, TextVersion
from clinic.messaging.registry import Wanted
from clinic.messaging.words import MESSAGE_TRANSITIONS, MessageKind, MessageStatus, Purpose, Reason
from clinic.models import Location, Patient, PatientLink
from tests.clinic.messaging.conftest import HOUR, NOW, Visit, Visits, once_at_most, reminder

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
LAPSED = NOW + timedelta(seconds=91)


@pytest.fixture
def plan(visits: Visits, patient: Patient, location: Location) -> Any:
    """`plan(reminder())` makes a visit that wants it, and gives the visit and its message."""

    def make(*wanted: Wanted) -> tuple[Visit, Message]:
        visit = visits.add(patient, location, NOW + 8 * HOUR, *wanted)
        reconcile("visit", visit, now=NOW)
        return visit, Message.objects.order_by("id").last()  # type: ignore[return-value]

    return make


def status(message: Message) -> str:
    message.refresh_from_db()
    return message.status


def without_email(patient: Patient) -> None:
    Patient.objects.filter(pk=patient.pk).update(email="")


def test_a_due_message_leaves_with_the_facts_of_the_moment(plan: Any, patient: Patient) -> None:
    visit, message = plan(reminder())
    visit.starts_at = NOW + 9 * HOUR
    assert drain(now=NOW) == {"sent": 1}
    sent = MemorySms.sent[0]
    assert sent.to == str(patient.phone)
    assert sent.text.startswith("Riverside: see you on Tuesday 3 March at 19:00, Uferweg 1")
    assert (status(message), message.provider, message.provider_reference) == ("sent", "memory", sent.key)


def test_what_is_not_due_stays(plan: Any) -> None:
    _visit, message = plan(reminder(NOW + HOUR))
    assert drain(now=NOW) == {}
    assert status(message) == "pending"


def test_the_attempt_keeps_the_text_without_the_secret(plan: Any) -> None:
    plan(reminder())
    drain(now=NOW)
    secret = MemorySms.sent[0].text.split("/p/")[1].split("/")[0]
    kept = MessageAttempt.objects.get()
    assert kept.body == MemorySms.sent[0].text.replace(secret, "…")
    assert PatientLink.objects.count() == 1


def test_a_cancelled_visit_is_not_reminded_even_when_nobody_reconciled(plan: Any) -> None:
    visit, message = plan(reminder())
    visit.is_cancelled = True
    assert drain(now=NOW) == {"cancelled": 1}
    assert (status(message), message.reason) == ("cancelled", "visit-cancelled")


def test_what_expired_is_not_sent(plan: Any) -> None:
    _visit, message = plan(reminder())
    assert drain(now=NOW + 4 * HOUR) == {"expired": 1}
    assert (status(message), message.reason) == ("expired", Reason.TOO_LATE)


def test_quiet_hours_make_it_wait_without_counting_an_attempt(plan: Any) -> None:
    _visit, message = plan(reminder(expires_at=NOW + 30 * HOUR))
    at_night = NOW + 12 * HOUR + timedelta(minutes=30)
    assert drain(now=at_night) == {"waiting": 1}
    assert (status(message), message.attempts) == ("pending", 0)
    assert message.next_attempt_at == NOW + 22 * HOUR


def test_quiet_hours_until_it_is_useless_expire_it(plan: Any) -> None:
    _visit, message = plan(reminder(expires_at=NOW + 14 * HOUR))
    assert drain(now=NOW + 12 * HOUR) == {"expired": 1}
    assert (status(message), message.reason) == ("expired", Reason.QUIET_HOURS)


def test_an_opt_out_moves_care_to_the_other_channel(plan: Any, patient: Patient, mailoutbox: Any) -> None:
    _visit, message = plan(reminder())
    stop_all(patient, channel="sms", source="STOP", now=NOW)
    drain(now=NOW + SECOND)
    assert (status(message), message.reason) == ("cancelled", Reason.OPTED_OUT)
    assert MemorySms.sent == []
    assert [mail.to for mail in mailoutbox] == [[patient.email]]


def test_a_patient_without_any_address_is_told_nothing_and_the_reason_stands(
    plan: Any, patient: Patient
) -> None:
    _visit, message = plan(reminder())
    Patient.objects.filter(pk=patient.pk).update(phone="", email="")
    assert drain(now=NOW) == {"cancelled": 1}
    assert (status(message), message.reason) == ("cancelled", Reason.NO_ADDRESS)


def test_feedback_needs_a_location_that_asks_and_a_yes_first(
    plan: Any, patient: Patient, location: Location
) -> None:
    wanted = reminder(rule="REVIEW", kind=MessageKind.REVIEW_REQUEST)
    _visit, nothing = plan(wanted)
    assert nothing is None
    location.settings.opened_rules = ["review_request"]
    location.settings.save()
    _visit, message = plan(wanted)
    drain(now=NOW)
    assert (status(message), message.reason) == ("cancelled", Reason.NOT_ASKED)
    choose(patient, channel="sms", purpose=Purpose.FEEDBACK, is_wanted=True, source="form", now=NOW)
    _visit, second = plan(wanted)
    drain(now=NOW)
    assert status(second) == "sent"


def test_an_unknown_subject_waits_for_a_worker_that_knows_it(plan: Any, visits: Visits) -> None:
    _visit, message = plan(reminder())
    Message.objects.update(subject_type="from-newer-code")
    assert drain(now=NOW) == {"waiting": 1}
    assert (status(message), message.next_attempt_at) == ("pending", NOW + timedelta(minutes=1))


def test_temporary_failures_come_back_later_and_later_then_die(plan: Any) -> None:
    _visit, message = plan(reminder(expires_at=NOW + 11 * HOUR))
    MemorySms.plan_answers([Temporary("busy", is_provider=False)] * 9)
    at, waits = NOW, []
    for _round in range(6):
        drain(now=at)
        message.refresh_from_db()
        waits.append((message.next_attempt_at - at).total_seconds())
        at = message.next_attempt_at
    assert message.status == "dead"
    assert [
        low <= wait <= low * 1.2 for low, wait in zip((30, 120, 480, 1800, 7200), waits, strict=False)
    ] == [True] * 5
    assert list(message.tries.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_a_failure_that_could_only_come_back_too_late_is_dead_not_lost(plan: Any) -> None:
    _visit, message = plan(reminder(expires_at=NOW + 20 * SECOND))
    MemorySms.plan_answers([Temporary("busy")])
    assert drain(now=NOW) == {"dead": 1}
    assert list(Message.objects.troubled()) == [message]


def test_retry_after_of_the_provider_wins(plan: Any) -> None:
    _visit, message = plan(reminder())
    MemorySms.plan_answers([Temporary("429", retry_after=timedelta(minutes=7))])
    drain(now=NOW)
    message.refresh_from_db()
    assert message.next_attempt_at == NOW + timedelta(minutes=7)


def test_a_permanent_refusal_falls_back_to_the_other_channel_once(
    plan: Any, patient: Patient, mailoutbox: Any
) -> None:
    _visit, message = plan(reminder())
    MemorySms.plan_answers([Permanent("no such number")])
    assert drain(now=NOW) == {"dead": 1}
    assert drain(now=NOW + SECOND) == {"sent": 1}
    assert [mail.to for mail in mailoutbox] == [[patient.email]]
    fallback = Message.objects.get(fallback_of=message)
    assert (fallback.channel, fallback.scheduled_for) == ("email", message.scheduled_for)
    assert list(Message.objects.troubled()) == []


def test_reconciling_keeps_a_fallback_while_it_is_wanted(plan: Any) -> None:
    visit, _message = plan(reminder())
    MemorySms.plan_answers([Permanent("no such number")])
    drain(now=NOW)
    assert reconcile("visit", visit, now=NOW).cancelled == 0
    visit.is_cancelled = True
    assert reconcile("visit", visit, now=NOW).cancelled == 1


def test_a_text_that_needs_an_unknown_value_is_dead_at_once(plan: Any, visits: Visits) -> None:
    visit, message = plan(reminder())
    visit.values = {"starts_at": None}
    assert drain(now=NOW) == {"dead": 1}
    assert status(message) == "dead"
    assert message.last_error == "the text needs {day}, {time}"


def test_a_mistake_in_one_message_does_not_stop_the_others(plan: Any, visits: Visits) -> None:
    broken, message = plan(reminder())
    plan(reminder())
    broken.starts_at = "tomorrow"
    assert drain(now=NOW) == {"pending": 1, "sent": 1}
    assert status(message) == "pending"
    assert PatientLink.objects.count() == 1


def test_a_claim_that_lapsed_is_free_again(plan: Any) -> None:
    _visit, message = plan(reminder())
    claim(channel="sms", limit=10, now=NOW)
    assert reap(now=NOW + 89 * SECOND) == {"freed": 0, "resolved": 0}
    assert reap(now=LAPSED) == {"freed": 1, "resolved": 0}
    assert status(message) == "pending"
    assert drain(now=LAPSED) == {"sent": 1}


def test_a_message_that_keeps_taking_its_process_down_is_dead(plan: Any) -> None:
    _visit, message = plan(reminder(expires_at=NOW + 11 * HOUR))
    at = NOW
    for _round in range(12):
        claim(channel="sms", limit=1, now=at)
        at += timedelta(seconds=91)
        reap(now=at)
    assert status(message) == "dead"


def dispatching(message: Message) -> None:
    """As a worker leaves it that dies between dispatching and settling."""
    claimed = claim(channel="sms", limit=1, now=NOW)
    Message.objects.filter(pk=message.pk).update(
        status="dispatching", provider="memory", lease_token=claimed.token
    )


def test_doubt_is_resolved_by_asking_the_provider(plan: Any) -> None:
    _visit, message = plan(once_at_most())
    drain(now=NOW)
    dispatch_again = {
        "status": "dispatching",
        "sent_at": None,
        "lease_token": uuid.uuid4(),
        "lease_until": LAPSED,
    }
    Message.objects.update(**dispatch_again)
    reap(now=LAPSED)
    assert (status(message), len(MemorySms.sent)) == ("sent", 1)


def test_doubt_that_the_provider_denies_is_sent_again(plan: Any) -> None:
    _visit, message = plan(once_at_most())
    dispatching(message)
    reap(now=LAPSED)
    assert drain(now=LAPSED) == {"sent": 1}
    assert status(message) == "sent"


@pytest.mark.parametrize(
    ("wanted", "after"), [(reminder(), MessageStatus.PENDING), (once_at_most(), MessageStatus.UNKNOWN)]
)
def test_doubt_follows_the_rules_policy_where_nobody_can_be_asked(
    plan: Any, wanted: Wanted, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemorySms, "capabilities", type(MemorySms.capabilities)())
    _visit, message = plan(wanted)
    dispatching(message)
    reap(now=LAPSED)
    assert status(message) == after
    assert (message in Message.objects.troubled()) == (after == MessageStatus.UNKNOWN)


def test_a_provider_that_cannot_say_is_asked_again_later(plan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemorySms, "lookup", lambda self, key: None)
    _visit, message = plan(once_at_most())
    dispatching(message)
    assert reap(now=LAPSED) == {"freed": 0, "resolved": 0}
    assert status(message) == "dispatching"


def test_an_unclear_answer_is_never_sent_twice_when_once_at_most(plan: Any) -> None:
    _visit, message = plan(once_at_most())
    MemorySms.plan_answers([Unknown("timeout")])
    assert drain(now=NOW) == {"unknown": 1}
    assert drain(now=NOW + HOUR) == {}
    assert status(message) == "unknown"


def test_a_message_called_back_while_it_is_sent_gets_no_second_attempt(plan: Any, visits: Visits) -> None:
    visit, message = plan(reminder())

    class CallsBack(MemorySms):
        def send(self, outgoing: Any) -> Any:
            visit.is_cancelled = True
            reconcile("visit", visit, now=NOW)
            return Temporary("busy")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemorySms, "send", CallsBack.send)
        assert drain(now=NOW) == {"cancelled": 1}
    assert (status(message), message.reason) == ("cancelled", Reason.NOT_WANTED)


def test_a_worker_that_lost_its_lease_writes_only_its_attempt(plan: Any) -> None:
    _visit, message = plan(reminder())

    def overtaken(self: MemorySms, outgoing: Any) -> Accepted:
        Message.objects.filter(pk=message.pk).update(lease_token=uuid.uuid4())
        return Accepted("late")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemorySms, "send", overtaken)
        assert drain(now=NOW) == {"fenced": 1}
    assert status(message) == "dispatching"
    assert list(AttemptOutcome.objects.values_list("answer", "to_status")) == [("accepted", "")]


def test_the_breaker_stops_calling_and_lets_one_through_later(plan: Any) -> None:
    for _each in range(8):
        plan(reminder())
    MemorySms.plan_answers([Temporary("HTTP 503")] * 6)
    assert drain(now=NOW) == {"pending": 5, "waiting": 3}
    health = ProviderHealth.objects.get(provider="memory")
    assert (health.failures, health.open_until) == (5, NOW + 30 * SECOND)
    assert drain(now=NOW + 20 * SECOND) == {}
    assert drain(now=NOW + 31 * SECOND) == {"pending": 1}
    assert ProviderHealth.objects.get(provider="memory").open_until == NOW + 91 * SECOND
    assert drain(now=NOW + 92 * SECOND)["sent"] == 8
    assert ProviderHealth.objects.get(provider="memory").failures == 0


def test_a_stopping_worker_gives_back_what_it_did_not_begin(plan: Any) -> None:
    plan(reminder())
    _visit, second = plan(reminder())
    answers = iter([False, False, True])
    assert drain(now=NOW, should_stop=lambda: next(answers, True)) == {"sent": 1}
    assert (status(second), second.attempts) == ("pending", 0)


def test_the_patients_language_falls_back_visibly(plan: Any, patient: Patient, settings: Any) -> None:
    Patient.objects.filter(pk=patient.pk).update(language="pt-br")
    plan(reminder())
    drain(now=NOW)
    assert MessageAttempt.objects.get().language == "en"


def test_the_clinics_own_text_stands_in_front_of_the_shipped_one(plan: Any) -> None:
    plan(reminder())
    TextVersion.objects.create(
        kind="appointment_reminder",
        channel="sms",
        language="en",
        version=1,
        body="{clinic}: {time}!",
        created_at=NOW,
    )
    drain(now=NOW)
    assert [outgoing.text for outgoing in MemorySms.sent] == ["Riverside: 18:00!"]
    assert MessageAttempt.objects.get().template == "1"


def test_every_move_can_be_told_afterwards(plan: Any) -> None:
    _visit, message = plan(reminder())
    MemorySms.plan_answers([Temporary("busy")])
    drain(now=NOW)
    message.refresh_from_db()
    drain(now=message.next_attempt_at)
    moves = [(move.from_status, move.to_status) for move in history_of(message)]
    assert moves == [
        ("", "pending"),
        ("claimed", "dispatching"),
        ("dispatching", "pending"),
        ("claimed", "dispatching"),
        ("dispatching", "sent"),
    ]


def test_every_status_has_its_arrows() -> None:
    assert set(MESSAGE_TRANSITIONS) == set(MessageStatus)
    assert set().union(*MESSAGE_TRANSITIONS.values()) <= set(MessageStatus)


def test_a_subject_that_can_load_many_is_asked_once_per_batch(
    plan: Any, visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[int]] = []

    def load_many(pks: Any) -> dict[int, Visit]:
        asked.append(set(pks))
        return {pk: visits.rows[pk] for pk in pks if pk in visits.rows}

    monkeypatch.setattr(visits, "load_many", load_many, raising=False)
    gone, message = plan(reminder())
    kept, _message = plan(reminder())
    del visits.rows[gone.pk]
    assert drain(now=NOW) == {"cancelled": 1, "sent": 1}
    assert (status(message), message.reason, asked) == ("cancelled", Reason.GONE, [{gone.pk, kept.pk}])
