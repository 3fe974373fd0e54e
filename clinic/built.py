"""Models made of columns that are known, without asking each field in turn: for what is made many times a second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import models
from django.db.models import base

Row = TypeVar("Row", bound=models.Model)


class BuiltRows:
    """Makes a model of a row as `Model.from_db` does, of what was read alone: no column is asked for its default.

    For models that do nothing of their own when they are made, as none of ours does.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self._model = model

    def from_db(self, db: str, names: Sequence[str], values: Sequence[Any]) -> models.Model:
        """What was not read is deferred: it is read when it is asked for."""
        made = self._model.__new__(self._model)
        made.__dict__.update(zip(names, values, strict=True))
        made._state = base.ModelState()  # noqa: SLF001 - what Model.__init__ does
        made._state.adding, made._state.db = False, db  # noqa: SLF001
        return made


def new_row(model: type[Row], **values: Any) -> Row:
    """A model that is yet to be written, as its constructor makes it; related rows are given as objects or None."""
    made, state = model.__new__(model), base.ModelState()
    made.__dict__.update(_blank(model), _state=state)
    for name, value in values.items():
        field: Any = model._meta.get_field(name)  # noqa: SLF001 - Django's public way to the fields
        if field.is_relation:
            state.fields_cache[name] = value
        made.__dict__[field.attname] = getattr(value, "pk", None) if field.is_relation else value
    return made


@cache
def _blank(model: type[models.Model]) -> dict[str, Any]:
    """The defaults of a model; ValueError when one is made anew for each row."""
    fields = model._meta.concrete_fields  # noqa: SLF001
    if made := [field.name for field in fields if callable(field.default) and field.has_default()]:
        raise ValueError(f"{model.__name__} makes {', '.join(made)} anew for each row: call it")
    return {field.attname: field.get_default() for field in fields}


def build_quickly(relations: Iterable[Any]) -> None:
    """Lets Django's populators of related rows make them like this too."""
    for relation in relations:
        relation.model_cls = BuiltRows(relation.model_cls)
        build_quickly(relation.related_populators)
