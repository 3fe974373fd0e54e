"""Step 3: call the provider, with no transaction open, for twenty seconds at the most."""

from __future__ import annotations

import queue
import threading

import structlog

from clinic.messaging.channels.base import CALL_SECONDS, Carrier, Outgoing, Result, Unknown

log = structlog.get_logger(__name__)


def call(carrier: Carrier, outgoing: Outgoing, *, seconds: float = CALL_SECONDS) -> Result:
    """The carrier's answer; `Unknown` when it did not come in time or the carrier broke."""
    if carrier.capabilities.is_local:
        return _answer(carrier, outgoing)
    answers: queue.SimpleQueue[Result] = queue.SimpleQueue()
    # A socket's own time-out starts again with every byte; only this one counts the whole call.
    threading.Thread(target=lambda: answers.put(_answer(carrier, outgoing)), daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return Unknown(f"no answer within {seconds:g} s")


def _answer(carrier: Carrier, outgoing: Outgoing) -> Result:
    try:
        return carrier.send(outgoing)
    except Exception as error:  # a carrier's mistake must not stop the others' messages
        log.exception("The channel broke", carrier=carrier.name, message_id=outgoing.message_id)
        return Unknown(f"the channel broke: {type(error).__name__}")
