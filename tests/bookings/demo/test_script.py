"""The pure half of the demo: the same people, plans and days every time; stories in order of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import phonenumbers
import pytest
from django.core.management import CommandError, call_command

from bookings.demo.days import Gap, series_days
from bookings.demo.deck import LONGEST_AGO, Rhythm, Stage, kinds, scripts
from bookings.demo.dice import dice
from bookings.demo.people import patients
from bookings.demo.walking import Walk

TODAY = date(2026, 6, 10)
FOUR_WEEKS = Rhythm((28,) * 11)
RHYTHMS = dict.fromkeys((plan["protocol"] for plan in kinds()), FOUR_WEEKS)
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


def test_patients_are_the_same_every_time() -> None:
    assert patients("riverside", TODAY) == patients("riverside", TODAY)
    assert [len(patients(slug, TODAY)) for slug in ("riverside", "hudson")] == [200, 100]


def test_patients_have_valid_numbers_that_ring_nowhere_and_use_each_once() -> None:
    numbers = [
        row["phone"] for slug in ("riverside", "hudson") for row in patients(slug, TODAY) if row["phone"]
    ]
    assert len(numbers) == len(set(numbers))
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)
    assert {number[:9] for number in numbers} <= {"+49171392", "+49176040", "+19175550"}
    assert {row["email"].rpartition("@")[2] for row in patients("hudson", TODAY)} == {"example.org"}


def test_patients_speak_six_languages() -> None:
    spoken = {row["language"] for slug in ("riverside", "hudson") for row in patients(slug, TODAY)}
    assert spoken == {"de", "en", "es", "fr", "tr", "zh-hans"}


def test_deck_has_ninety_plans_in_every_stage_and_none_begins_too_long_ago() -> None:
    found = [*scripts("riverside", RHYTHMS), *scripts("hudson", RHYTHMS)]
    assert len(found) == 90
    assert set(Counter(script.stage for script in found)) == set(Stage)
    assert all(FOUR_WEEKS.days_to(script.anchor) - script.days <= LONGEST_AGO for script in found)
    assert found == [*scripts("riverside", RHYTHMS), *scripts("hudson", RHYTHMS)]


@pytest.mark.parametrize("anchor", [1, 3, 5])
def test_days_of_a_series_keep_their_gaps_and_avoid_closed_days(anchor: int) -> None:
    gaps = [Gap(28, 28, 42)] * 4
    days = series_days(
        anchor, TODAY, gaps, is_open=lambda day: day.weekday() != 6 or day == TODAY, rng=dice("days")
    )
    assert days[anchor - 1] == TODAY
    assert all(28 <= (later - earlier).days <= 42 for earlier, later in pairwise(days))
    assert all(day.weekday() != 6 for day in days)


def test_walk_goes_in_order_of_time_and_stops_at_its_end() -> None:
    told: list[tuple[str, datetime]] = []

    def story(name: str, hours: int) -> Generator[datetime, datetime, None]:
        now = yield NOON - timedelta(hours=hours)
        while True:
            told.append((name, now))
            now = yield now + timedelta(hours=2)

    walk = Walk(until=NOON)
    walk.tell(story("early", 4))
    walk.tell(story("late", 3))
    assert walk.run() == 5
    assert [(name, (NOON - at).total_seconds() / 3600) for name, at in told] == [
        ("early", 4),
        ("late", 3),
        ("early", 2),
        ("late", 1),
        ("early", 0),
    ]


def test_story_that_is_told_on_the_way_never_goes_back() -> None:
    told: list[datetime] = []

    def child() -> Generator[datetime, datetime, None]:
        told.append((yield NOON - timedelta(days=9)))

    def parent() -> Generator[datetime, datetime, None]:
        yield NOON - timedelta(hours=1)
        walk.tell(child())

    walk = Walk(until=NOON)
    walk.tell(parent())
    walk.run()
    assert told == [NOON - timedelta(hours=1)]


def test_command_refuses_production(settings: pytest.FixtureRequest) -> None:
    settings.IS_DEMO = settings.IS_TEST = False  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="only with COLLAGENDA_ENV=demo or test"):
        call_command("load_demo")
