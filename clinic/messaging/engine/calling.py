"""Step 3: call the provider, with no transaction open, for twenty seconds at the most."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import cast

import structlog

from clinic.messaging.channels.base import CALL_SECONDS, Carrier, CarriesMany, Outgoing, Result, Unknown

log = structlog.get_logger(__name__)


def call(carrier: Carrier, outgoing: Outgoing, *, seconds: float = CALL_SECONDS) -> Result:
    """The carrier's answer; `Unknown` when it did not come in time or the carrier broke."""
    return _in_time(carrier, lambda: [carrier.send(outgoing)], [outgoing], seconds)[0]


def call_many(
    carrier: Carrier, outgoing: Sequence[Outgoing], *, seconds: float = CALL_SECONDS
) -> Sequence[Result]:
    """The carrier's answers, one for each; `Unknown` for all of them when it did not answer for all of them."""
    many = cast(CarriesMany, carrier)
    return _in_time(carrier, lambda: many.send_many(outgoing), outgoing, seconds)


def _in_time(
    carrier: Carrier, work: Callable[[], Sequence[Result]], sent: Sequence[Outgoing], seconds: float
) -> Sequence[Result]:
    if carrier.capabilities.is_local:
        return _answers(carrier, work, sent)
    answers: queue.SimpleQueue[Sequence[Result]] = queue.SimpleQueue()
    # A socket's own time-out starts again with every byte; only this one counts the whole call.
    threading.Thread(target=lambda: answers.put(_answers(carrier, work, sent)), daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return [Unknown(f"no answer within {seconds:g} s")] * len(sent)


def _answers(
    carrier: Carrier, work: Callable[[], Sequence[Result]], sent: Sequence[Outgoing]
) -> Sequence[Result]:
    try:
        told = work()
    except Exception as error:  # a carrier's mistake must not stop the others' messages
        log.exception("The channel broke", carrier=carrier.name, message_id=sent[0].message_id)
        return [Unknown(f"the channel broke: {type(error).__name__}")] * len(sent)
    return told if len(told) == len(sent) else [Unknown("not one answer for each message")] * len(sent)
