"""What follows from a value that never changes is worked out once, and belongs to that very value."""

from __future__ import annotations

import gc

from clinic import derived
from clinic.derived import worked_out_once


class Text:
    """A value that compares equal to others with the same words, as definitions do."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and other.words == self.words

    __hash__ = None  # type: ignore[assignment]


def test_worked_out_once_for_the_same_value_and_equal_others() -> None:
    asked: list[tuple[str, int]] = []

    @worked_out_once
    def longer(text: Text, by: int) -> list[str]:
        asked.append((text.words, by))
        return [text.words * by]

    one, other = Text("a"), Text("a")
    assert longer(one, 2) is longer(one, 2)
    assert (longer(one, 3), longer(other, 2)) == (["aaa"], ["aa"])
    assert asked == [("a", 2), ("a", 3), ("a", 2)]


def test_value_that_is_gone_lends_its_place_to_nobody() -> None:
    """Python gives the place of a value to the next one as soon as nobody has it."""

    @worked_out_once
    def words(text: Text) -> str:
        return text.words

    assert [words(Text(str(number))) for number in range(50)] == [str(number) for number in range(50)]


def test_refusal_is_not_remembered_and_what_is_kept_is_bounded() -> None:
    asked: list[str] = []

    @worked_out_once
    def checked(text: Text) -> str:
        asked.append(text.words)
        if len(asked) == 1:
            raise ValueError(text.words)
        return text.words

    first = Text("first")
    try:
        checked(first)
    except ValueError:
        assert checked(first) == "first"
    before = len(gc.get_objects())
    for number in range(3 * derived.MOST):
        checked(Text(str(number)))
    gc.collect()
    assert len(gc.get_objects()) - before < 3 * derived.MOST
    assert checked(first) == "first"
    assert asked.count("first") == 3
