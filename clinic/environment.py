"""Reads settings from the environment: a missing one names its cure, a secret may come from a file."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

PRODUCTION, DEMO, TEST = "production", "demo", "test"
ENVIRONMENTS = (PRODUCTION, DEMO, TEST)


def environment() -> str:
    """Which kind of run this is: production (the default), demo or test."""
    name = os.environ.get("COLLAGENDA_ENV", PRODUCTION)
    if name not in ENVIRONMENTS:
        raise ImproperlyConfigured(
            f"COLLAGENDA_ENV is {name!r}; it must be one of {', '.join(ENVIRONMENTS)}."
        )
    return name


def text(name: str, default: str | None = None, *, cure: str = "") -> str:
    """The variable, or the content of the file that NAME_FILE names, or the default."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. {cure}".strip())
    return value


def flag(name: str, *, default: bool) -> bool:
    """True or False; anything else is refused, so that a typing mistake cannot switch safety off."""
    value = os.environ.get(name, "")
    words = {"": default, "True": True, "true": True, "1": True, "False": False, "false": False, "0": False}
    if value not in words:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be True, False or empty.")
    return words[value]


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, "")
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.") from None


def table(name: str) -> dict[str, Any]:
    """Names and values as a JSON object; empty when it is not set. From a file like every secret."""
    try:
        value = json.loads(text(name, "") or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f'{name} must be a JSON object, such as {{"NAME": "value"}}.')
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, without empty words."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]
