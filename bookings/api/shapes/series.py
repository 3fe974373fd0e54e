"""A whole series: proposed, booked, re-flowed."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from bookings.api.fields import StartField
from bookings.api.shapes.common import AssignmentShape, ProblemValueShape, Shape, SlotShape, WishesShape


class ProposeShape(Shape):
    """Wishes for a whole series, and how many other times each session gets."""

    wishes = WishesShape(required=False)
    alternatives = serializers.IntegerField(required=False, default=3, min_value=0, max_value=10)


class SessionTimeShape(Shape):
    """When one session of a plan shall be."""

    number = serializers.IntegerField(min_value=1, max_value=200)
    starts_at = StartField()
    assignment = AssignmentShape(required=False)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class BookSeriesShape(Shape):
    """The times of a series; all of them are booked, or none."""

    sessions = serializers.ListField(child=SessionTimeShape(), allow_empty=False, max_length=40)

    def validate_sessions(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each session once."""
        if len({one["number"] for one in value}) != len(value):
            raise serializers.ValidationError("Name each session once.")
        return value


class ReflowShape(Shape):
    """What has happened: sessions that must leave their time, sessions that stay where they are."""

    wishes = WishesShape(required=False)
    leaving = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=200), required=False, max_length=40
    )
    kept = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=200), required=False, max_length=40
    )
    places_missing = serializers.BooleanField(required=False, default=False)


class ProposedSessionShape(Shape):
    """One session of a proposal; `slot` is null for one that stands already."""

    number = serializers.IntegerField()
    session = serializers.IntegerField()
    day = serializers.DateField()
    ideal = serializers.DateField(allow_null=True)
    latest = serializers.DateField(allow_null=True)
    distance_days = serializers.IntegerField()
    slot = SlotShape(allow_null=True)
    alternatives = SlotShape(many=True)
    problems = ProblemValueShape(many=True)


class ProposalShape(Shape):
    """A series on paper: nothing is held or written."""

    plan = serializers.IntegerField()
    is_bookable = serializers.BooleanField()
    cost = serializers.IntegerField()
    sessions = ProposedSessionShape(many=True)
    problems = ProblemValueShape(many=True)


class ChangeShape(Shape):
    """One line of a difference; `before` is null for a session that is newly placed."""

    number = serializers.IntegerField()
    appointment = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    before = serializers.DateTimeField(allow_null=True)
    slot = SlotShape()
    problems = ProblemValueShape(many=True)


class ReflowProposalShape(Shape):
    """What would change so that a series fits again, with the fewest moves."""

    plan = serializers.IntegerField()
    is_needed = serializers.BooleanField()
    is_acceptable = serializers.BooleanField()
    moves = serializers.IntegerField()
    kept = serializers.ListField(child=serializers.IntegerField())
    changes = ChangeShape(many=True)
    problems = ProblemValueShape(many=True)
