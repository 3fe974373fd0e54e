"""Closures, their worklist and what they do to series."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from bookings.api.fields import StartField, VisibleField
from bookings.api.shapes.common import Shape
from bookings.api.shapes.series import ReflowProposalShape
from clinic.models import Location, Resource
from clinic.words import ClosureKind


class CloseShape(Shape):
    """A closure: one resource, or without one the whole location."""

    location = VisibleField(rows=Location.objects.visible_to)
    resource = VisibleField(rows=Resource.objects.visible_to, required=False, allow_null=True, default=None)
    kind = serializers.ChoiceField(ClosureKind.choices)
    label = serializers.CharField(required=False, allow_blank=True, max_length=120)  # type: ignore[assignment]
    starts_at = StartField()
    ends_at = StartField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ends after it begins, lasts at most a year, and the resource is used at the location."""
        if attrs["ends_at"] <= attrs["starts_at"]:
            raise serializers.ValidationError({"ends_at": ["A closure ends after it begins."]})
        if (attrs["ends_at"] - attrs["starts_at"]).days > 366:
            raise serializers.ValidationError({"ends_at": ["A closure lasts at most a year."]})
        resource = attrs.get("resource")
        if resource and not resource.placements.filter(location=attrs["location"]).exists():
            raise serializers.ValidationError({"resource": ["It is not used at this location."]})
        return attrs


class ClosureShape(Shape):
    """A closure, and how many appointments are still inside."""

    id = serializers.IntegerField()
    location = serializers.IntegerField()
    resource = serializers.IntegerField(allow_null=True)
    kind = serializers.ChoiceField(ClosureKind.choices)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    lifted_at = serializers.DateTimeField(allow_null=True)


class ClosedShape(ClosureShape):
    """A closure with its worklist."""

    inside = serializers.ListField(child=serializers.IntegerField(), help_text="ids of appointments")


class ImpactShape(Shape):
    """What a closure does to series: proposals that fit together, and single visits to call about."""

    proposals = ReflowProposalShape(many=True)
    single = serializers.ListField(child=serializers.IntegerField(), help_text="ids of appointments")
