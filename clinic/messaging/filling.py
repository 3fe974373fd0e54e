"""Filling a text: `{name}` for a variable, `[[…]]` left out when a variable inside has no value. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_BLANK_LINES = re.compile(r"\n\s*\n+")


class MissingVariable(Exception):
    """A text needs a value that nobody gave, outside of [[…]]."""


@lru_cache(maxsize=1024)
def variables_in(text: str) -> frozenset[str]:
    """The names that a text uses."""
    return frozenset(_VARIABLE.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The finished text; raises `MissingVariable`. Empty paragraphs vanish, values are not filled again."""
    without = text
    if "[[" in text:
        without = _OPTIONAL.sub(lambda part: part[1] if _is_complete(part[1], values) else "", text)
    if missing := sorted(name for name in variables_in(without) if not values.get(name)):
        raise MissingVariable(f"the text needs {', '.join('{' + name + '}' for name in missing)}")
    filled = _VARIABLE.sub(lambda part: values[part[1]], without)
    return "\n\n".join(paragraphs(filled))


def paragraphs(text: str) -> list[str]:
    """The parts between empty lines, without empty ones."""
    return [part.strip() for part in _BLANK_LINES.split(text.strip()) if part.strip()]


def _is_complete(part: str, values: Mapping[str, str]) -> bool:
    return all(values.get(name) for name in variables_in(part))
