"""What a text costs."""

from __future__ import annotations

import pytest

from clinic.messaging.segments import Cost, cost, economical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, Cost("GSM-7", 160, 1)),
        ("a" * 161, Cost("GSM-7", 161, 2)),
        ("a" * 306, Cost("GSM-7", 306, 2)),
        ("a" * 307, Cost("GSM-7", 307, 3)),
        ("€" * 80, Cost("GSM-7", 160, 1)),
        ("a" * 152 + "€" * 10, Cost("GSM-7", 172, 2)),
        ("到" * 70, Cost("UCS-2", 70, 1)),
        ("到" * 71, Cost("UCS-2", 71, 2)),
        ("😀" * 35, Cost("UCS-2", 70, 1)),
        ("😀" * 67, Cost("UCS-2", 134, 3)),
    ],
)
def test_cost_counts_as_the_networks_do(text: str, expected: Cost) -> None:
    assert cost(text) == expected


def test_an_extended_character_is_not_cut_in_two() -> None:
    assert cost("a" * 152 + "€" + "a" * 152) == Cost("GSM-7", 306, 3)


def test_typography_becomes_plain_and_accents_go_only_where_that_saves() -> None:
    assert economical("“Hi” – it’s 5\u00a0pm…") == '"Hi" - it\'s 5 pm...'
    assert economical("Müller é") == "Müller é"
    long_turkish = "şimdi için önerileriniz " * 4
    assert economical(long_turkish) == "simdi icin önerileriniz " * 4
    assert economical("到了") == "到了"
