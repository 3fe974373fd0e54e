"""Appointments: taking a time, and everything that is done with one."""

from __future__ import annotations

from rest_framework import serializers

from bookings.api.fields import IdField, InstantField, StartField, VisibleField
from bookings.api.shapes.common import AssignmentShape, NamedShape, Shape
from bookings.api.shapes.rows import visible_appointments
from bookings.api.shapes.visits import VisitShape
from bookings.words import AppointmentKind, AppointmentStatus, CancelReason


class CountedShape(Shape):
    """Something that counts against the number of appointments that somebody or something has in a day."""

    past_quota = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Goes past a day's number on purpose; without it a full day answers 409 with the code `quota`.",
    )


class BookShape(CountedShape, VisitShape):
    """A visit at a time."""

    starts_at = StartField()
    assignment = AssignmentShape(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)
    is_told = serializers.BooleanField(required=False, default=True)


class HoldShape(CountedShape, VisitShape):
    """A visit at a time, kept for a few minutes."""

    starts_at = StartField()
    assignment = AssignmentShape(required=False)


class WalkInShape(CountedShape, VisitShape):
    """Somebody stands at the desk: the visit begins at the next five-minute mark."""

    assignment = AssignmentShape(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)


class MoveShape(CountedShape):
    """Another time, other resources, another length."""

    starts_at = StartField()
    assignment = AssignmentShape(required=False)
    minutes = serializers.IntegerField(required=False, min_value=5, max_value=480)
    is_told = serializers.BooleanField(required=False, default=True)


class ReassignShape(CountedShape):
    """Other resources at the same time."""

    assignment = AssignmentShape()


class CancelShape(Shape):
    """Why, and who asked for it."""

    reason = serializers.ChoiceField(
        [reason.value for reason in CancelReason if reason != CancelReason.LAPSED]
    )
    by_patient = serializers.BooleanField(required=False, default=False)
    is_told = serializers.BooleanField(required=False, default=True)


class SwapShape(Shape):
    """The other appointment, and the version of it that was seen."""

    other = VisibleField(rows=visible_appointments)
    other_version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    is_told = serializers.BooleanField(required=False, default=True)


class ErrorShape(Shape):
    """Why the appointment should never have been there."""

    reason = serializers.CharField(max_length=200)


class ListShape(Shape):
    """Filters of the list of appointments; days are local to each appointment's location."""

    location = IdField(required=False)
    patient = IdField(required=False)
    plan = IdField(required=False)
    resource = IdField(required=False)
    status = serializers.ChoiceField(AppointmentStatus.choices, required=False)
    starts_from = InstantField(required=False)
    starts_before = InstantField(required=False)


class ResourceShape(NamedShape):
    """A resource in its role, and from when until when it is taken."""

    role = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class SessionShape(Shape):
    """The treatment session that an appointment is based on."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    plan = serializers.IntegerField()
    protocol = serializers.CharField()


class AppointmentShape(Shape):
    """An appointment. `version` is also its ETag."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(AppointmentStatus.choices)
    kind = serializers.ChoiceField(AppointmentKind.choices)
    location = NamedShape()
    patient = NamedShape()
    session = SessionShape(allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    held_until = serializers.DateTimeField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.CharField(allow_blank=True)
    cancelled_by_patient = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    resources = ResourceShape(many=True)
