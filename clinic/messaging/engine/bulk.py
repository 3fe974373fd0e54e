"""Steps 2 to 4 for many messages at once, where a channel takes them together and doubt resolves by itself.

Each message is still claimed, gated, dispatched and settled, each with its own rows, and guarded by the same
conditions; only the statements and the call are shared. Rows are locked in the order of their numbers, as a change
that calls several messages back does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

from django.db import DatabaseError, transaction

from clinic.messaging import faults
from clinic.messaging.channels.base import Accepted, Result, Unknown
from clinic.messaging.composing import Composed, compose
from clinic.messaging.engine.calling import call_many
from clinic.messaging.engine.claim import LEASE_SECONDS, Claimed, release
from clinic.messaging.engine.dispatch import values_of
from clinic.messaging.engine.facts import Facts
from clinic.messaging.engine.gate import Go, judge
from clinic.messaging.engine.settle import Answered, Dispatched, answered
from clinic.messaging.engine.sql import clocked, records, rows
from clinic.messaging.models import Message
from clinic.messaging.words import MessageStatus

if TYPE_CHECKING:
    from clinic.messaging.engine.drain import Pass

#: `ours` carries what is to be written: joining it again afterwards would compare each row with each other one.
_DISPATCH_MANY = clocked(
    """
WITH wanted AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(told)s::json) AS told (
        id bigint, address text, language text, template text, subject text, body text, attachments text
    )
), ours AS MATERIALIZED (
    SELECT wanted.* FROM wanted JOIN messaging_message AS message USING (id)
    WHERE status = 'claimed' AND lease_token = %(token)s AND lease_until > <now> AND expires_at > <now>
      AND NOT EXISTS (
          SELECT FROM messaging_contactchoice AS choice
          WHERE choice.patient_id = message.patient_id AND choice.channel = message.channel
            AND choice.purpose = message.purpose AND NOT choice.is_wanted
      )
    ORDER BY id FOR UPDATE OF message
), taken AS (
    UPDATE messaging_message AS message
    SET status = 'dispatching', lease_until = <now> + make_interval(secs => <lease>), provider = %(provider)s::text
    FROM ours WHERE message.id = ours.id
    RETURNING ours.*
)
INSERT INTO messaging_messageattempt (
    message_id, number, token, channel, provider, address, language, template, subject, body, attachments,
    dispatched_at
)
SELECT id, (SELECT count(*) + 1 FROM messaging_messageattempt WHERE message_id = taken.id), %(token)s, %(channel)s,
       %(provider)s::text, address, language, template, subject, body, attachments::jsonb, <now>
FROM taken
RETURNING message_id, id
""",
    lease=LEASE_SECONDS,
)
_SETTLE_MANY = clocked("""
WITH told AS MATERIALIZED (
    SELECT s_id AS id, s_attempt AS attempt, s_to AS go_to, s_answer AS answer, s_delay AS delay,
           s_reference AS reference, s_error AS error
    FROM json_to_recordset(%(told)s::json) AS told (
        s_id bigint, s_attempt bigint, s_to text, s_answer text, s_delay double precision, s_reference text,
        s_error text
    )
), ours AS MATERIALIZED (
    SELECT told.* FROM told JOIN messaging_message AS message USING (id)
    WHERE status = 'dispatching' AND lease_token = %(token)s
    ORDER BY id FOR UPDATE OF message
), settled AS (
    UPDATE messaging_message AS message
    SET status = CASE WHEN go_to = 'pending' AND withdrawn_reason <> '' THEN 'cancelled' ELSE go_to END,
        reason = CASE WHEN go_to = 'pending' THEN withdrawn_reason ELSE '' END,
        lease_token = NULL, lease_until = NULL, last_error = ours.error,
        provider_reference = coalesce(nullif(ours.reference, ''), message.provider_reference),
        sent_at = CASE WHEN go_to = 'sent' THEN <now> END,
        next_attempt_at = CASE WHEN go_to = 'pending' THEN <now> + make_interval(secs => ours.delay)
                               ELSE message.next_attempt_at END
    FROM ours WHERE message.id = ours.id
    RETURNING ours.*, message.status
)
INSERT INTO messaging_attemptoutcome (
    message_id, attempt_id, answer, to_status, provider_reference, error, settled_at
)
SELECT id, attempt, answer, status, reference, error, <now> FROM settled
UNION ALL
SELECT id, attempt, answer, '', reference, error, <now> FROM told WHERE id NOT IN (SELECT id FROM settled)
ON CONFLICT (attempt_id) DO NOTHING
RETURNING to_status
""")
#: What differs from message to message.
_WRITTEN = ("id", "address", "language", "template", "subject", "body", "attachments")
_SETTLED = ("s_id", "s_attempt", "s_to", "s_answer", "s_delay", "s_reference", "s_error")


class _Ready(NamedTuple):
    """A message that may leave, and its finished text."""

    message: Message
    composed: Composed


def send_together(worker: Pass, claimed: Claimed) -> None:
    """All messages of a claimed batch in one call; what cannot leave is treated one by one."""
    left = {message.pk for message in claimed.messages}
    try:
        for sent in _dispatched(worker, claimed, left):
            faults.point(faults.AFTER_DISPATCHING)
            results = call_many(
                worker.carriers[sent[0].message.channel], [each.composed.outgoing for each in sent]
            )
            faults.point(faults.AFTER_ACCEPT)
            _settle(worker, sent, results)
            faults.point(faults.AFTER_SETTLE)
    finally:
        if left:
            release(sorted(left), claimed.token)


def _dispatched(worker: Pass, claimed: Claimed, left: set[int]) -> Iterable[list[Dispatched]]:
    """The messages that are now on their way, as one list, or none."""
    facts = Facts(claimed.messages)
    chosen = list(_going(worker, claimed, facts, left))
    # Links are made in the same transaction as the dispatch.
    needs_links = any(message.link_purpose for message, _go in chosen)
    with transaction.atomic() if needs_links else nullcontext():
        ready = list(_composed(worker, claimed, chosen, left))
        sent = _write_dispatched(worker, claimed, ready) if ready else []
    if fenced := len(ready) - len(sent):
        worker.tally["fenced"] += fenced
    left -= {each.message.pk for each in ready}
    if sent:
        yield sent


def _going(worker: Pass, claimed: Claimed, facts: Facts, left: set[int]) -> Iterable[tuple[Message, Go]]:
    for message in claimed.messages:
        at = worker.database_at()
        try:
            verdict = judge(message, facts, at)
        except DatabaseError:
            raise
        except Exception as error:  # one message's mistake must not stop the others
            left.discard(message.pk)
            worker.tally[worker.not_made(message, claimed, error)] += 1
            continue
        if isinstance(verdict, Go):
            yield message, verdict
        else:
            left.discard(message.pk)
            worker.tally[worker.not_sent(message, claimed, verdict, at)] += 1


def _composed(
    worker: Pass, claimed: Claimed, chosen: list[tuple[Message, Go]], left: set[int]
) -> Iterable[_Ready]:
    for message, go in chosen:
        at = worker.database_at()
        try:
            text = compose(message, go.obj, address=go.address, wordings=worker.wordings, now=at)
            yield _Ready(message, text)
        except DatabaseError:
            raise
        except Exception as error:  # one message's mistake must not stop the others
            left.discard(message.pk)
            worker.tally[worker.not_made(message, claimed, error)] += 1


def _write_dispatched(worker: Pass, claimed: Claimed, ready: list[_Ready]) -> list[Dispatched]:
    channel = ready[0].message.channel
    provider = worker.carriers[channel].name
    kept = [values_of(each.message, each.composed, claimed.token, provider) for each in ready]
    told = [{name: row[name] for name in _WRITTEN} for row in kept]
    values = {"told": records(told), "token": claimed.token, "channel": str(channel), "provider": provider}
    values["now"] = worker.now
    attempts = dict(rows(_DISPATCH_MANY, values))
    return [
        Dispatched(each.message, each.composed, claimed.token, attempts[each.message.pk])
        for each in ready
        if each.message.pk in attempts
    ]


def _settle(worker: Pass, sent: Sequence[Dispatched], results: Sequence[Result]) -> None:
    """One statement for what was accepted or comes again; a refusal may fall back, and is settled by itself."""
    at = worker.database_at()
    told = [answered(each, result, at=at) for each, result in zip(sent, results, strict=True)]
    together = [each for each in told if each.values["s_to"] != MessageStatus.DEAD]
    if together:
        worker.tally.update(status or "fenced" for status in _write_settled(worker, together))
    for each in told:
        if each.values["s_to"] == MessageStatus.DEAD:
            worker.settled(each)
    worker.tell_breaker(worker.carriers[sent[0].message.channel].name, _worst(results))


def _write_settled(worker: Pass, told: list[Answered]) -> list[str]:
    kept = [{name: each.values[name] for name in _SETTLED} for each in told]
    values = {"told": records(kept), "token": told[0].sent.token, "now": worker.now}
    return [status for (status,) in rows(_SETTLE_MANY, values)]


def _worst(results: Sequence[Result]) -> Result:
    """What the breaker is told: trouble only when nothing at all was accepted."""
    accepted = next((result for result in results if isinstance(result, Accepted)), None)
    return accepted or next((result for result in results if isinstance(result, Unknown)), results[0])
