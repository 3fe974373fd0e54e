"""New times of several sessions as a form carries them: what was shown is what is accepted, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bookings.actions.reflowing import Moved, NewTime


def value_of_change(one: Moved) -> str:
    """A new time of a session: number, version, start, then role=resource."""
    roles = [f"{role}={pk}" for role, pk in sorted(one.slot.assignment.items())]
    return "|".join([str(one.number), str(one.version or ""), one.slot.start.isoformat(), *roles])


def times_in(values: Iterable[str]) -> dict[int, NewTime]:
    """Session number → its new time; nonsense is left out."""
    found = {}
    for text in values:
        number, version, start, *pairs = [*text.split("|"), "", ""][: max(3, text.count("|") + 1)]
        try:
            starts_at = datetime.fromisoformat(start)
            assignment = {role: int(pk) for role, _sign, pk in (pair.partition("=") for pair in pairs)}
            found[int(number)] = NewTime(starts_at, assignment, int(version) if version else None)
        except ValueError:
            continue
    return found
