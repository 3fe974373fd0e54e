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
from clinic.messaging.engine.calling import call
from clinic.messaging.engine.claim import LEASE_SECONDS, Claimed, claim, release
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
    worker = _Pass(now, time.monotonic() + budget, should_stop)
    while not worker.is_over():
        at = worker.database_at()
        closed = worker.breakers.closed_channels(at)
        claimed = claim(limit=worker.batch_size(batch), now=now, closed=closed)
        if not claimed.messages:
            break
        faults.point(faults.AFTER_CLAIM)
        begun = time.monotonic()
        worker.work_through(claimed)
        is_quick = time.monotonic() - begun < QUICK_SECONDS
        batch = min(2 * batch, max(MOST_AT_ONCE, batch)) if is_quick else min(batch, BATCH)
    return worker.tally


class _Pass:
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

    def batch_size(self, batch: int) -> int:
        """One at a time while a provider is coming back from trouble."""
        return 1 if any(self.breakers.is_troubled(channel) for channel in self.carriers) else batch

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
            self._settled(told)
            faults.point(faults.AFTER_SETTLE)

    def _one(self, message: Message, claimed: Claimed, facts: Facts) -> None:
        at = self.database_at()
        try:
            verdict: Verdict = (
                NotNow(None)
                if message.channel in self.breakers.closed_channels(at)
                else judge(message, facts, at)
            )
            if isinstance(verdict, Go):
                self._send(message, claimed, verdict, at)
            else:
                self.write_down()
                self.tally[self._not_sent(message, claimed, verdict, at)] += 1
        except DatabaseError:
            raise
        except Exception as error:
            self.write_down()
            self.tally[self._not_made(message, claimed, error)] += 1

    def _not_sent(self, message: Message, claimed: Claimed, verdict: NotNow | Never, at: datetime) -> str:
        if isinstance(verdict, NotNow):
            release([message.pk], claimed.token, at=verdict.until)
            return "waiting"
        with transaction.atomic():
            moved = leave_claimed(message, claimed.token, verdict.status, reason=verdict.reason, now=self.now)
            if moved and verdict.falls_back:
                fall_back(message, now=at)
        return str(verdict.status) if moved else "fenced"

    def _not_made(self, message: Message, claimed: Claimed, error: Exception) -> str:
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
        self._take(sent, result)

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

    def _take(self, sent: Dispatched, result: Result) -> None:
        """Keeps an accepted message for the next statement; writes down anything else at once."""
        self.held = answered(sent, result, at=self.database_at())
        if not isinstance(result, Accepted):
            self.write_down()
        self._tell_breaker(self.carriers[sent.message.channel].name, result)

    def _settled(self, told: Answered) -> None:
        if told.values["s_to"] != MessageStatus.DEAD:
            status = settle(told, now=self.now)
        else:
            with transaction.atomic():
                status = settle(told, now=self.now)
                if status == MessageStatus.DEAD and told.values["s_answer"] == Answer.PERMANENT:
                    fall_back(told.sent.message, now=self.database_at())
        self.tally[status or "fenced"] += 1

    def _tell_breaker(self, provider: str, result: Result) -> None:
        if isinstance(result, Unknown) or (isinstance(result, Temporary) and result.is_provider):
            self.breakers.failed(provider, result.error, now=self.now)
        else:
            self.breakers.worked(provider)
