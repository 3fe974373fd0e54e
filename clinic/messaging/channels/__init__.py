"""Which carrier serves which channel, from the settings."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from clinic.messaging.channels.base import Carrier
from clinic.messaging.words import Channel

#: Short names for SMS_CHANNEL; a dotted path works too.
SMS_CARRIERS = {
    "file": "clinic.messaging.channels.local.FileSms",
    "console": "clinic.messaging.channels.local.ConsoleSms",
    "memory": "clinic.messaging.channels.local.MemorySms",
    "null": "clinic.messaging.channels.local.NullCarrier",
    "null-batched": "clinic.messaging.channels.local.NullBatchCarrier",
    "http": "clinic.messaging.channels.http.HttpSms",
    "twilio": "clinic.messaging.channels.twilio.TwilioSms",
    "vonage": "clinic.messaging.channels.vonage.VonageSms",
}


def carrier(channel: str) -> Carrier:
    """The carrier of a channel."""
    if channel == Channel.EMAIL:
        return _carrier("clinic.messaging.channels.email.DjangoEmail", "")
    return _carrier(settings.SMS_CHANNEL, settings.SMS_URL)


@cache
def _carrier(name: str, url: str) -> Carrier:
    made: Carrier = import_string(SMS_CARRIERS.get(name, name))(url)
    return made


def forget_carriers() -> None:
    """After a change of settings in a test."""
    _carrier.cache_clear()
