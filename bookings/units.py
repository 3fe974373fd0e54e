"""One unit of work: one transaction, tried again as a whole when PostgreSQL picked it as the victim of a deadlock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, connection, transaction

from bookings.refusals import RETRIED, refusal, sqlstate
from clinic.ahead import forget

Args = ParamSpec("Args")
Result = TypeVar("Result")
ATTEMPTS = 3
_memory: ContextVar[dict[Any, Any] | None] = ContextVar("what a unit of work has read", default=None)


def unit(action: Callable[Args, Result]) -> Callable[Args, Result]:
    """Decorator: the action runs in one transaction, whole or not at all.

    A unit called by a unit belongs to the outer one. Refusals of the database become ours; a deadlock or a
    serialisation failure tries the whole unit again, at most three times, unless a caller holds the transaction.
    """
    return _as_unit(action)


def unit_of_one_write(action: Callable[Args, Result]) -> Callable[Args, Result]:
    """Decorator: the same for an action that reads, and then writes with one statement or with a unit.

    That statement is the transaction: nothing is told to begin or to commit. Inside any unit it belongs to that.
    """
    return _as_unit(action, begins=False)


def _as_unit(action: Callable[Args, Result], *, begins: bool = True) -> Callable[Args, Result]:
    @wraps(action)
    def run(*args: Args.args, **kwargs: Args.kwargs) -> Result:
        if _memory.get() is not None and (connection.in_atomic_block or not begins):
            return action(*args, **kwargs)
        attempts = 1 if connection.in_atomic_block else ATTEMPTS
        for attempt in range(1, attempts + 1):
            try:
                with _remembering(is_fresh=begins or attempt > 1), _opened(begins):
                    return action(*args, **kwargs)
            except DatabaseError as error:
                if ours := refusal(error):
                    raise ours from error
                if sqlstate(error) not in RETRIED or attempt == attempts:
                    raise
        raise AssertionError("the last attempt returns or raises")

    return run


def _opened(begins: bool) -> AbstractContextManager[Any]:
    """Inside a transaction that no unit began, a refusal by the database must not end what that has done so far."""
    return transaction.atomic() if begins or connection.in_atomic_block else nullcontext()


@contextmanager
def _remembering(*, is_fresh: bool) -> Iterator[None]:
    """Who begins a transaction reads in it; what only reads until it writes may use what was read just before."""
    mark = _memory.set({})
    if is_fresh:
        forget()
    try:
        yield
    finally:
        forget()
        _memory.reset(mark)


def is_remembered(key: Any) -> bool:
    """Whether this unit of work has read it already."""
    return key in (_memory.get() or {})


def remembered(key: Any, read: Callable[[], Result]) -> Result:
    """What `read` gives, read once in a unit of work; read anew by whoever is outside of one."""
    memory = _memory.get()
    if memory is None:
        return read()
    if key not in memory:
        memory[key] = read()
    found: Result = memory[key]
    return found
