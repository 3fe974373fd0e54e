"""Every fault of a run: what is broken, what it is broken with, and what must hold afterwards."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis

from clinic.messaging import faults
from tests.chaos.harness import Rig, kill_group, wait_until

#: Messages per run.
SOME = 6


@dataclass(frozen=True)
class Fault:
    """A name for the table, what it does, and what is expected in words."""

    name: str
    run: Callable[[Rig], None]
    expected: str


def _doubles(rig: Rig, crashes: int) -> int:
    """Double sends that crashes in the one window may cause: none where the provider knows our key."""
    return crashes if rig.shape == "twilio" else 0


def crash_at(point: str) -> Callable[[Rig], None]:
    """kill -9 of the worker's child at a named point."""

    def run(rig: Rig) -> None:
        fuse = rig.arm(point)
        messages = rig.do("plan", count=SOME)
        wait_until(lambda: not fuse.exists(), f"the crash {point}")
        rig.settle(messages, dead_since=rig.instant())
        rig.check(messages, extra=_doubles(rig, 1), sent=SOME)

    return run


def crash_at_most_once(rig: Rig) -> None:
    """As above in the window, for a message that must never come twice."""
    fuse = rig.arm(faults.AFTER_ACCEPT)
    messages = rig.do("plan", count=1, at_most_once=True)
    wait_until(lambda: not fuse.exists(), "the crash")
    rig.settle(messages, dead_since=rig.instant())
    rig.check(messages, extra=0)
    assert rig.sends(messages) == {messages[0]: 1}


def kill_worker_tree(rig: Rig) -> None:
    """The whole worker, its child included, in the middle of a call."""
    rig.behave("slow")
    messages = rig.do("plan", count=SOME)
    _wait_for_first(rig, messages)
    kill_group(rig.workers.pop())
    dead_since = rig.instant()
    rig.behave("ok")
    rig.start_worker()
    rig.settle(messages, dead_since=dead_since)
    rig.check(messages, extra=_doubles(rig, 1), sent=SOME)


def sigterm_in_flight(rig: Rig) -> None:
    """A polite stop in the middle of a call: the message is finished, the rest given back."""
    rig.behave("slow")
    messages = rig.do("plan", count=SOME)
    _wait_for_first(rig, messages)
    worker = rig.workers.pop()
    worker.terminate()
    rig.behave("ok")
    worker.wait()
    rig.start_worker()
    rig.settle(messages)
    rig.check(messages, sent=SOME)


def stopped_beyond_its_lease(rig: Rig) -> None:
    """SIGSTOP in the middle of a call, a second worker takes over, SIGCONT."""
    rig.behave("slow")
    messages = rig.do("plan", count=SOME)
    _wait_for_first(rig, messages)
    child = rig.child_of(rig.workers[0])
    os.kill(child, signal.SIGSTOP)
    dead_since = rig.instant()
    rig.behave("ok")
    second = rig.start_worker()
    try:
        rig.settle(messages, dead_since=dead_since)
    finally:
        os.kill(child, signal.SIGCONT)
    third = rig.do("plan", count=1)
    rig.settle(third)
    rig.workers.remove(second)
    second.terminate()
    second.wait()
    rig.check(messages, extra=_doubles(rig, 1), sent=SOME)


def two_beats(rig: Rig) -> None:
    """Two beats tick side by side."""
    rig.start_beat()
    messages = rig.do("plan", count=SOME)
    rig.settle(messages)
    kill_group(rig.beats.pop())
    rig.check(messages, sent=SOME)
    twice = rig.rows("SELECT name FROM messaging_periodicrun GROUP BY name, period HAVING count(*) > 1")
    assert twice == []


def flush_the_broker(rig: Rig) -> None:
    """FLUSHALL while messages wait."""
    messages = rig.do("plan", count=SOME, in_seconds=0.5)
    redis.Redis.from_url(rig.broker_url).flushall()
    rig.settle(messages)
    rig.check(messages, sent=SOME)


def broker_down_and_back(rig: Rig) -> None:
    """The broker is killed; appointments are still made; it comes back empty."""
    assert rig.broker is not None
    rig.broker.kill()
    messages = rig.do("plan", count=SOME)
    rig.broker.start()
    rig.settle(messages)
    rig.check(messages, sent=SOME)


def broker_away_and_the_second_driver(rig: Rig) -> None:
    """No broker at all: `run_messages` sends by the same functions."""
    assert rig.broker is not None
    rig.broker.kill()
    messages = rig.do("plan", count=SOME)
    rig.do("wake")
    rig.settle(messages)
    rig.check(messages, sent=SOME)
    rig.broker.start()


def database_stops(rig: Rig) -> None:
    """`immediate` stop of PostgreSQL while messages are going out."""
    assert rig.database is not None
    rig.behave("slow")
    messages = rig.do("plan", count=SOME)
    _wait_for_first(rig, messages)
    dead_since = rig.instant()
    rig.database.stop_immediately()
    rig.behave("ok")
    rig.database.start()
    rig.settle(messages, dead_since=dead_since)
    rig.check(messages, extra=_doubles(rig, 1), sent=SOME)


def database_dies_between_accept_and_settle(rig: Rig) -> None:
    """The provider has it, and nobody can write that down."""
    assert rig.database is not None
    rig.behave("accept-slowly")
    messages = rig.do("plan", count=SOME)
    wait_until(lambda: sum(rig.sends(messages).values()) > 0, "the provider")
    dead_since = rig.instant()
    rig.database.stop_immediately()
    rig.behave("ok")
    rig.database.start()
    rig.settle(messages, dead_since=dead_since)
    rig.check(messages, extra=_doubles(rig, 1), sent=SOME)


def read_only_database(rig: Rig) -> None:
    """Every transaction is refused for a while, as on a standby."""
    messages = rig.do("plan", count=SOME, in_seconds=4)
    name = rig.rows("SELECT current_database()")[0][0]
    rig.rows(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    try:
        _reconnect(rig)
        waiting = "SELECT count(*) FROM messaging_message WHERE id = ANY(%s) AND next_attempt_at > now()"
        wait_until(lambda: rig.rows(waiting, messages)[0][0] == 0, "their time")
        assert sum(rig.sends(messages).values()) == 0
    finally:
        rig.rows_writable(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        _reconnect(rig)
    rig.settle(messages, dead_since=rig.instant())
    rig.check(messages, extra=_doubles(rig, 1), sent=SOME)


def _reconnect(rig: Rig) -> None:
    """New children, which open new connections."""
    for worker in rig.workers:
        os.kill(rig.child_of(worker), signal.SIGKILL)


def provider_is(mode: str, *, doubt: bool = False) -> Callable[[Rig], None]:
    """The provider misbehaves for a while, then not."""

    def run(rig: Rig) -> None:
        rig.behave(mode)
        messages = rig.do("plan", count=3)
        attempted = "SELECT count(*) FROM messaging_attemptoutcome WHERE message_id = ANY(%s)"
        wait_until(lambda: rig.rows(attempted, messages)[0][0] > 0, "a first attempt")
        rig.behave("ok")
        rig.settle(messages)
        rig.check(messages, extra=_doubles(rig, 3) if doubt else 0, sent=3)

    return run


def clock_off_by(seconds: int) -> Callable[[Rig], None]:
    """A second worker whose clock is wrong; the database's is the one that counts."""

    def run(rig: Rig) -> None:
        wrong = rig.start_worker(CHAOS_CLOCK=str(seconds))
        rig.child_of(wrong)
        due = rig.do("plan", count=3)
        later = rig.do("plan", count=3, in_seconds=3600)
        rig.settle(due)
        rig.check(due, sent=3)
        assert sum(rig.sends(later).values()) == 0
        rig.do("cancel", messages=later)
        rig.workers.remove(wrong)
        kill_group(wrong)

    return run


def instant_off_by(hours: float) -> Callable[[Rig], None]:
    """A pass with a wrong instant beside the right one."""

    def run(rig: Rig) -> None:
        messages = rig.do("plan", count=SOME)
        rig.do("drain_at", hours=hours)
        rig.settle(messages)
        rig.check(messages, sent=SOME)

    return run


def cancel_races_the_send(rig: Rig) -> None:
    """Half of the visits are cancelled while their messages go out."""
    messages = rig.do("plan", count=2 * SOME)
    rig.order("cancel", messages=messages[::-2])
    rig.settle(messages)
    rig.answer()
    rig.check(messages)


def move_races_the_send(rig: Rig) -> None:
    """Every visit is moved while its message goes out: an old message that was unsent is never sent."""
    messages = rig.do("plan", count=SOME)
    rig.order("move", messages=messages[::-1])
    moved = rig.answer()
    rig.settle([*messages, *moved])
    rig.check([*messages, *moved])


def webhooks_early_twice_and_backwards(rig: Rig) -> None:
    """The provider reports before our own settle, again and again, a later word before an earlier one, and forged."""
    rig.behave("accept-slowly")
    messages = rig.do("plan", count=SOME)
    wait_until(lambda: bool(_lines(rig, messages)), "the provider")
    early = _lines(rig, messages)
    assert set(rig.do("report", told=early, status="delivered")) == {204}
    rig.behave("ok")
    rig.settle(messages)
    lines = _lines(rig, messages)
    assert set(rig.do("report", told=lines, status="undelivered", is_signed=False)) == {403}
    for status in ("delivered", "delivered", "sent"):
        assert set(rig.do("report", told=lines, status=status)) == {204}
    delivered = "SELECT count(*) FROM messaging_message WHERE id = ANY(%s) AND status = 'delivered'"
    wait_until(lambda: rig.rows(delivered, messages)[0][0] == SOME, "every report to be applied")
    rig.check(messages)
    assert set(rig.sends(messages).values()) == {1}
    counted = (
        "SELECT delivery, count(*) FROM messaging_deliveryreport WHERE reference = ANY(%s) GROUP BY delivery"
    )
    references = [line["id"] for line in lines]
    assert dict(rig.rows(counted, references)) == {"delivered": SOME, "sent": SOME}


def _lines(rig: Rig, messages: list[int]) -> list[dict[str, Any]]:
    """What the provider wrote down about these."""
    keys = {f"message-{pk}" for pk in messages}
    return [{"id": line["id"], "key": line["key"]} for line in rig.accepted() if line["key"] in keys]


def old_and_new_code(rig: Rig) -> None:
    """A worker that does not know the subject drains beside one that does."""
    old = rig.start_worker(CHAOS_OLD="1")
    messages = rig.do("plan", count=SOME)
    rig.settle(messages)
    rig.workers.remove(old)
    kill_group(old)
    rig.check(messages, sent=SOME)


def healing_finds_nothing(rig: Rig) -> None:
    """After all that: the outbox is as it should be."""
    found = rig.do("heal")
    assert found["looked_at"] > 0, "healing looked at nothing"
    assert (found["planned"], found["cancelled"]) == (0, 0), found


def heal_after_a_death_cancels_and_moves(rig: Rig) -> None:
    """What a killed worker, cancels and moves under way leave behind is no drift."""
    crash_at(faults.AFTER_DISPATCHING)(rig)
    cancel_races_the_send(rig)
    move_races_the_send(rig)
    healing_finds_nothing(rig)


def _wait_for_first(rig: Rig, messages: list[int]) -> None:
    """Until the first of them is being sent."""
    begun = "SELECT count(*) FROM messaging_messageattempt WHERE message_id = ANY(%s)"
    wait_until(lambda: rig.rows(begun, messages)[0][0] > 0, "the first attempt")


ONCE = "each sent once"
ONCE_OR_DOUBT = "each sent once; where the provider knows no key, at most one twice"
FAULTS = [
    Fault("kill -9 after claim", crash_at(faults.AFTER_CLAIM), ONCE),
    Fault("kill -9 after dispatching", crash_at(faults.AFTER_DISPATCHING), ONCE),
    Fault("kill -9 after the provider's accept", crash_at(faults.AFTER_ACCEPT), ONCE_OR_DOUBT),
    Fault("kill -9 after settle", crash_at(faults.AFTER_SETTLE), ONCE),
    Fault("kill -9 in the window, at most once", crash_at_most_once, "sent once, never twice"),
    Fault("kill -9 of the whole worker tree", kill_worker_tree, ONCE_OR_DOUBT),
    Fault("SIGTERM in flight", sigterm_in_flight, ONCE),
    Fault("SIGSTOP beyond the lease, SIGCONT", stopped_beyond_its_lease, ONCE_OR_DOUBT),
    Fault("two beats", two_beats, "each sent once, each job once per period"),
    Fault("FLUSHALL", flush_the_broker, ONCE),
    Fault("broker killed and back, empty", broker_down_and_back, ONCE),
    Fault("no broker, second driver", broker_away_and_the_second_driver, ONCE),
    Fault("PostgreSQL stopped, immediate", database_stops, ONCE_OR_DOUBT),
    Fault(
        "PostgreSQL dies between accept and settle", database_dies_between_accept_and_settle, ONCE_OR_DOUBT
    ),
    Fault("read-only database", read_only_database, ONCE),
    Fault("provider answers 500", provider_is("500"), ONCE),
    Fault("provider answers 429", provider_is("429"), ONCE),
    Fault("provider hangs", provider_is("hang"), ONCE),
    Fault("provider accepts, then drops", provider_is("drop", doubt=True), ONCE_OR_DOUBT),
    Fault("worker's clock a day ahead", clock_off_by(86_400), "due ones once, later ones not at all"),
    Fault("worker's clock a day behind", clock_off_by(-86_400), "due ones once, later ones not at all"),
    Fault("a pass two hours ahead", instant_off_by(2), ONCE),
    Fault("a pass two hours behind", instant_off_by(-2), ONCE),
    Fault("cancel races the send", cancel_races_the_send, "cancelled ones never sent"),
    Fault("move races the send", move_races_the_send, "old times never sent after the move"),
    Fault(
        "webhooks early, twice, backwards, forged",
        webhooks_early_twice_and_backwards,
        "each sent once, each report counted once",
    ),
    Fault("old and new code side by side", old_and_new_code, ONCE),
    Fault("hourly healing after a death, cancels and moves", heal_after_a_death_cancels_and_moves, "drift 0"),
]
