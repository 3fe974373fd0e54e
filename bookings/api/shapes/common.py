"""What all of them share: how a shape is made, and who and what is named in many of them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.fields import Field, empty
from rest_framework.utils import html

from bookings.api.fields import IdField
from bookings.series import PartOfDay


class Shape(serializers.Serializer[Any]):
    """A serializer that only describes and checks: nothing is saved by it.

    A field that the body does not name, need not, and has no default says nothing: it is not asked.
    """

    _named: Any = None

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """What the body says, by field; ValidationError says what is wrong with it."""
        self._named = None if html.is_html_input(data) else data
        found: dict[str, Any] = super().to_internal_value(data)
        return found

    def run_validators(self, value: Any) -> None:
        """As DRF's, which prepares for validators also where there are none."""
        if self.validators:
            super().run_validators(value)

    @property
    def _writable_fields(self) -> list[Field[Any, Any, Any, Any]]:
        named, fields = self._named, self.fields.values()
        return [
            field
            for field in fields
            if not field.read_only
            and (named is None or field.field_name in named or field.required or field.default is not empty)
        ]


class NothingShape(Shape):
    """An empty body."""


class NamedShape(Shape):
    """Something with a name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class ProblemValueShape(Shape):
    """One reason against something."""

    kind = serializers.ChoiceField(["Blocker", "NeedsApproval", "Warning"])
    code = serializers.CharField()
    sentence = serializers.CharField()
    possible_from = serializers.DateTimeField(allow_null=True)


class SlotShape(Shape):
    """A start that can be booked, with who and what would serve it."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    assignment = serializers.DictField(child=serializers.IntegerField())


class AssignmentShape(Shape):
    """Who and what is wanted, by resource id; roles left out are filled with the best fit."""

    practitioner = IdField(required=False)
    room = IdField(required=False)
    device = IdField(required=False)


class WishesShape(Shape):
    """What the patient would like; nothing of it is a must."""

    practitioners = serializers.ListField(child=IdField(), required=False, max_length=20)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), required=False, max_length=7
    )
    parts = serializers.ListField(
        child=serializers.ChoiceField([part.value for part in PartOfDay]), required=False, max_length=3
    )
    same_weekday = serializers.BooleanField(required=False, default=False)


class RefusalShape(Shape):
    """Problem details (RFC 9457). `code` is stable; `problems`, `next_free`, `fields` come where they say more."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    problems = ProblemValueShape(many=True, required=False)
    next_free = SlotShape(many=True, required=False)
    fields = serializers.DictField(required=False)  # type: ignore[assignment]
