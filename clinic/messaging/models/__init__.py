"""The outbox and what belongs to it."""

from clinic.messaging.models.attempts import AttemptOutcome, DeliveryReport, MessageAttempt
from clinic.messaging.models.consents import ContactChoice
from clinic.messaging.models.inbound import InboundMessage
from clinic.messaging.models.messages import Message, MessageStatusChange
from clinic.messaging.models.running import Heartbeat, PeriodicRun, ProviderHealth
from clinic.messaging.models.texts import TextVersion

__all__ = [
    "AttemptOutcome",
    "ContactChoice",
    "DeliveryReport",
    "Heartbeat",
    "InboundMessage",
    "Message",
    "MessageAttempt",
    "MessageStatusChange",
    "PeriodicRun",
    "ProviderHealth",
    "TextVersion",
]
