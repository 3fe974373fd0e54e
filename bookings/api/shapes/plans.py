"""Patients and plans, as somebody who books reads them."""

from __future__ import annotations

from rest_framework import serializers

from bookings.api.shapes.common import NamedShape, Shape


class PatientShape(Shape):
    """Who a patient is and how to reach them; nothing clinical."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    born_on = serializers.DateField(allow_null=True)
    phone = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    language = serializers.CharField()


class PlanSessionShape(Shape):
    """A numbered session with its due window and where it stands."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    status = serializers.CharField()
    protocol = serializers.CharField()
    earliest = serializers.DateField(allow_null=True)
    ideal = serializers.DateField(allow_null=True)
    latest = serializers.DateField(allow_null=True)
    performed_on = serializers.DateField(allow_null=True)
    booked_on = serializers.DateField(allow_null=True)


class PlanShape(Shape):
    """A treatment plan; counts are counted from its sessions."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    status = serializers.CharField()
    patient = NamedShape()
    location = serializers.IntegerField()
    sessions_total = serializers.IntegerField()
    sessions_done = serializers.IntegerField()
    sessions_left = serializers.IntegerField()


class PlanWithSessionsShape(PlanShape):
    """A plan with its series."""

    sessions = PlanSessionShape(many=True)
