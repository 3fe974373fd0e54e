"""What follows from a value that never changes is worked out once per process, and kept with that value."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Result = TypeVar("Result")
Work = TypeVar("Work", bound=Callable[..., Any])
#: So many answers are kept; the next one begins anew.
MOST = 4096


def worked_out_once(work: Work) -> Work:
    """Decorator: what the function gives is kept for the very same first argument and equal others.

    For first arguments that never change but are large: a protocol's definition is as quickly told by where it is
    as it is slow to compare. The others must be hashable. What is given is shared: nobody may change it.
    """
    kept: dict[tuple[Any, ...], tuple[Any, Any]] = {}

    @wraps(work)
    def known(value: Any, *others: Any) -> Any:
        key = (id(value), *others)
        found = kept.get(key)
        if found is None:
            if len(kept) >= MOST:
                kept.clear()
            # The value itself is kept too: as long as it is here, nothing else can be where it is.
            found = kept[key] = (value, work(value, *others))
        return found[1]

    return known  # type: ignore[return-value]
