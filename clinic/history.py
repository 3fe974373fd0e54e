"""History by database triggers: every change keeps what was before, who did it and in which request."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

import orjson
import pghistory
import pgtrigger
from django.db import models
from pghistory import config, runtime

M = TypeVar("M", bound=type[models.Model])


def tracked(
    *, exclude: tuple[str, ...] = (), found_by: tuple[str, ...] = (), many_at_once: bool = False
) -> Callable[[M], M]:
    """Class decorator: the model gets an append-only `<Model>History` table, filled by triggers.

    Bulk updates and raw SQL are seen too. `exclude` names columns that are derived and would only repeat. A history
    is read by the thing it is about; `found_by` names further columns that it is asked by. `many_at_once` is for rows
    that are written several at a time: one call of the trigger for all of a statement's rows.
    """

    def decorate(model: M) -> M:
        pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            model_name=f"{model.__name__}History",
            exclude=list(exclude) or None,
            append_only=True,
            level=pgtrigger.Statement if many_at_once else pgtrigger.Row,
            meta={"indexes": [_index(model, column) for column in found_by]},
        )(model)
        return model

    return decorate


def _index(model: type[models.Model], column: str) -> models.Index:
    return models.Index(fields=[column], name=f"{model.__name__.lower()}_history_by_{column}")


def told_to_history() -> tuple[str, str] | None:
    """Id and facts (JSON) of the context that changes are made in right now; None outside of one."""
    context = getattr(runtime._tracker, "value", None)  # noqa: SLF001 - the library has no public way to read it
    return (
        None
        if context is None
        else (str(context.id), orjson.dumps(context.metadata, default=_other()).decode())
    )


@cache
def _other() -> Callable[[Any], Any]:
    """What the encoder that the settings name makes of what JSON does not know; the library looks there each time."""
    other: Callable[[Any], Any] = config.json_encoder()().default
    return other


def without_context(wrappers: Iterable[Any]) -> list[Any]:
    """A connection's wrappers for a statement that sets the context itself, or writes nothing.

    The library puts another statement in front of whatever may write, and two statements cannot be prepared.
    """
    return [one for one in wrappers if one is not runtime._inject_history_context]  # noqa: SLF001
