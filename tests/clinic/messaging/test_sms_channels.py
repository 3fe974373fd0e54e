"""Texts over HTTP, with a provider in a process of its own."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clinic.messaging.channels.base import Accepted, NotThere, Outgoing, Permanent, Result, Temporary, Unknown
from clinic.messaging.channels.http import HttpSms
from clinic.messaging.channels.local import FileSms
from clinic.messaging.channels.twilio import TwilioSms
from clinic.messaging.channels.vonage import VonageSms
from clinic.messaging.engine.calling import call
from tests.clinic.messaging.carriers import Provider, told

TEXT = Outgoing(message_id=7, key="message-7", to="+491701234567", text="Riverside: see you. ä € 到")


@pytest.fixture
def generic(provider: Provider) -> HttpSms:
    return HttpSms(provider.url("http", "from=Riverside&webhook_secret=s3cret"))


@pytest.fixture
def twilio(provider: Provider) -> TwilioSms:
    return TwilioSms(provider.url("twilio", "from=%2B4930123"))


@pytest.fixture
def vonage(provider: Provider) -> VonageSms:
    return VonageSms(provider.url("vonage", "from=Riverside&signature_secret=s3cret"))


def test_generic_hands_a_text_over_once_however_often_it_tries(generic: HttpSms, provider: Provider) -> None:
    first = generic.send(TEXT)
    assert generic.send(TEXT) == first
    assert told(provider) == [("message-7", TEXT.to, TEXT.text)]


def test_generic_takes_many_at_once_and_answers_for_each(provider: Provider) -> None:
    carrier = HttpSms(provider.url("http", "from=Riverside&batch=yes"))
    assert (carrier.capabilities.can_batch, HttpSms(provider.url("http", "")).capabilities.can_batch) == (
        True,
        False,
    )
    batch = [
        replace(TEXT, key="message-71"),
        replace(TEXT, key="message-72", to="+15005550001"),
        replace(TEXT, key="message-73"),
    ]
    first, refused, third = carrier.send_many(batch)
    assert isinstance(first, Accepted)
    assert isinstance(refused, Permanent)
    assert isinstance(third, Accepted)
    assert [first, refused, third] == carrier.send_many(batch)  # the same keys again are the same texts
    assert [line["key"] for line in provider.accepted()].count("message-71") == 1
    provider.behave("500")
    assert {type(result) for result in carrier.send_many(batch)} == {Temporary}
    provider.behave("drop")
    assert {type(result) for result in carrier.send_many(batch)} == {Unknown}


def test_generic_can_be_asked(generic: HttpSms) -> None:
    assert generic.lookup("message-7") == NotThere()
    sent = generic.send(TEXT)
    assert isinstance(sent, Accepted)
    assert generic.lookup("message-7") == sent


def test_twilio_shape(twilio: TwilioSms, provider: Provider) -> None:
    assert isinstance(twilio.send(TEXT), Accepted)
    assert told(provider) == [("message-7", TEXT.to, TEXT.text)]
    refused = Outgoing(message_id=9, key="message-9", to="+15005550001", text="x")
    assert twilio.send(refused) == Permanent("error 21211")


def test_vonage_shape(vonage: VonageSms, provider: Provider) -> None:
    assert isinstance(vonage.send(TEXT), Accepted)
    assert told(provider) == [("message-7", TEXT.to.lstrip("+"), TEXT.text)]


@pytest.mark.parametrize("shape", ["generic", "twilio", "vonage"])
@pytest.mark.parametrize(("mode", "answer"), [("500", Temporary), ("429", Temporary), ("drop", Unknown)])
def test_a_provider_in_trouble_gets_an_honest_answer(
    shape: str, mode: str, answer: type[Result], provider: Provider, request: pytest.FixtureRequest
) -> None:
    carrier = request.getfixturevalue(shape)
    provider.behave(mode)
    assert isinstance(carrier.send(TEXT), answer)
    assert len(provider.accepted()) == (1 if mode == "drop" else 0)


def test_429_says_how_long_to_wait(generic: HttpSms, provider: Provider) -> None:
    provider.behave("429")
    answer = generic.send(TEXT)
    assert isinstance(answer, Temporary)
    assert answer.retry_after is not None
    assert answer.retry_after.total_seconds() == 1


def test_a_provider_that_hangs_is_left_alone_in_time(generic: HttpSms, provider: Provider) -> None:
    provider.behave("hang")
    begun = time.monotonic()
    assert call(generic, TEXT, seconds=0.3) == Unknown("no answer within 0.3 s")
    assert time.monotonic() - begun < 2


def test_nobody_there_is_certainly_not_sent() -> None:
    answer = HttpSms("http://127.0.0.1:9/http").send(TEXT)
    assert answer == Temporary("not reached: ConnectionRefusedError")


def test_the_file_channel_writes_one_line_per_text(tmp_path: Path, settings: Any) -> None:
    settings.OUTBOX_DIR = tmp_path
    FileSms().send(TEXT)
    FileSms().send(TEXT)
    lines = (tmp_path / "sms.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == [TEXT.text, TEXT.text]
