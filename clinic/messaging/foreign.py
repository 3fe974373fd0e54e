"""Parts of a text in another language than its own: whoever says one notes it, whoever shows the text may watch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_noted: ContextVar[list[str] | None] = ContextVar("_noted", default=None)


@contextmanager
def watching() -> Iterator[list[str]]:
    """The parts that are said without a translation while the block runs."""
    noted: list[str] = []
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def note(part: str) -> None:
    """This part has no translation and is said as it was written."""
    if (noted := _noted.get()) is not None:
        noted.append(part)
