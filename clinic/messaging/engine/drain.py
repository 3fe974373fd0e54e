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
from clinic.messaging.channels.base import CALL_SECONDS, Permanent, Result, Temporary, Unknown
from clinic.messaging.composing import NoText
from clinic.messaging.engine.breaker import Breakers
from clinic.messaging.engine.calling import call
from clinic.messaging.engine.claim import LEASE_SECONDS, Claimed, claim, release
from clinic.messaging.engine.dispatch import Dispatched, dispatch
from clinic.messaging.engine.facts import Facts, read_again
from clinic.messaging.engine.gate import Go, Never, NotNow, judge
from clinic.messaging.engine.moves import leave_claimed
from clinic.messaging.engine.settle import settle
from clinic.messaging.engine.sql import database_now
from clinic.messaging.filling import MissingVariable
from clinic.messaging.models import Message
from clinic.messaging.timing import retry_delay
from clinic.messaging.wordings import Wordings
from clinic.messaging.words import Channel, MessageStatus

log = structlog.get_logger(__name__)

BATCH = 20
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
        worker.work_through(claimed)
    return worker.tally


class _Pass:
    """What one pass knows: the texts in force, the breakers, the clock, and what became of the messages."""

    def __init__(self, now: datetime | None, deadline: float, should_stop: Callable[[], bool]) -> None:
        self.now, self.deadline, self.should_stop = now, deadline, should_stop
        self.tally: Tally = Counter()
        self.wordings = Wordings()
        self.carriers = {str(channel): carrier(channel) for channel in Channel}
        self.breakers = Breakers({channel: each.name for channel, each in self.carriers.items()})
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
                    left, facts = read_again(left)
                self.tally[self._one(left.popleft(), claimed, facts)] += 1
        finally:
            if left:
                release([message.pk for message in left], claimed.token)

    def _one(self, message: Message, claimed: Claimed, facts: Facts) -> str:
        at = self.database_at()
        if message.channel in self.breakers.closed_channels(at):
            release([message.pk], claimed.token)
            return "waiting"
        try:
            return self._judged(message, claimed, facts, at)
        except DatabaseError:
            raise
        except (NoText, MissingVariable) as error:
            return self._failed(message, claimed, str(error), MessageStatus.DEAD)
        except Exception as error:  # one message's mistake must not stop the others
            log.exception("A message could not be made", message_id=message.pk, kind=message.kind)
            return self._failed(message, claimed, f"could not be made: {type(error).__name__}")

    def _judged(self, message: Message, claimed: Claimed, facts: Facts, at: datetime) -> str:
        verdict = judge(message, facts, at)
        if isinstance(verdict, NotNow):
            release([message.pk], claimed.token, at=verdict.until)
            return "waiting"
        if isinstance(verdict, Never):
            return self._dropped(message, claimed, verdict, at)
        return self._sent(message, claimed, verdict, at)

    def _dropped(self, message: Message, claimed: Claimed, verdict: Never, at: datetime) -> str:
        with transaction.atomic():
            moved = leave_claimed(message, claimed.token, verdict.status, reason=verdict.reason, now=self.now)
            if moved and verdict.falls_back:
                fall_back(message, now=at)
        return str(verdict.status) if moved else "fenced"

    def _failed(self, message: Message, claimed: Claimed, error: str, to: str = MessageStatus.PENDING) -> str:
        delay = retry_delay(message.attempts, spread=1)
        at = self.database_at()
        if delay is None or at + delay >= message.expires_at:
            to = MessageStatus.DEAD
        until = at + delay if delay and to == MessageStatus.PENDING else None
        moved = leave_claimed(message, claimed.token, to, error=error, at=until, now=self.now)
        return str(to) if moved else "fenced"

    def _sent(self, message: Message, claimed: Claimed, go: Go, at: datetime) -> str:
        provider = self.carriers[message.channel]
        begun = time.monotonic()
        sent = dispatch(
            message, go, claimed.token, provider=provider.name, wordings=self.wordings, at=at, now=self.now
        )
        if sent is None:
            return "fenced"
        faults.point(faults.AFTER_DISPATCHING)
        if time.monotonic() - begun > LEASE_SECONDS - CALL_SECONDS:
            return "fenced"  # this process was stopped for so long that somebody else has taken over
        result = call(provider, sent.composed.outgoing)
        faults.point(faults.AFTER_ACCEPT)
        status = self._settled(sent, result)
        faults.point(faults.AFTER_SETTLE)
        return status or "fenced"

    def _settled(self, sent: Dispatched, result: Result) -> str:
        at = self.database_at()
        if not isinstance(result, Permanent):
            status = settle(sent, result, at=at, now=self.now)
        else:
            with transaction.atomic():
                status = settle(sent, result, at=at, now=self.now)
                if status == MessageStatus.DEAD:
                    fall_back(sent.message, now=at)
        self._tell_breaker(self.carriers[sent.message.channel].name, result)
        return status

    def _tell_breaker(self, provider: str, result: Result) -> None:
        if isinstance(result, Unknown) or (isinstance(result, Temporary) and result.is_provider):
            self.breakers.failed(provider, result.error, now=self.now)
        else:
            self.breakers.worked(provider)
