"""Answers that were read before somebody asks for them, together with others in one round trip.

Each is given once, to who next asks the same question with the same facts. Nothing is kept beyond that: a unit of work
or a request that begins forgets what was left over (`forget`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

#: Question → its facts and its rows.
Answers = Mapping[Any, tuple[Any, list[Any]]]
_kept: ContextVar[dict[Any, tuple[Any, list[Any]]] | None] = ContextVar("answers read ahead", default=None)


def keep(answers: Answers) -> None:
    """Keeps answers for who will ask for them."""
    _kept.set({**(_kept.get() or {}), **answers})


def is_kept(question: Any, facts: Any) -> bool:
    """Whether the answer to this question with these facts is here."""
    kept = (_kept.get() or {}).get(question)
    return kept is not None and bool(kept[0] == facts)


def taken(question: Any, facts: Any) -> list[Any] | None:
    """The kept answer, which is then gone; None when there is none."""
    kept = _kept.get()
    found = kept.get(question) if kept else None
    if not kept or found is None or found[0] != facts:
        return None
    del kept[question]
    return found[1]


def forget() -> None:
    """Lets go of what was read ahead and not asked for."""
    _kept.set(None)
