"""How patients of the demo come to a visit. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Manners:
    """One patient's way to one visit."""

    confirms: bool
    answers_at_home: bool
    minutes_early: int
    misses: bool = False
    is_ill_after: bool = False

    @classmethod
    def by(cls, rng: Random, *, misses: bool = False, is_ill_after: bool = False) -> Manners:
        """Most confirm and are a little early; one in twelve is late."""
        early = rng.randint(2, 14) if rng.random() > 0.08 else -rng.randint(16, 24)
        return cls(rng.random() < 0.72, rng.random() < 0.6, early, misses, is_ill_after)
