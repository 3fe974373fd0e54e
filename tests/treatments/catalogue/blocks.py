"""Tables written as blocks of text: one row a line, the columns apart by spaces."""

from collections.abc import Iterable
from decimal import Decimal


def rows(block: str) -> list[list[str]]:
    """The cells of a block."""
    return [line.split() for line in block.strip().splitlines()]


def cells(*values: object) -> list[str]:
    """Values as cells: "-" for None and for nothing, yes and no for flags."""
    return [_cell(value) for value in values]


def codes(items: Iterable[object]) -> list[str]:
    """The codes of entries, in the order of the file."""
    return [str(getattr(item, "code", "")) for item in items]


def _cell(value: object) -> str:
    if value is None or value == ():
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format(value, "f") if isinstance(value, Decimal) else str(value)
