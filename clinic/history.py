"""History by database triggers: every change keeps what was before, who did it and in which request."""

from collections.abc import Callable
from typing import TypeVar

import pghistory
from django.db import models

M = TypeVar("M", bound=type[models.Model])


def tracked(*, exclude: tuple[str, ...] = ()) -> Callable[[M], M]:
    """Class decorator: the model gets an append-only `<Model>History` table, filled by triggers.

    Bulk updates and raw SQL are seen too. `exclude` names columns that are derived and would only repeat.
    """

    def decorate(model: M) -> M:
        pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            model_name=f"{model.__name__}History",
            exclude=list(exclude) or None,
            append_only=True,
        )(model)
        return model

    return decorate
