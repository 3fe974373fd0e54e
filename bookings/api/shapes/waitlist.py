"""Wishes for a time and the offers made for them."""

from __future__ import annotations

from rest_framework import serializers

from bookings.api.fields import DayField, VisibleField
from bookings.api.shapes.common import NamedShape, Shape, WishesShape
from bookings.api.shapes.rows import sessions_of
from bookings.words import WaitlistStatus


class WaitShape(Shape):
    """A wish to come, or to come earlier, between two local days."""

    session = VisibleField(rows=sessions_of)
    from_on = DayField()
    until_on = DayField()
    wishes = WishesShape(required=False)


class OfferShape(Shape):
    """A time held for somebody who waits."""

    id = serializers.IntegerField()
    entry = serializers.IntegerField()
    status = serializers.CharField()
    starts_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class EntryShape(Shape):
    """A wish on the waitlist, with the open offer if there is one."""

    id = serializers.IntegerField()
    patient = NamedShape()
    location = serializers.IntegerField()
    session = serializers.IntegerField()
    from_on = serializers.DateField()
    until_on = serializers.DateField()
    wishes = serializers.DictField()
    status = serializers.ChoiceField(WaitlistStatus.choices)
    offer = OfferShape(allow_null=True)
