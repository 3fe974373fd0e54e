"""One pass over what is due: claim → gate → dispatch → call → settle, until nothing is left or the time is up."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction

from clinic.messaging import faults
from clinic.messaging.actions.fallback import fall_back
from clinic.messaging.channels import carrier
from clinic.messaging.channels.base import CALL_SECONDS, Accepted, Result, Temporary, Unknown
from clinic.messaging.composing import NoText
from clinic.messaging.engine.breaker import Breakers
from clinic.messaging.engine.bulk import send_together
from clinic.messaging.engine.calling import call
from clinic.messaging.engine.claim import BEGINNING, LEASE_SECONDS, Claimed, claim, release
from clinic.messaging.engine.dispatch import dispatch
from clinic.messaging.engine.facts import Facts, read_again
from clinic.messaging.engine.gate import Go, Never, NotNow, Verdict, judge
from clinic.messaging.engine.moves import leave_claimed
from clinic.messaging.engine.settle import Answered, Dispatched, answered, settle
from clinic.messaging.engine.sql import database_now
from clinic.messaging.filling import MissingVariable
from clinic.messaging.models import Message
from clinic.messaging.timing import retry_delay
from clinic.messaging.wordings import Wordings
from clinic.messaging.words import Answer, Channel, MessageStatus

log = structlog.get_logger(__name__)

#: Messages that are claimed at once: few at first, and more while they go quickly.
BATCH, MOST_AT_ONCE = 20, 160
#: Messages that go to the provider together, where it can be asked or knows our keys: then doubt about all of them
#: is resolved without a patient noticing.
BULK = 500
#: A batch that took longer than this is not followed by a larger one: others should have a share.
QUICK_SECONDS = 1.0
#: No new message is begun after this; with one whole provider call it stays under the task's soft limit of 45 s.
BUDGET_SECONDS = 20.0

#: How many messages went which way: a status, "waiting" (quiet hours, breaker) or "fenced".
Tally = Counter[str]


def drain(
    *,
    now: datetime | None = None,
    batch: int = BATCH,
    budget: float = BUDGET_SECONDS,
    should_stop: Callable[[], bool] = lambda: False,
) -> Tally:
    """Sends what is due. `now` replaces the database's clock in tests; `should_stop` is asked before each message."""
    worker = Pass(now, time.monotonic() + budget, should_stop)
    queues = [_Queue(worker, channel, batch) for channel in worker.carriers]
    while queues and not worker.is_over():
        queues = [queue for queue in queues if queue.went_on()]
    return worker.tally


class _Queue:
    """What is due on one channel: taken in turn with the other, so that a slow provider holds up only its own."""

    def __init__(self, worker: Pass, channel: str, batch: int) -> None:
        self.worker, self.channel = worker, channel
        self.is_bulk = worker.carriers[channel].capabilities.can_batch
        self.most = max(batch, MOST_AT_ONCE)
        self.batch = BULK if self.is_bulk else batch
        self.place = BEGINNING

    def went_on(self) -> bool:
        """One batch more; False when nothing is left that may be sent now."""
        worker = self.worker
        if worker.is_closed(self.channel):
            return False
        # One at a time while a provider is coming back from trouble.
        limit = 1 if worker.breakers.is_troubled(self.channel) else self.batch
        claimed = claim(channel=self.channel, limit=limit, now=worker.now, after=self.place)
        if not claimed.messages:
            # What came back or was planned behind us: once more from the beginning.
            is_all, self.place = self.place == BEGINNING, BEGINNING
            return not is_all
        self.place = claimed.last
        faults.point(faults.AFTER_CLAIM)
        begun = time.monotonic()
        if self.is_bulk:
            send_together(worker, claimed)
        else:
            worker.work_through(claimed)
            self._learn(time.monotonic() - begun)
        return True

    def _learn(self, seconds: float) -> None:
        self.batch = min(2 * self.batch, self.most) if seconds < QUICK_SECONDS else min(self.batch, BATCH)


class Pass:
    """What one pass knows: the texts in force, the breakers, the clock, and what became of the messages."""

    def __init__(self, now: datetime | None, deadline: float, should_stop: Callable[[], bool]) -> None:
        self.now, self.deadline, self.should_stop = now, deadline, should_stop
        self.tally: Tally = Counter()
        self.wordings = Wordings()
        self.carriers = {str(channel): carrier(channel) for channel in Channel}
        self.breakers = Breakers({channel: each.name for channel, each in self.carriers.items()})
        #: Accepted by its provider and not written down yet: that is done together with the next one's dispatch.
        self.held: Answered | None = None
        self._at, self._read_at = database_now(now), time.monotonic()

    def is_over(self) -> bool:
        """Time is up, or the process was asked to stop."""
        return time.monotonic() >= self.deadline or self.should_stop()

    def database_at(self) -> datetime:
        """The database's instant, carried on by a clock that cannot jump."""
        return self.now or self._at + timedelta(seconds=time.monotonic() - self._read_at)

    def is_closed(self, channel: str) -> bool:
        """Whether nobody calls the channel's provider at the moment."""
        return channel in self.breakers.closed_channels(self.database_at())

    def work_through(self, claimed: Claimed) -> None:
        """Every message of a batch; what cannot be begun any more is given back."""
        left = deque(claimed.messages)
        try:
            facts = Facts(left)
            while left and not self.is_over():
                if facts.are_old:
                    self.write_down()
                    left, facts = read_again(left)
                if left:
                    self._one(left.popleft(), claimed, facts)
        finally:
            try:
                self.write_down()
            finally:
                if left:
                    release([message.pk for message in left], claimed.token)

    def write_down(self) -> None:
        """Settles the message that was accepted last, by itself, when no other dispatch follows at once."""
        if (told := self.held) is not None:
            self.held = None
            self.settled(told)
            faults.point(faults.AFTER_SETTLE)

    def _one(self, message: Message, claimed: Claimed, facts: Facts) -> None:
        at = self.database_at()
        try:
            verdict: Verdict = NotNow(None) if self.is_closed(message.channel) else judge(message, facts, at)
            if isinstance(verdict, Go):
                self._send(message, claimed, verdict, at)
            else:
                self.write_down()
                self.tally[self.not_sent(message, claimed, verdict, at)] += 1
        except DatabaseError:
            raise
        except Exception as error:
            self.write_down()
            self.tally[self.not_made(message, claimed, error)] += 1

    def not_sent(self, message: Message, claimed: Claimed, verdict: NotNow | Never, at: datetime) -> str:
        """Gives it back for later, or drops it for good; says which."""
        if isinstance(verdict, NotNow):
            release([message.pk], claimed.token, at=verdict.until)
            return "waiting"
        with transaction.atomic():
            moved = leave_claimed(message, claimed.token, verdict.status, reason=verdict.reason, now=self.now)
            if moved and verdict.falls_back:
                fall_back(message, now=at)
        return str(verdict.status) if moved else "fenced"

    def not_made(self, message: Message, claimed: Claimed, error: Exception) -> str:
        """One message's mistake must not stop the others: dead when no text can come of it, else later again."""
        if isinstance(error, NoText | MissingVariable):
            return self._failed(message, claimed, str(error), MessageStatus.DEAD)
        log.exception("A message could not be made", message_id=message.pk, kind=message.kind)
        return self._failed(message, claimed, f"could not be made: {type(error).__name__}")

    def _failed(self, message: Message, claimed: Claimed, error: str, to: str = MessageStatus.PENDING) -> str:
        delay = retry_delay(message.attempts, spread=1)
        at = self.database_at()
        if delay is None or at + delay >= message.expires_at:
            to = MessageStatus.DEAD
        until = at + delay if delay and to == MessageStatus.PENDING else None
        moved = leave_claimed(message, claimed.token, to, error=error, at=until, now=self.now)
        return str(to) if moved else "fenced"

    def _send(self, message: Message, claimed: Claimed, go: Go, at: datetime) -> None:
        provider = self.carriers[message.channel]
        begun = time.monotonic()
        sent = self._dispatched(message, claimed, go, at)
        if sent is None or time.monotonic() - begun > LEASE_SECONDS - CALL_SECONDS:
            # Called back meanwhile; or this process was stopped for so long that somebody else has taken over.
            self.tally["fenced"] += 1
            return
        faults.point(faults.AFTER_DISPATCHING)
        result = call(provider, sent.composed.outgoing)
        faults.point(faults.AFTER_ACCEPT)
        self.take(sent, result)

    def _dispatched(self, message: Message, claimed: Claimed, go: Go, at: datetime) -> Dispatched | None:
        step = dispatch(
            message,
            go,
            claimed.token,
            provider=self.carriers[message.channel].name,
            wordings=self.wordings,
            at=at,
            now=self.now,
            before=self.held,
        )
        if step.settled is not None:
            self.held = None
            self.tally[step.settled or "fenced"] += 1
            faults.point(faults.AFTER_SETTLE)
        return step.sent

    def take(self, sent: Dispatched, result: Result) -> None:
        """Keeps an accepted message for the next statement; writes down anything else at once."""
        self.held = answered(sent, result, at=self.database_at())
        if not isinstance(result, Accepted):
            self.write_down()
        self.tell_breaker(self.carriers[sent.message.channel].name, result)

    def settled(self, told: Answered) -> None:
        """Writes down one answer; a message that was refused for good may fall back to the other channel."""
        if told.values["s_to"] != MessageStatus.DEAD:
            status = settle(told, now=self.now)
        else:
            with transaction.atomic():
                status = settle(told, now=self.now)
                if status == MessageStatus.DEAD and told.values["s_answer"] == Answer.PERMANENT:
                    fall_back(told.sent.message, now=self.database_at())
        self.tally[status or "fenced"] += 1

    def tell_breaker(self, provider: str, result: Result) -> None:
        """Counts what a provider did for its breaker."""
        if isinstance(result, Unknown) or (isinstance(result, Temporary) and result.is_provider):
            self.breakers.failed(provider, result.error, now=self.now)
        else:
            self.breakers.worked(provider)
