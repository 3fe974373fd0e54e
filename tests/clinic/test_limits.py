"""How often is too often: tokens, wrong tokens, logins; and what happens while the counter is away."""

import json
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as RedisGone

from clinic.api.authentication import token_hash
from clinic.caches import ForgivingRedisCache
from clinic.counting import Tallies, wait_after
from clinic.models import ApiToken, Location
from tests.conftest import MORNING
from tests.factories import LocationFactory, staff

PATH = "/api/v1/appointments/"


@pytest.fixture
def place(db: None, clock: object) -> Location:
    """A location, nine in the morning."""
    return LocationFactory()


def token(place: Location, text: str) -> dict[str, str]:
    """The header of a new token of the front desk."""
    ApiToken.objects.create(token_hash=token_hash(text), user=staff(at=place), created_at=MORNING)
    return {"Authorization": f"Bearer {text}"}


def statuses(headers: dict[str, str], times: int) -> list[int]:
    """What so many requests are answered with."""
    return [Client().get(PATH, headers=headers).status_code for _ in range(times)]


def test_a_token_that_sends_too_much_is_told_when_to_come_back(
    place: Location, settings: object, clock: object
) -> None:
    settings.API_REQUESTS_A_MINUTE = 3  # type: ignore[attr-defined]
    busy, quiet = token(place, "busy"), token(place, "quiet")
    clock.shift(20)  # type: ignore[attr-defined]
    assert statuses(busy, 4) == [200, 200, 200, 429]
    refused = Client().get(PATH, headers=busy)
    assert (refused["Retry-After"], refused["Content-Type"]) == ("40", "application/problem+json")
    assert json.loads(refused.content)["code"] == "throttled"
    assert statuses(quiet, 1) == [200]
    clock.shift(40)  # type: ignore[attr-defined]
    assert statuses(busy, 1) == [200]


def test_an_address_that_tries_tokens_is_refused_and_others_are_not(
    place: Location, settings: object
) -> None:
    settings.API_WRONG_TOKENS_A_MINUTE = 2  # type: ignore[attr-defined]
    wrong = {"Authorization": "Bearer nobody-knows-it"}
    assert statuses(wrong, 3) == [401, 401, 429]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").get(PATH, headers=wrong)
    assert elsewhere.status_code == 401
    assert statuses(token(place, "known"), 1) == [200]


def test_behind_a_proxy_the_address_is_the_callers(place: Location, settings: object) -> None:
    settings.API_WRONG_TOKENS_A_MINUTE = 1  # type: ignore[attr-defined]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]
    answers = [
        Client().get(PATH, headers={"Authorization": "Bearer x", "X-Forwarded-For": seen}).status_code
        for seen in ("192.0.2.7", "192.0.2.8", "203.0.113.1, 192.0.2.7")
    ]
    assert answers == [401, 401, 429]


def test_every_operation_says_that_it_may_answer_429_with_retry_after(db: None) -> None:
    answer = Client().get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    operations = [
        operation
        for methods in json.loads(answer.content)["paths"].values()
        for operation in methods.values()
        if "401" in operation["responses"]
    ]
    assert len(operations) > 20
    assert all("Retry-After" in one["responses"]["429"]["headers"] for one in operations)


def test_wrong_passwords_are_counted_for_the_account(place: Location) -> None:
    user = staff(at=place)
    told = {"login": user.email, "password": "wrong-and-wrong-again"}
    pages = [Client().post("/account/login/", told).content.decode() for _ in range(6)]
    assert ["Too many failed" in page for page in pages] == [False] * 5 + [True]


def gone(_cache: Any) -> Any:
    """What asks a server that is away."""
    raise RedisGone


def test_without_the_counter_nobody_is_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForgivingRedisCache, "_cache", property(gone))
    away = ForgivingRedisCache("redis://127.0.0.1:1", {})
    monkeypatch.setattr("clinic.counting.cache", away)
    assert [wait_after("token:1", limit=1) for _ in range(3)] == [0, 0, 0]
    assert (away.get("x", "nothing"), away.add("x", 1), away.delete("x")) == ("nothing", True, False)


def test_two_processes_that_count_for_themselves_stop_at_the_limit_together(clock: Any) -> None:
    here, there = Tallies(), Tallies()
    found = [one.add("busy", time.time(), 20) for _ in range(12) for one in (here, there)]
    assert found[-1] == 24  # the last half was counted together
    assert sum(count > 20 for count in found) in (
        4,
        5,
    )  # what each kept for itself lets at most one more pass
    clock.shift(60)
    assert here.add("busy", time.time(), 20) == 1


def test_far_below_the_limit_the_shared_counter_is_asked_once_a_second(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []

    def count(_key: str, more: int) -> int:
        told.append(more)
        return sum(told)

    monkeypatch.setattr("clinic.counting._count", count)
    tallies = Tallies()
    found = [tallies.add("x", time.time(), 1000) for _ in range(5)]
    clock.shift(1)
    found.append(tallies.add("x", time.time(), 1000))
    assert (found, told) == ([1, 2, 3, 4, 5, 6], [1, 5])


def test_a_minute_is_counted_by_itself(clock: object) -> None:
    assert [wait_after("x", limit=2) for _ in range(3)] == [0, 0, 60]
    clock.shift(60)  # type: ignore[attr-defined]
    assert wait_after("x", limit=2) == 0
    assert cache.get("count:x:nothing") is None
