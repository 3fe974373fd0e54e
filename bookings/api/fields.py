"""The shapes that requests are made of: instants on the five-minute grid, days, and things the user may see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from bookings.timegrid import CELL_SECONDS

FIRST_YEAR, LAST_YEAR = 2000, 2100
BIG = 2**62


def is_id(value: Any) -> bool:
    """Whether a value of a body may be the id of a row."""
    return type(value) is int and 1 <= value <= BIG


class IdField(serializers.IntegerField):
    """The id of a row; a number that may be one is not looked at any closer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=BIG, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        """The id."""
        return data if is_id(data) else super().run_validation(data)


@extend_schema_field({"type": "string", "format": "date-time", "examples": ["2026-03-30T09:00:00+02:00"]})
class InstantField(serializers.DateTimeField):
    """An instant with an offset, between 2000 and 2100; it comes out in UTC."""

    default_error_messages = {
        "naive": _("Write the instant with an offset, like 2026-03-30T09:00:00+02:00."),
        "far": _("This is not a date that a clinic works with."),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        """Refuses an instant without an offset instead of guessing one."""
        if value.utcoffset() is None:
            self.fail("naive")
        if not FIRST_YEAR <= value.year < LAST_YEAR:
            self.fail("far")
        return value.astimezone(UTC)


@extend_schema_field({"type": "string", "format": "date-time", "examples": ["2026-03-30T09:00:00+02:00"]})
class StartField(InstantField):
    """A start: on a five-minute mark."""

    default_error_messages = {"mark": _("Appointments start on a five-minute mark.")}

    def enforce_timezone(self, value: datetime) -> datetime:
        """Refuses minutes between two marks, and seconds."""
        moment = super().enforce_timezone(value)
        if moment.timestamp() % CELL_SECONDS:
            self.fail("mark")
        return moment


class DayField(serializers.DateField):
    """A local day between 2000 and 2100."""

    default_error_messages = {"far": _("This is not a date that a clinic works with.")}

    def to_internal_value(self, value: Any) -> date:
        """A date within reach."""
        day = super().to_internal_value(value)
        if not FIRST_YEAR <= day.year < LAST_YEAR:
            self.fail("far")
        return day


class VisibleField(serializers.PrimaryKeyRelatedField):  # type: ignore[type-arg]
    """A thing by its id, from those that the user may see: anything else does not exist for them."""

    def __init__(
        self,
        *,
        rows: Callable[[Any], QuerySet[Any]] | None = None,
        find: Callable[[Any, int], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.rows, self.find = rows, find
        if rows is not None:
            kwargs["pk_field"] = IdField()
        super().__init__(**kwargs)

    def get_queryset(self) -> Any:
        """The rows of the user who asks."""
        if self.rows is None:
            return super().get_queryset()
        return self.rows(self.context["request"].user)

    def to_internal_value(self, data: Any) -> Any:
        """The row; by a prepared read where there is one."""
        if self.find is None or self.pk_field is None:
            return super().to_internal_value(data)
        found = self.find(self.context["request"].user, self.pk_field.to_internal_value(data))
        if found is None:
            self.fail("does_not_exist", pk_value=data)
        return found

    def use_pk_only_optimization(self) -> bool:
        """The whole row is needed."""
        return False
