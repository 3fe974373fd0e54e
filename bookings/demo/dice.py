"""Chance that falls the same way every time: each part of the story has dice of its own. Pure."""

from random import Random

SEED = "collagenda demo"


def dice(*names: object) -> Random:
    """Dice for one part of the story; the same names give the same throws, whatever others throw."""
    return Random(":".join([SEED, *map(str, names)]))  # noqa: S311 - a story, not a secret
